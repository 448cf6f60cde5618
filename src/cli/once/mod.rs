//! `create` and `import`: clients that are created once, as Ory's own command line does.
//!
//! Flags (`client_flags`, `csv`, `client_said`) or files become clients; `engine` takes them the
//! way that `apply`'s take, `showing` prints each as it is created, `tally` says what failed.

mod client_flags;
mod client_said;
mod create;
mod csv;
mod engine;
mod import;
mod printer;
mod showing;
mod tally;

pub(super) use create::{CreateArgs, run as create};
pub(super) use import::{ImportArgs, run as import};
