//! Append-only files of complete, synced lines.
//!
//! A single writer thread takes all waiting lines, writes them in one call and syncs once, so
//! concurrent creates share the syncs. After a failure the file is truncated to its last synced
//! line and nothing more is written, because a second sync may report success although the data is
//! gone.

use std::fs::{File, OpenOptions};
use std::future::Future;
use std::io::{self, ErrorKind, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::lock::is_same_file;
use crate::error::{Error, Hint, Result};
use crate::linux;

/// The most lines that share one sync.
const BATCH: usize = 256;

/// The minimum time between syncs. Hydra's database may share the disk, so fewer and larger syncs
/// make creates faster. A lone line does not wait.
const BETWEEN_SYNCS: Duration = Duration::from_millis(6);

/// Why a file is rejected that another run holds open.
pub(super) const BUSY: &str = "another run is writing it, perhaps under another name";

/// Appends lines durably.
pub trait Append {
    /// Whether lines survive the end of the process.
    const IS_DURABLE: bool = true;

    /// Appends a line, including its line break. The line is durable when this returns.
    fn append(&self, line: Vec<u8>) -> impl Future<Output = Result<()>>;
}

/// An append-only file of complete lines.
#[derive(Debug)]
pub struct LineFile {
    path: PathBuf,
    file: File,
    /// Its length according to our own writes. Locked while a batch is being written.
    length: Arc<Mutex<u64>>,
    queue: Option<mpsc::UnboundedSender<Waiting>>,
    thread: Option<JoinHandle<()>>,
}

struct Waiting {
    line: Vec<u8>,
    done: oneshot::Sender<io::Result<()>>,
}

impl LineFile {
    /// Opens `path` for appending after its first `keep` bytes, and truncates the rest. `found` is
    /// the length at which the file was read. A missing file is created, readable only by its
    /// owner. The file itself is locked as well, because another run may know it by another name.
    pub fn open(path: &Path, found: u64, keep: u64) -> Result<Self> {
        let file = open_private(path).map_err(|error| cannot_write(path, &error))?;
        Self::over(file, path, found, keep)
    }

    /// Does the same with a file that is already open.
    pub(super) fn over(mut file: File, path: &Path, found: u64, keep: u64) -> Result<Self> {
        let (file, writing) = file
            .try_lock()
            .map_err(|_| io::Error::other(BUSY))
            .and_then(|()| {
                check_unchanged(&file, path, found)?;
                file.set_len(keep)?;
                file.seek(SeekFrom::Start(keep))?;
                file.sync_all()?;
                sync_folder(path)?;
                Ok((file.try_clone()?, file))
            })
            .map_err(|error| cannot_write(path, &error))?;
        let (queue, waiting) = mpsc::unbounded_channel();
        let length = Arc::new(Mutex::new(keep));
        let thread = thread::Builder::new()
            .name("line-file".to_owned())
            .spawn({
                let (path, length) = (path.to_owned(), Arc::clone(&length));
                move || write_lines(writing, &path, &length, waiting)
            })
            .map_err(|error| cannot_write(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            length,
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Whether the path still leads to this file and its length is what was written. Waits for the
    /// batch that is being written.
    pub(super) fn is_as_written(&self) -> bool {
        check_unchanged(&self.file, &self.path, *lock(&self.length)).is_ok()
    }

    /// Writes everything that was appended, even if nobody is waiting for it any more, and then
    /// returns whether the file is as it was written.
    pub(super) fn finish(mut self) -> bool {
        self.drain();
        self.is_as_written()
    }

    /// Stops the writer thread once it has written everything that was appended.
    fn drain(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // It does not panic. If it did, every append has already returned an error.
            let _ = thread.join();
        }
    }

    /// Reserves this many bytes beyond the file's end, so that a full disk is noticed before
    /// anything is sent. Does nothing on file systems without support for it.
    pub fn reserve(&self, bytes: u64) -> Result<()> {
        linux::reserve(&self.file, bytes).map_err(|error| cannot_write(&self.path, &error))
    }
}

impl Append for LineFile {
    async fn append(&self, line: Vec<u8>) -> Result<()> {
        let gone = || io::Error::other("the writing thread has ended");
        let (done, result) = oneshot::channel();
        let sent = self
            .queue
            .as_ref()
            .map(|queue| queue.send(Waiting { line, done }));
        let result = match sent {
            Some(Ok(())) => result.await.unwrap_or_else(|_| Err(gone())),
            _ => Err(gone()),
        };
        result.map_err(|error| cannot_write(&self.path, &error))
    }
}

impl Drop for LineFile {
    fn drop(&mut self) {
        self.drain();
    }
}

/// The writer thread: writes batches until the queue is closed.
fn write_lines(
    mut file: File,
    path: &Path,
    length: &Mutex<u64>,
    mut waiting: mpsc::UnboundedReceiver<Waiting>,
) {
    let mut batch = Vec::new();
    let mut broken: Option<(ErrorKind, String)> = None;
    let mut last_sync = None;
    while gather(&mut waiting, &mut batch, last_sync) {
        if broken.is_none() {
            let lines: Vec<_> = batch.iter().map(|waiting| &*waiting.line).collect();
            let lines = lines.concat();
            let mut length = lock(length);
            let written = check_unchanged(&file, path, *length).and_then(|()| {
                let written = file.write_all(&lines).and_then(|()| file.sync_data());
                if written.is_err() {
                    // Best effort: the next run detects and repairs a torn rest.
                    let _ = file.set_len(*length).and_then(|()| file.sync_data());
                }
                written
            });
            match written {
                Ok(()) => *length += lines.len() as u64,
                Err(error) => broken = Some((error.kind(), error.to_string())),
            }
        }
        last_sync = Some(Instant::now());
        for Waiting { done, .. } in batch.drain(..) {
            let result = match &broken {
                None => Ok(()),
                Some((kind, text)) => Err(io::Error::new(*kind, text.clone())),
            };
            // The caller may have stopped waiting.
            let _ = done.send(result);
        }
    }
    let length = *lock(length);
    if broken.is_none() && check_unchanged(&file, path, length).is_ok() {
        // Releases reserved space that was not used.
        let _ = file.set_len(length);
    }
}

/// A poisoned lock is fine: nothing panics while it is held.
fn lock(length: &Mutex<u64>) -> MutexGuard<'_, u64> {
    length.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for a line, then collects more lines until the next sync is due. Returns false once the
/// queue is closed and empty.
fn gather(
    waiting: &mut mpsc::UnboundedReceiver<Waiting>,
    batch: &mut Vec<Waiting>,
    last_sync: Option<Instant>,
) -> bool {
    let Some(first) = waiting.blocking_recv() else {
        return false;
    };
    batch.push(first);
    let rest = last_sync.map(|last| BETWEEN_SYNCS.saturating_sub(last.elapsed()));
    thread::sleep(rest.unwrap_or_default());
    while batch.len() < BATCH
        && let Ok(next) = waiting.try_recv()
    {
        batch.push(next);
    }
    true
}

/// Makes sure that no other program replaced the file or changed its length. Otherwise a write
/// would destroy that program's data, or be lost.
fn check_unchanged(file: &File, path: &Path, length: u64) -> io::Result<()> {
    if !is_same_file(file, path) {
        return Err(io::Error::other("another file has taken its place"));
    }
    if file.metadata()?.len() != length {
        return Err(io::Error::other("another program has changed it"));
    }
    Ok(())
}

/// Opens a file for writing; a new one is readable only by its owner.
pub(super) fn open_private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

/// Makes the file's directory entry durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

/// The folder of a file.
pub(super) fn folder_of(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Splits a file into its complete lines and the rest of a torn last line.
pub(super) fn split_torn(content: &[u8]) -> (&[u8], &[u8]) {
    let last = content.iter().rposition(|byte| *byte == b'\n');
    content.split_at(last.map_or(0, |last| last + 1))
}

/// Reads a whole file; a missing one is empty. Anything other than a regular file is rejected
/// before it is opened, because a device or a pipe may never end.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    match check_readable(path)? {
        true => std::fs::read(path).map_err(|error| cannot_read(path, error)),
        false => Ok(Vec::new()),
    }
}

fn cannot_read(path: &Path, error: io::Error) -> Error {
    Error::secret(format!("cannot read `{}`", path.display())).because(error)
}

/// Whether a file is there. Anything other than a regular file is rejected.
pub(super) fn check_readable(path: &Path) -> Result<bool> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(true),
        Ok(metadata) => {
            let is_folder = metadata.is_dir();
            let what = if is_folder {
                "a folder"
            } else {
                "not a regular file"
            };
            Err(Error::secret(format!("`{}` is {what}", path.display()))
                .hint("name a file, not a folder or a device, with `--secrets-out`"))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(cannot_read(path, error)),
    }
}

/// The error for a file that cannot be written, with a hint.
pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Error {
    let hint = match error.kind() {
        ErrorKind::NotFound => {
            Hint::from("create its folder first, or name another file with `--secrets-out`")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Hint::retry(
            "free some space on the disk, then run the same command again",
            "free some space on the disk; it is retried automatically",
        ),
        ErrorKind::FileTooLarge => Hint::from(
            "raise the limit on the size of files (`ulimit -f`), then run the same command again",
        ),
        _ => Hint::from("make it writable, or name another file with `--secrets-out`"),
    };
    Error::secret(format!("cannot write `{}`", path.display()))
        .because(io::Error::new(error.kind(), error.to_string()))
        .hint(hint)
}
