//! The lines of clients that were created, on standard output.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use rustix::fs::{FileType, fstat, stat};
use zeroize::Zeroizing;

/// Writes each client's lines at once and whole.
#[derive(Debug)]
pub(super) struct Printer {
    /// Whether lines wait for those of the clients before. Only where their secrets are recorded:
    /// lines with secrets in clear are written as soon as they are there.
    in_order: bool,
    next: usize,
    waiting: BTreeMap<usize, Zeroizing<Vec<u8>>>,
}

impl Printer {
    pub(super) fn new(in_order: bool) -> Self {
        Self {
            in_order,
            next: 0,
            waiting: BTreeMap::new(),
        }
    }

    /// Writes the lines of the client at that place, or nothing for one that was not created.
    pub(super) fn print(&mut self, index: usize, lines: Zeroizing<Vec<u8>>) -> io::Result<()> {
        if !self.in_order {
            return write(&lines);
        }
        self.waiting.insert(index, lines);
        while let Some(lines) = self.waiting.remove(&self.next) {
            self.next += 1;
            write(&lines)?;
        }
        Ok(())
    }

    /// Writes what waits for clients that never came.
    pub(super) fn finish(self) -> io::Result<()> {
        self.waiting.values().try_for_each(|lines| write(lines))
    }
}

/// Whether what is printed is thrown away: standard output is the null device, or was closed at the
/// start, for then Rust's runtime opens the null device in its place.
pub(super) fn is_thrown_away() -> bool {
    let null = stat("/dev/null").map(|null| null.st_rdev);
    fstat(io::stdout()).is_ok_and(|out| {
        FileType::from_raw_mode(out.st_mode) == FileType::CharacterDevice
            && null.is_ok_and(|null| null == out.st_rdev)
    })
}

fn write(lines: &[u8]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut out = anstream::stdout().lock();
    out.write_all(lines)?;
    out.flush()
}
