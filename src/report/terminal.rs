//! What is drawn on a terminal, and how text is written beside it.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use anstream::adapter::StripBytes;
use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use zeroize::Zeroizing;

use super::style::{DIM, paint};
use crate::text::safe_text;

/// The progress of an apply. Hidden if standard error is not a terminal; erased on drop.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    failed: AtomicU64,
}

impl Progress {
    pub(crate) fn new(creates: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(creates as u64), ProgressDrawTarget::stderr());
        // On a narrow terminal the bar shrinks first: a line that wraps cannot be erased.
        let template = "creating {wide_bar} {pos}/{len} {msg} {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self {
            bar,
            failed: AtomicU64::new(0),
        }
    }

    pub(crate) fn advance(&self, failed: bool) {
        if failed {
            let failed = self.failed.fetch_add(1, Ordering::Relaxed) + 1;
            self.bar.set_message(format!("({failed} failed)"));
        }
        self.bar.inc(1);
    }

    /// Hides the bar while something else is written.
    pub(crate) fn suspend(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Columns to leave free after the line, for the `^C` that a terminal echoes there. If the line
/// wrapped, its first half could not be erased. (A progress bar of `indicatif` always fills the
/// whole line.)
const MARGIN: usize = 3;

/// Erases the current line.
const ERASE: &str = "\r\u{1b}[2K";

/// The status line. Erased on drop.
#[derive(Debug)]
pub(crate) struct Status {
    /// Whether standard error supports erasing a line.
    is_shown: bool,
    /// The text shown; empty if there is none.
    text: String,
}

impl Status {
    /// A status line, which is never shown if `can_redraw` is false.
    pub(crate) fn new(can_redraw: bool) -> Self {
        Self {
            is_shown: can_redraw,
            text: String::new(),
        }
    }

    /// Shows a new text, cut to the terminal's width.
    pub(crate) fn show(&mut self, text: &str) {
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
    pub(crate) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
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
pub(crate) fn columns() -> Option<usize> {
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

/// A stream that writes each text with a single call, and without colours if it does not support
/// them.
///
/// Standard output and standard error may share a destination, such as a CI log or a pipe. A text
/// written in several calls could then be interleaved with lines of the other stream. Stripping
/// colours splits a text into such pieces.
#[derive(Debug)]
pub(crate) struct Whole<S> {
    stream: S,
    strip: Option<StripBytes>,
}

impl<S: RawStream + Write> Whole<S> {
    pub(crate) fn new(stream: S) -> Self {
        let shows_none = AutoStream::choice(&stream) == ColorChoice::Never;
        Self {
            strip: shows_none.then(StripBytes::new),
            stream,
        }
    }
}

impl<S: Write> Write for Whole<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.strip {
            Some(strip) => {
                // The text may contain a secret that the user asked to print.
                let mut shown = Zeroizing::new(Vec::with_capacity(bytes.len()));
                let parts = strip.strip_next(bytes);
                parts.for_each(|part| shown.extend_from_slice(part));
                self.stream.write_all(&shown)?;
            }
            None => self.stream.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
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
