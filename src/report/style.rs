//! Colours. The stream decides whether to show them.

use anstyle::{AnsiColor, Style};

/// What would be created, or was.
pub(crate) const CREATE: Style = AnsiColor::Green.on_default();
/// Drift and warnings.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// What to do next.
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default();
/// What Hydra has and the manifest does not.
pub(crate) const REMOVED: Style = AnsiColor::Red.on_default();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const BOLD: Style = Style::new().bold();

pub(crate) fn paint(style: Style, text: &str) -> String {
    format!("{}{text}{}", style.render(), style.render_reset())
}
