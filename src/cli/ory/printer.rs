//! The lines of clients that were created, on standard output.

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

/// The lines of the client at that place; none for one that was not created.
type Lines = (usize, Zeroizing<Vec<u8>>);

/// Writes each client's lines at once and whole.
#[derive(Debug)]
pub(super) enum Printer {
    /// Right here: nothing else goes on until they are written, for secrets stand in them alone.
    Here,
    /// On a thread of its own: requests are not held up by a reader that is slow.
    Beside {
        lines: mpsc::Sender<Lines>,
        ended: oneshot::Receiver<io::Result<()>>,
    },
}

impl Printer {
    /// A printer for secrets that are sealed and recorded, or that stand in what is printed alone.
    pub(super) fn new(is_sealed: bool, stop: &Stop) -> Result<Self> {
        match is_sealed {
            true => Self::beside(stop.clone()),
            false => Ok(Self::Here),
        }
    }

    /// A printer beside the run, in the order of the clients. It stops the run where nothing can be
    /// written; a reader that went away is no reason to stop.
    fn beside(stop: Stop) -> Result<Self> {
        let (lines, to_print) = mpsc::channel();
        let (end, ended) = oneshot::channel();
        let print = move || {
            let printed = print_in_order(&to_print);
            if printed
                .as_ref()
                .is_err_and(|error| error.kind() != ErrorKind::BrokenPipe)
            {
                stop.end();
            }
            // Nobody waits for it any more after a signal.
            let _ = end.send(printed);
        };
        let thread = thread::Builder::new()
            .name("printer".to_owned())
            .spawn(print);
        thread.map_err(|error| Error::unexpected("cannot start a thread").because(error))?;
        Ok(Self::Beside { lines, ended })
    }

    /// Prints the lines of a client. Beside the run, what goes wrong is told at the end.
    pub(super) fn print(&self, index: usize, new: Zeroizing<Vec<u8>>) -> io::Result<()> {
        match self {
            Self::Here => write(&new),
            Self::Beside { lines, .. } => {
                // It has ended where nobody reads any more.
                let _ = lines.send((index, new));
                Ok(())
            }
        }
    }

    /// Waits until all is printed.
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

/// Prints each client's lines after those of the clients before, and at the end what waits for
/// clients that never came.
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
    let mut out = Whole::new(io::stdout().lock());
    out.write_all(safe_lines(&String::from_utf8_lossy(lines)).as_bytes())?;
    out.flush()
}
