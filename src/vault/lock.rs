//! One run at a time per secrets file.
//!
//! The lock is an operating system lock on a file beside the secrets file, and ends with the
//! process in every case. The file names the holder, for the error message of a second run.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::lines::{BUSY, cannot_write};
use super::side_file::SideFile;
use crate::error::{Error, Result};

/// The longest note that is read from a lock file, in bytes.
const MAX_NOTE: u64 = 400;

/// How often to retry when the lock file is removed while it is being locked.
const ATTEMPTS: usize = 100;

/// The maximum number of symbolic links that are followed, as in Linux.
const MOST_LINKS: usize = 40;

/// The right to write a secrets file and its journal. Dropping it releases the lock and removes the
/// lock file.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock for the secrets file `secrets`.
    ///
    /// # Errors
    /// When another run holds it, which the message names, or the lock file cannot be created (exit
    /// 6).
    pub fn take(secrets: &Path, now: Timestamp) -> Result<Self> {
        let side = SideFile::lock(&real(secrets));
        let path = side.path().to_owned();
        let cannot = |error: io::Error| cannot_write(&path, &error);
        for _ in 0..ATTEMPTS {
            let mut file = side.open()?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(held(&mut file, secrets)),
                Err(TryLockError::Error(error)) => return Err(cannot(error)),
            }
            // The previous holder may have removed the file between our opening and locking it.
            if has_place(&file, &path).map_err(cannot)? {
                sign(&mut file, now).map_err(cannot)?;
                return Ok(Self { file, path });
            }
        }
        Err(side.unsteady())
    }

    /// Whether the lock file still exists. Without it, for example after somebody cleaned up the
    /// folder, a second run is not kept out.
    pub fn is_intact(&self) -> bool {
        is_same_file(&self.file, &self.path)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file releases the lock, so a leftover file locks nobody out. Another run's
        // lock file is left alone.
        if self.is_intact() {
            let _ = std::fs::remove_file(&self.path);
        }
        let _ = self.file.unlock();
    }
}

/// Rejects a file that another run is writing, before a possibly incomplete line is read from it.
pub(super) fn refuse_busy(path: &Path) -> Result<()> {
    if !std::fs::metadata(path).is_ok_and(|found| found.is_file()) {
        return Ok(());
    }
    match File::open(path).map(|file| file.try_lock()) {
        Ok(Err(TryLockError::WouldBlock)) => {
            let what = format!("`{}` is in use: {BUSY}", path.display());
            let hint = "wait for that run to end, or name another file with `--secrets-out`";
            Err(Error::secret(what).hint(hint))
        }
        _ => Ok(()),
    }
}

/// Resolves symbolic links: all names of a secrets file or a folder share one lock and one journal,
/// which are beside it.
pub(super) fn real(path: &Path) -> PathBuf {
    // Without a slash at its end, which would make the name of a folder's lock one inside of it.
    let mut real: PathBuf = path.components().collect();
    for _ in 0..MOST_LINKS {
        match std::fs::read_link(&real) {
            Ok(target) => real = real.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => break,
        }
    }
    match std::fs::metadata(&real) {
        // `.`, `..` and `/` are no names to stand beside.
        Ok(found) if found.is_dir() && real.file_name().is_none() => {
            std::fs::canonicalize(&real).unwrap_or(real)
        }
        Ok(found) if found.is_file() || found.is_dir() => real,
        // Anything else is rejected later, under the name the user gave.
        Ok(_) => path.to_owned(),
        Err(_) => real,
    }
}

/// Whether the path still leads to the open file.
pub(super) fn is_same_file(file: &File, path: &Path) -> bool {
    has_place(file, path).unwrap_or(false)
}

/// Like [`is_same_file`], but reports errors. A symbolic link at the path does not count, nor does
/// the file under another name.
fn has_place(file: &File, path: &Path) -> io::Result<bool> {
    let identity = |found: std::fs::Metadata| (found.dev(), found.ino());
    let opened = identity(file.metadata()?);
    match std::fs::symlink_metadata(path) {
        Ok(found) => Ok(identity(found) == opened),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes down who holds the lock.
fn sign(file: &mut File, now: Timestamp) -> io::Result<()> {
    let system = rustix::system::uname();
    let (process, host) = (std::process::id(), system.nodename().to_string_lossy());
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "process {process} on {host} since {now:.0}")
}

/// Who holds the lock according to its file; empty if the file does not say.
pub(super) fn note(file: &mut File) -> String {
    let mut note = String::new();
    // The lock may be held even if there is no note.
    let _ = file.take(MAX_NOTE).read_to_string(&mut note);
    let line = note.lines().next().unwrap_or_default();
    line.chars().filter(|char| !char.is_control()).collect()
}

fn held(file: &mut File, secrets: &Path) -> Error {
    let note = note(file);
    let holder = match &*note {
        "" => "another run",
        note => note,
    };
    Error::secret(format!("`{}` is in use by {holder}", secrets.display()))
        .hint("wait for it to end, or name another file with `--secrets-out`")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::Lock;
    use jiff::Timestamp;

    #[test]
    fn the_second_is_told_who_was_first_and_gets_it_after() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = folder.path().join("s.jsonl");
        let first = Lock::take(&secrets, Timestamp::now()).unwrap();
        let error = Lock::take(&secrets, Timestamp::now()).unwrap_err();
        let pid = std::process::id().to_string();
        assert!(
            error.to_string().contains(&format!("process {pid} on")),
            "{error}"
        );
        drop(first);
        drop(Lock::take(&secrets, Timestamp::now()).unwrap());
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }

    #[test]
    fn links_to_one_file_share_its_lock() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = folder.path().join("s.jsonl");
        let link = folder.path().join("link.jsonl");
        // Also before the file exists.
        std::os::unix::fs::symlink("s.jsonl", &link).unwrap();
        let first = Lock::take(&link, Timestamp::now()).unwrap();
        assert!(Lock::take(&secrets, Timestamp::now()).is_err());
        drop(first);
        std::fs::write(&secrets, "").unwrap();
        let _second = Lock::take(&secrets, Timestamp::now()).unwrap();
        assert!(Lock::take(&link, Timestamp::now()).is_err());
    }

    #[test]
    fn a_lock_whose_file_was_removed_does_not_remove_the_next_ones() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = folder.path().join("s.jsonl");
        let first = Lock::take(&secrets, Timestamp::now()).unwrap();
        assert!(first.is_intact());
        std::fs::remove_file(folder.path().join("s.jsonl.lock")).unwrap();
        assert!(!first.is_intact());
        let second = Lock::take(&secrets, Timestamp::now()).unwrap();
        drop(first);
        assert!(second.is_intact());
    }
}
