//! `doctor`: is everything ready? It reads and looks, and changes nothing: no client, no file, not
//! even a lock.
//!
//! The checks run in the order in which `apply` would come to them, all of them, and the first
//! problem's exit code is the one that `apply` would end with.

mod command;
mod files;
mod findings;
mod hydra;
mod manifests;
mod recipients;

pub(super) use command::{DoctorArgs, run};
