//! Is everything ready for an apply? Each check gets only what it needs. Together they produce an
//! [`Examination`]. Nothing is changed: no client, no file, not even a lock.
//!
//! All checks run, in the order in which `apply` would run into them.

mod examination;
mod examine;
mod files;
mod hydra;
mod manifests;
mod recipients;

pub(crate) use examination::{Examination, Status};
pub(crate) use examine::{Authorization, Inputs, Route, Warning, examine};
