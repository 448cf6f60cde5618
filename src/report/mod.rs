//! Formats results for the user: data in, text out. Nothing is decided here.

pub(crate) mod created;
pub(crate) mod doctor;
pub(crate) mod drift;
pub(crate) mod environments;
pub(crate) mod events;
pub(crate) mod exported;
pub(crate) mod findings;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod ory_v2;
pub(crate) mod patch;
mod safe_json;
mod schema;
pub(crate) mod secrets;
pub(crate) mod style;
mod terminal;
pub(crate) mod text;
mod version;
pub(crate) mod watch;

pub(crate) use schema::{Schema, schema};
pub(crate) use terminal::{Progress, Status, Whole, columns};
pub(crate) use version::{Build, version};
