//! Settings from a file and from environment variables, for every flag of every command.
//!
//! `file` finds and reads `hydra-gitops.toml`, `document` parses it, `check` judges its keys by the
//! `flags` that the commands have, and `layers` decides which value counts. What counts becomes an
//! argument of the command line (`resolve`), so a command cannot tell where a value comes from;
//! `origin` can.

mod by_owner;
mod check;
mod document;
mod file;
mod flags;
mod guarded;
mod layers;
mod names;
mod origin;
mod problem;
mod resolve;
mod value;
mod variables;

pub(super) use file::NAME;
pub(super) use names::environments;
pub(super) use origin::Sources;
pub(super) use resolve::{Resolved, Stopped, resolve};
