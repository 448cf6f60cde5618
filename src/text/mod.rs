//! Text that others wrote, made harmless, and text for people.

mod plural;
mod safe_lines;
mod safe_text;

pub use plural::count;
pub use safe_lines::{SafeLines, safe_lines};
pub(crate) use safe_text::must_escape;
pub use safe_text::{may_begin_command, safe_line, safe_text};
