//! The way out: whatever is written for people passes here, line by line.
//!
//! Texts of others are escaped where they are put into a line, or a line break in one could forge a
//! line. This is what holds for all the rest: for a text that somebody forgot, and for a command
//! that comes about only where two texts meet.

use std::borrow::Cow;
use std::io::{self, Write};

use super::safe_text::safe_line;

/// A writer of lines that command nothing. Colours stay; what follows the last line break is written
/// when it is flushed.
#[derive(Debug)]
pub struct SafeLines<W: Write> {
    out: W,
    /// The line that is not whole yet.
    line: Vec<u8>,
}

impl<W: Write> SafeLines<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        let line = Vec::new();
        Self { out, line }
    }

    fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        self.out.write_all(safe_lines(&line).as_bytes())
    }
}

impl<W: Write> Write for SafeLines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.end_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end_line()?;
        self.out.flush()
    }
}

/// The lines of a text, made to command nothing. Colours stay.
#[must_use]
pub fn safe_lines(text: &str) -> Cow<'_, str> {
    let lines: Vec<_> = text.split('\n').map(safe_line).collect();
    match lines.iter().all(|line| matches!(line, Cow::Borrowed(_))) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(lines.join("\n")),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::SafeLines;
    use std::io::Write as _;

    #[test]
    fn a_command_is_broken_however_it_is_written() {
        let mut out = Vec::new();
        let mut lines = SafeLines::new(&mut out);
        for part in [
            "a #",
            "#vs",
            "o[x]\n:",
            ":error::\n",
            "\u{1b}[1mb\u{1b}[0m\n",
            "c\u{9b}2J",
        ] {
            lines.write_all(part.as_bytes()).unwrap();
        }
        lines.flush().unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "a #\\u{23}vso[x]\n\\u{3a}:error::\n\u{1b}[1mb\u{1b}[0m\nc\\u{9b}2J"
        );
    }
}
