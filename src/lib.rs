//! Keeps the OAuth 2.0 clients of an Ory Hydra in Git: **creates what is missing, never touches
//! what exists**.
//!
//! # Data flow
//!
//! [`manifest`] turns files into desired clients; [`hydra`] turns Hydra's answers into existing
//! clients; [`plan`] compares the two without I/O; `report` shows the plan. [`reconcile`] runs its
//! creates, and [`vault`] keeps each generated secret safe before, during and after the request.
//! `watch` decides when to do all of that again.
//!
//! # Which module may import which
//!
//! `tests/architecture.rs` has the list: no import runs upward. `client`, `plan` and
//! `manifest::{parse, decode, validate}` do no I/O, `report` gets data and a writer, and only `cli`
//! knows arguments, the environment and the terminal. `sandbox` imports nothing that speaks to
//! Hydra, so the fake server and the real client cannot share a mistake.

pub mod cli;
pub mod client;
mod doctor;
pub mod duration;
mod endpoint_name;
pub mod error;
pub mod exit_code;
mod export;
pub mod golang;
pub mod hydra;
mod linux;
pub mod manifest;
mod monitoring;
mod now;
pub mod plan;
pub mod recipients;
pub mod reconcile;
mod redact;
mod report;
pub mod sandbox;
mod shell;
mod side_by_side;
pub mod text;
pub mod vault;
mod watch;
mod wiped;
