//! Prints the lines of created clients to standard output.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write as _};
use std::sync::mpsc;
use std::thread;

use rustix::fs::{FileType, fstat, stat};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::reconcile::Stop;
use crate::report::Whole;
use crate::text::safe_lines;

/// The index of a client and its lines, which are empty if it was not created.
type Lines = (usize, Zeroizing<Vec<u8>>);

/// Writes the lines of each client at once and in one piece.
#[derive(Debug)]
pub(super) enum Printer {
    /// Synchronously: nothing else continues until they are written, because only they contain the
    /// secrets.
    Here,
    /// On a separate thread: a slow reader does not delay requests.
    Beside {
        lines: mpsc::Sender<Lines>,
        ended: oneshot::Receiver<io::Result<()>>,
    },
}

impl Printer {
    /// Prints on a separate thread if secrets are sealed and recorded, otherwise synchronously.
    pub(super) fn new(is_sealed: bool, stop: &Stop) -> Result<Self> {
        match is_sealed {
            true => Self::beside(stop.clone()),
            false => Ok(Self::Here),
        }
    }

    /// A printer on a separate thread, which keeps the order of the clients. It stops the run if
    /// writing fails, but not if the reader has gone away.
    fn beside(stop: Stop) -> Result<Self> {
        let (lines, to_print) = mpsc::channel();
        let (end, ended) = oneshot::channel();
        let print = move || {
            let printed = print_in_order(&to_print);
            let is_failure = |error: &io::Error| error.kind() != ErrorKind::BrokenPipe;
            if printed.as_ref().is_err_and(is_failure) {
                stop.end();
            }
            // After a signal, nobody receives this.
            let _ = end.send(printed);
        };
        let thread = thread::Builder::new()
            .name("printer".to_owned())
            .spawn(print);
        thread.map_err(|error| Error::unexpected("cannot start a thread").because(error))?;
        Ok(Self::Beside { lines, ended })
    }

    /// Prints the lines of a client. On a separate thread, errors are reported at the end.
    pub(super) fn print(&self, index: usize, new: Zeroizing<Vec<u8>>) -> io::Result<()> {
        match self {
            Self::Here => write(&new),
            Self::Beside { lines, .. } => {
                // The thread has ended if the reader has gone away.
                let _ = lines.send((index, new));
                Ok(())
            }
        }
    }

    pub(super) async fn finish(self) -> io::Result<()> {
        match self {
            Self::Here => Ok(()),
            Self::Beside { lines, ended } => {
                drop(lines);
                ended.await.unwrap_or(Ok(()))
            }
        }
    }
}

/// Prints the lines of each client after those of the clients before it. At the end, prints what
/// was held back for clients that never came.
fn print_in_order(to_print: &mpsc::Receiver<Lines>) -> io::Result<()> {
    let mut next = 0;
    let mut waiting = BTreeMap::new();
    for (index, lines) in to_print {
        waiting.insert(index, lines);
        while let Some(lines) = waiting.remove(&next) {
            next += 1;
            write(&lines)?;
        }
    }
    waiting.values().try_for_each(|lines| write(lines))
}

/// Whether the output is discarded: standard output is the null device, or was closed at the start,
/// in which case Rust's runtime opens the null device.
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
    let mut out = Whole::new(io::stdout().lock());
    out.write_all(safe_lines(&String::from_utf8_lossy(lines)).as_bytes())?;
    out.flush()
}
