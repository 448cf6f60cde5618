//! `create` and `import`: the flags and the output of Ory's own commands.
//!
//! Flags (`client_flags`, `csv`) or files become clients; `engine` creates them as `apply` does, and
//! `showing` prints each one when it is created and reports failures.

mod client_flags;
mod create;
mod csv;
mod engine;
mod import;
mod printer;
mod showing;

pub(super) use create::{CreateArgs, run as create};
pub(super) use import::{ImportArgs, run as import};
