//! Text that others wrote, made harmless, and text for people.

mod plural;
mod safe_text;

pub use plural::count;
pub(crate) use safe_text::must_escape;
pub use safe_text::{SafeLines, may_begin_command, safe_line, safe_lines, safe_text};
