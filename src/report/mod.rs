//! Formats results for the user: data in, text out. Nothing is decided here.

pub mod checked;
pub mod created;
mod difference;
pub mod doctor;
pub mod events;
pub mod findings;
pub mod json;
mod progress;
mod safe_json;
pub mod secrets;
mod status;
pub mod style;
pub mod text;
pub mod validated;
pub mod verified;
pub mod watch;
mod whole;

pub use progress::Progress;
pub use status::{Status, columns};
pub use whole::Whole;
