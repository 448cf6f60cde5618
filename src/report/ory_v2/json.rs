//! JSON as Go writes it, which escapes what HTML would interpret.

use std::io::{self, Write};

use super::row::Rows;
use crate::report::safe_json;

pub(crate) fn json(rows: Rows<'_>, out: &mut dyn Write) -> io::Result<()> {
    safe_json::compact(&rows, &mut NoHtml(out))
}

pub(crate) fn pretty_json(rows: Rows<'_>, out: &mut dyn Write) -> io::Result<()> {
    safe_json::pretty(&rows, &mut NoHtml(out))
}

/// Escapes `<`, `>` and `&`, which JSON has in strings alone.
struct NoHtml<'o>(&'o mut dyn Write);

impl Write for NoHtml<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| b"<>&".contains(byte)) {
            match part.split_last() {
                Some((byte @ (b'<' | b'>' | b'&'), before)) => {
                    self.0.write_all(before)?;
                    write!(self.0, "\\u{byte:04x}")?;
                }
                _ => self.0.write_all(part)?,
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
