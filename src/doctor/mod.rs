//! Is everything ready for an apply? Each check gets only what it needs. Together they produce an
//! [`Examination`]. Nothing is changed: no client, no file, not even a lock.
//!
//! All checks run, in the order in which `apply` would run into them.

mod advisories;
mod certificate;
mod examination;
mod examine;
mod files;
mod hydra;
mod manifests;
mod recipients;

pub(crate) use examination::{Check, Examination, Status};
pub(crate) use examine::{Authorization, Inputs, Route, Warning, check_settings, examine};
pub(crate) use manifests::check as check_manifests;
pub(crate) use recipients::check as check_recipients;
