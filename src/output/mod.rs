//! What the user sees: data goes in, text comes out, nothing is decided here.

mod count;
pub mod created;
mod difference;
pub mod doctor;
pub mod json;
mod progress;
mod safe_json;
mod safe_lines;
mod safe_text;
pub mod secrets;
mod status;
pub mod style;
pub mod text;
pub mod validated;
pub mod verified;
pub mod watch;
mod whole;

pub use count::count;
pub use progress::Progress;
pub use safe_lines::{SafeLines, safe_lines};
pub use safe_text::{escape_char, may_begin_command, safe_line, safe_text};
pub use status::{Status, columns};
pub use whole::Whole;
