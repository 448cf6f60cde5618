//! Keeps the OAuth 2.0 clients of an Ory Hydra in Git: **creates what is missing, never touches
//! what exists**.
//!
//! # The way of the data
//!
//! Files become desired clients in [`manifest`]; Hydra's answers become existing clients in
//! [`hydra`]; [`plan`] compares the two, purely; [`report`] shows the plan; [`reconcile`] runs its
//! creates, and [`vault`] keeps each generated secret safe before, during and after the request.
//! [`watch`] tells when to do all that again.
//!
//! # Which room may use which
//!
//! `client`, `plan` and `manifest::{decode, validate}` are pure: they import neither `hydra` nor
//! `reconcile` nor tokio nor `std::fs`. `report` gets data and a writer. Only `cli` wires the rooms
//! together. `sandbox` imports none of them, not even `client`, so that the fake server and the
//! real client cannot share a mistake. Both use `golang`, which is compared with Go itself.

pub mod cli;
pub mod client;
mod doctor;
pub mod duration;
mod endpoint_name;
pub mod error;
pub mod exit_code;
pub mod golang;
pub mod hydra;
pub mod manifest;
mod now;
pub mod plan;
pub mod recipients;
pub mod reconcile;
mod redact;
pub mod report;
pub mod sandbox;
mod shell;
mod side_by_side;
pub mod text;
pub mod vault;
mod watch;
