//! Reads a secrets file line by line, however long it is.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;

use super::lines::check_readable;
use super::secrets_file::{Content, Record};
use crate::error::{Error, Result};

/// The longest line that is read, in bytes.
const MAX_LINE: u64 = 4 << 20;

/// The record of a line, or why there is none.
pub type Scanned = std::result::Result<Record, String>;

/// Passes each line to `each`, with its number from 1. Empty lines are skipped.
///
/// # Errors
/// When the file cannot be read (exit 6).
pub fn scan(path: &Path, mut each: impl FnMut(usize, Scanned)) -> Result<()> {
    check_readable(path)?;
    let cannot = |error: io::Error| {
        Error::secret(format!("cannot read `{}`", path.display())).because(error)
    };
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path).map_err(cannot)?);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let mut bounded = (&mut reader).take(MAX_LINE);
        if bounded.read_until(b'\n', &mut line).map_err(cannot)? == 0 {
            return Ok(());
        }
        if line.len() as u64 == MAX_LINE && !line.ends_with(b"\n") {
            reader.skip_until(b'\n').map_err(cannot)?;
            each(number, Err("it is longer than 4 MiB".to_owned()));
        } else if !line.trim_ascii().is_empty() {
            each(number, Record::parse(line.trim_ascii_end()));
        }
    }
    Ok(())
}

impl Content {
    /// Does the same with lines that were read already.
    pub fn scan(&self, mut each: impl FnMut(usize, Scanned)) {
        for (line, record) in &self.records {
            each(*line, Ok(record.clone()));
        }
        for (line, why) in &self.broken {
            each(*line, Err(why.clone()));
        }
    }
}
