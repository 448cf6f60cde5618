//! `create` and `import`: the flags and the output of Ory's own commands.
//!
//! With the word `client` or `oauth2-client` behind them they are those of v2 (`v2`).
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
mod v2;

pub(super) use create::{CreateArgs, run as create};
pub(super) use import::{ImportArgs, run as import};
pub(super) use v2::{
    ClientV2Args, ImportV2Args, create as create_v2, import as import_v2, word_first,
};
