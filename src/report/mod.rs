//! Formats results for the user: data in, text out. Nothing is decided here.

pub mod created;
pub mod doctor;
pub mod events;
pub mod json;
mod safe_json;
pub mod secrets;
pub mod style;
mod terminal;
pub mod text;
pub mod watch;

pub use terminal::{Progress, Status, Whole, columns};
