//! The command line: one file a command, and what several commands share.
//!
//! Only here are the rooms wired together. Each command resolves its flags, asks the rooms, hands
//! what they return to `output`, and answers with an exit code.

mod apply;
mod args;
mod confirm;
mod connection;
mod contradictions;
mod credential;
mod desired;
mod doctor;
mod header;
mod keys;
mod once;
mod ory;
mod plan;
mod sandbox;
mod secrets;
mod settings;
mod signals;
mod sources;
mod start;
mod ui;
mod validate;
mod values;
mod watch;

pub use args::Cli;
pub use start::main;
