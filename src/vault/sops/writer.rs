//! The thread that writes files, and what it has written.
//!
//! # Expected flow
//! Each file is written beside its place as soon as it comes. Once a second, and at the end, all of
//! them are synced together and get their names, so that the disk is waited for seldom.
//!
//! # Assumptions
//! The journal holds each file until the thread has ended without an error.

use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tempfile::NamedTempFile;
use tokio::sync::oneshot;

use super::document::document;
use super::facts::{self, Facts};
use super::form::SopsForm;
use super::locked::LockedFolder;
use super::place::{path_of, put, unfinished};
use super::reading::read_file;
use crate::error::{Error, Result};
use crate::side_by_side::waiting_side_by_side;
use crate::vault::lines::cannot_write;

/// How long a file waits for its name, so that many share one sync of the folder.
const UNNAMED_FOR: Duration = Duration::from_secs(1);

/// How many files wait at most: they stay open, because some file systems tell only on closing that
/// nothing was written.
const MOST_UNNAMED: usize = 256;

/// How many files are synced at once.
const SYNCS: usize = 16;

/// A file that is to be written.
pub(super) struct Waiting {
    pub(super) form: SopsForm,
    pub(super) facts: Facts,
    /// Told once the file is written, under no name yet and not synced.
    pub(super) done: oneshot::Sender<Result<()>>,
}

/// What became of a folder when its writing ended.
#[derive(Debug)]
pub(in crate::vault) enum FolderEnd {
    /// All that was written is there, or something newer of the same clients.
    Whole,
    /// Another program changed it.
    Changed,
    /// Files could not be written, synced or named.
    Unwritten {
        /// How many.
        files: usize,
        /// Why the first could not.
        error: Error,
    },
}

/// A file without its name.
struct Unnamed {
    file: NamedTempFile,
    form: SopsForm,
    facts: Facts,
}

/// What was written.
#[derive(Debug, Default)]
pub(super) struct Written {
    files: Vec<File>,
    /// How many files could not get their names, and why the first could not. The journal keeps what
    /// is missing.
    failed: Option<(usize, Error)>,
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    inode: Option<u64>,
    client_id: String,
    created_at: Timestamp,
}

impl Written {
    /// What became of it, now that nothing more is written.
    pub(super) fn end(self) -> FolderEnd {
        match self.failed {
            Some((files, error)) => FolderEnd::Unwritten { files, error },
            None if self.files.iter().all(File::stands) => FolderEnd::Whole,
            None => FolderEnd::Changed,
        }
    }

    fn add(&mut self, path: PathBuf, facts: Facts) {
        self.files.push(File {
            inode: inode(&path),
            path,
            client_id: facts.client_id,
            created_at: facts.created_at,
        });
    }

    /// Syncs files and gives them their names. Those that cannot have it do not keep the others
    /// from it.
    fn name(&mut self, folder: &LockedFolder, unnamed: &mut Vec<Unnamed>) {
        let files = unnamed.len();
        if files == 0 {
            return;
        }
        if let Err(error) = folder.check() {
            unnamed.clear();
            return self.fail(files, cannot_put(folder.path(), &error));
        }
        // File systems sync several files in one go.
        let synced = waiting_side_by_side(std::mem::take(unnamed), SYNCS, |one: Unnamed| {
            let result = one.file.as_file().sync_data();
            (one, result)
        })
        .unwrap_or_else(|panic| resume_unwind(panic));
        for (one, synced) in synced {
            let own = path_of(folder.path(), &one.form, &one.facts.client_id);
            match synced.and_then(|()| put(one.file, folder.path(), &one.form, &one.facts)) {
                Ok(path) => self.add(path, one.facts),
                Err(error) => self.fail(1, cannot_put(&own, &error)),
            }
        }
        if let Err(error) = folder.sync() {
            self.fail(files, cannot_put(folder.path(), &error));
        }
    }

    fn fail(&mut self, files: usize, error: Error) {
        let (count, _) = self.failed.get_or_insert((0, error));
        *count += files;
    }
}

impl File {
    fn stands(&self) -> bool {
        let is_as_written = self.inode.is_some() && inode(&self.path) == self.inode;
        // Somebody may have edited it with sops.
        is_as_written || {
            let text = read_file(&self.path).ok();
            let there = text.and_then(|text| facts::read(self.path.clone(), &text));
            there.is_some_and(|there| {
                there.facts.client_id == self.client_id && there.facts.created_at >= self.created_at
            })
        }
    }
}

fn inode(path: &Path) -> Option<u64> {
    std::fs::symlink_metadata(path)
        .ok()
        .map(|found| found.ino())
}

/// Writes files until the queue is closed.
pub(super) fn write_files(folder: &LockedFolder, waiting: &Receiver<Box<Waiting>>) -> Written {
    let mut written = Written::default();
    let mut unnamed = Vec::new();
    let mut due: Option<Instant> = None;
    loop {
        let left = due.map(|due| due.saturating_duration_since(Instant::now()));
        let is_due = left.is_some_and(|left| left.is_zero()) || unnamed.len() == MOST_UNNAMED;
        let next = match left {
            _ if is_due => Err(RecvTimeoutError::Timeout),
            None => waiting.recv().map_err(RecvTimeoutError::from),
            Some(left) => waiting.recv_timeout(left),
        };
        match next {
            Ok(one) => {
                let Waiting { form, facts, done } = *one;
                let result = write(folder, form, facts).map(|file| unnamed.push(file));
                // The caller may have stopped waiting.
                let _ = done.send(result);
                due.get_or_insert_with(|| Instant::now() + UNNAMED_FOR);
            }
            Err(end) => {
                written.name(folder, &mut unnamed);
                due = None;
                if end == RecvTimeoutError::Disconnected {
                    return written;
                }
            }
        }
    }
}

fn write(folder: &LockedFolder, form: SopsForm, facts: Facts) -> Result<Unnamed> {
    match unfinished(folder.path(), &document(&form, &facts)) {
        Ok(file) => Ok(Unnamed { file, form, facts }),
        Err(error) => {
            let path = path_of(folder.path(), &form, &facts.client_id);
            Err(cannot_write(&path, &error))
        }
    }
}

/// The error for a file that cannot get its name. The journal has it, so that the same command has to
/// be run again, with the same outputs.
fn cannot_put(path: &Path, error: &io::Error) -> Error {
    let what = format!("cannot write `{}`", path.display());
    let hint = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space on the disk",
        ErrorKind::Other => "move away what is in its place",
        _ => "make the folder writable",
    };
    let cause = io::Error::new(error.kind(), error.to_string());
    Error::secret(what).because(cause).hint(hint)
}
