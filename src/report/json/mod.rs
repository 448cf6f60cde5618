//! The JSON documents on standard output: a public, versioned contract with types of its own.

mod created;
mod doctor;
mod findings;
mod plan;
mod schema;
mod secrets;
mod watch;

pub use created::created;
pub(crate) use doctor::doctor;
pub use findings::{findings, unreadable};
pub use plan::{Server, plan, report};
pub use schema::{Schema, schema};
pub use secrets::secrets;
pub(crate) use watch::event;
