//! The thread that writes files, and what it has written.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use jiff::Timestamp;
use tempfile::NamedTempFile;
use tokio::sync::{mpsc, oneshot};

use super::document::document;
use super::facts::{self, Facts};
use super::form::SopsForm;
use super::locked::LockedFolder;
use super::place::{put, unfinished};
use super::reading::read_file;

/// The most files whose names share one sync of the folder.
const BATCH: usize = 256;

/// How many files are synced at once.
const SYNCS: usize = 16;

/// A file that is to be written.
pub(super) struct Waiting {
    pub(super) form: SopsForm,
    pub(super) facts: Facts,
    pub(super) done: oneshot::Sender<io::Result<()>>,
}

/// What was written.
#[derive(Debug, Clone, Default)]
pub(super) struct Written(Arc<Mutex<Vec<File>>>);

#[derive(Debug)]
struct File {
    path: PathBuf,
    inode: Option<u64>,
    client_id: String,
    created_at: Timestamp,
}

impl Written {
    fn add(&self, path: PathBuf, facts: &Facts) {
        let file = File {
            inode: inode(&path),
            path,
            client_id: facts.client_id.clone(),
            created_at: facts.created_at,
        };
        self.lock().push(file);
    }

    /// Whether all of it is still there, or something newer of the same client.
    pub(super) fn stands(&self) -> bool {
        self.lock().iter().all(File::stands)
    }

    /// A poisoned lock is fine: nothing panics while it is held.
    fn lock(&self) -> MutexGuard<'_, Vec<File>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

/// Writes files until the queue is closed. Those of a batch are written first and synced together
/// then, so that the disk is waited for less often.
pub(super) fn write_files(
    folder: &LockedFolder,
    written: &Written,
    mut waiting: mpsc::UnboundedReceiver<Box<Waiting>>,
) {
    let mut batch = Vec::new();
    while waiting.blocking_recv_many(&mut batch, BATCH) > 0 {
        let files = batch.iter().map(|one| write(folder, one)).collect();
        let results = sync(files).into_iter().zip(&batch).map(|(file, one)| {
            let path = put(file?, folder.path(), &one.form, &one.facts)?;
            written.add(path, &one.facts);
            Ok(())
        });
        let results: Vec<io::Result<()>> = results.collect();
        let synced = folder.sync();
        for (result, one) in results.into_iter().zip(batch.drain(..)) {
            let result = result.and_then(|()| match &synced {
                Ok(()) => Ok(()),
                Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
            });
            // The caller may have stopped waiting.
            let _ = one.done.send(result);
        }
    }
}

/// Syncs the content of files, several at once, because file systems then do it in one go. Where no
/// thread can be started, this one syncs them all.
fn sync(mut files: Vec<io::Result<NamedTempFile>>) -> Vec<io::Result<NamedTempFile>> {
    let helpers = files.len().min(SYNCS) - usize::from(!files.is_empty());
    let left = Mutex::new(files.iter_mut());
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some(file) = next() {
            let synced = file.as_ref().map(|file| file.as_file().sync_data());
            if let Ok(Err(error)) = synced {
                *file = Err(error);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..helpers {
            let _ = thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    files
}

fn write(folder: &LockedFolder, one: &Waiting) -> io::Result<NamedTempFile> {
    folder.check()?;
    unfinished(folder.path(), &document(&one.form, &one.facts))
}
