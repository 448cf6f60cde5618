//! One line at the bottom that says how things stand, where standard error is a terminal.

use std::io::{self, Write as _};

use super::style::{DIM, paint};
use crate::text::safe_text;

/// Columns left free behind the line, for the `^C` that a terminal shows there: were it to wrap, the
/// line above it could not be taken back. (A progress bar of `indicatif` fills its whole line.)
const MARGIN: usize = 3;

/// Takes away the line that the cursor is in.
const ERASE: &str = "\r\u{1b}[2K";

/// The status line. It is gone on drop.
#[derive(Debug)]
pub struct Status {
    /// Whether standard error can take a line back.
    is_shown: bool,
    /// What is shown; empty where nothing is.
    text: String,
}

impl Status {
    /// A status line that nobody sees where `can_redraw` is false.
    #[must_use]
    pub fn new(can_redraw: bool) -> Self {
        Self {
            is_shown: can_redraw,
            text: String::new(),
        }
    }

    /// Shows another text, cut to the terminal's width.
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

    /// Takes the line away while something else is written.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.erase();
        let written = write();
        self.draw();
        written
    }

    /// Nobody is left to hear of a failure.
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

/// The columns of the terminal behind standard error, if it is one.
#[must_use]
pub fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stderr()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// The first `width` characters, the last of which says that there are more.
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
