//! Colours. Whether they are shown is the stream's decision.

use anstyle::{AnsiColor, Style};

/// What would be, or was, created.
pub const CREATE: Style = AnsiColor::Green.on_default();
/// What differs, and warnings.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// What failed.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// What to do next.
pub const HINT: Style = AnsiColor::Cyan.on_default();
/// What Hydra has and the manifest does not.
pub const REMOVED: Style = AnsiColor::Red.on_default();
/// Beside the point.
pub const DIM: Style = Style::new().dimmed();
/// To the point.
pub const BOLD: Style = Style::new().bold();

/// `text` in that style.
#[must_use]
pub fn paint(style: Style, text: &str) -> String {
    format!("{}{text}{}", style.render(), style.render_reset())
}
