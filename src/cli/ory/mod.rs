//! `create` and `import`: the flags and the lines of Ory's own commands.

mod client_flags;
mod create;
mod csv;
mod import;

pub(super) use create::{CreateArgs, run as create};
pub(super) use import::{ImportArgs, run as import};
