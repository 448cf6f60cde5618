//! The thread that syncs files and gives them their names, and what it has named.
//!
//! # Assumptions
//! The journal holds each file until the thread has ended without an error.

use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;

use jiff::Timestamp;
use tempfile::NamedTempFile;

use super::facts::{self, Facts};
use super::form::SopsForm;
use super::locked::LockedFolder;
use super::place::{path_of, put};
use super::reading::read_file;
use crate::error::Error;
use crate::side_by_side::waiting_side_by_side;

/// How many files are synced at once.
const SYNCS: usize = 16;

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

/// A file that is written, under no name yet and not synced.
pub(super) struct Unnamed {
    pub(super) file: NamedTempFile,
    pub(super) form: SopsForm,
    pub(super) facts: Facts,
}

/// What was named.
#[derive(Debug, Default)]
pub(super) struct Named {
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

impl Named {
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
    fn add_all(&mut self, folder: &LockedFolder, batch: Vec<Unnamed>) {
        let files = batch.len();
        if files == 0 {
            return;
        }
        if let Err(error) = folder.check() {
            return self.fail(files, cannot_put(folder.path(), &error));
        }
        // File systems sync several files in one go.
        let synced = waiting_side_by_side(batch, SYNCS, |one: Unnamed| {
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

/// Names files, a batch at a time, until no more come.
pub(super) fn name_files(folder: &LockedFolder, batches: &Receiver<Vec<Unnamed>>) -> Named {
    let mut named = Named::default();
    while let Ok(batch) = batches.recv() {
        named.add_all(folder, batch);
    }
    named
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
