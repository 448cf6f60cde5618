//! The command line: one file a command, and what several commands share.
//!
//! Only here are the rooms wired together. Each command resolves its flags, asks the rooms, hands
//! what they return to `output`, and answers with an exit code.

mod apply;
mod args;
mod client_flags;
mod client_said;
mod confirm;
mod connection;
mod create;
mod csv;
mod desired;
mod import;
mod keys;
mod once;
mod plan;
mod printer;
mod recovery;
mod sandbox;
mod secrets;
mod showing;
mod signals;
mod start;
mod tally;
mod ui;
mod validate;
mod values;

pub use args::Cli;
pub use start::main;
