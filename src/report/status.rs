//! A status line at the bottom, if standard error is a terminal.

use std::io::{self, Write as _};

use super::style::{DIM, paint};
use crate::text::safe_text;

/// Columns to leave free after the line, for the `^C` that a terminal echoes there. If the line
/// wrapped, its first half could not be erased. (A progress bar of `indicatif` always fills the
/// whole line.)
const MARGIN: usize = 3;

/// Erases the current line.
const ERASE: &str = "\r\u{1b}[2K";

/// The status line. Erased on drop.
#[derive(Debug)]
pub struct Status {
    /// Whether standard error supports erasing a line.
    is_shown: bool,
    /// The text shown; empty if there is none.
    text: String,
}

impl Status {
    /// A status line, which is never shown if `can_redraw` is false.
    pub fn new(can_redraw: bool) -> Self {
        Self {
            is_shown: can_redraw,
            text: String::new(),
        }
    }

    /// Shows a new text, cut to the terminal's width.
    pub fn show(&mut self, text: &str) {
        if !self.is_shown {
            return;
        }
        self.erase();
        let text = &safe_text(text);
        self.text = match columns() {
            Some(columns) => cut(text, columns.saturating_sub(MARGIN)),
            None => text.clone().into_owned(),
        };
        self.draw();
    }

    /// Hides the line while something else is written.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.erase();
        let written = write();
        self.draw();
        written
    }

    /// Ignores errors: there is nowhere to report them.
    fn draw(&self) {
        if !self.text.is_empty() {
            let mut stderr = anstream::stderr().lock();
            let _ = write!(stderr, "{}", paint(DIM, &self.text)).and_then(|()| stderr.flush());
        }
    }

    fn erase(&self) {
        if !self.text.is_empty() {
            let _ = write!(io::stderr().lock(), "{ERASE}");
        }
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        self.erase();
    }
}

/// The width of the terminal on standard error, if it is one.
pub fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stderr()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// The first `width` characters, ending in `…` if the text was cut.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let first = text.chars().take(width.saturating_sub(1));
    first.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn what_does_not_fit_is_cut() {
        assert_eq!(cut("größer", 6), "größer");
        assert_eq!(cut("größer", 5), "größ…");
        assert_eq!(cut("a", 0), "…");
    }
}
