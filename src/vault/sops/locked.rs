//! A folder that is open and locked, so that what is written goes into it and nowhere else.
//!
//! The lock is on the folder itself: runs that write into it may have their journals in different
//! places, or know it by different names.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::vault::lines::{BUSY, cannot_write, sync_folder};

/// A folder that no other run writes to until this is dropped.
#[derive(Debug)]
pub(in crate::vault) struct LockedFolder {
    path: PathBuf,
    opened: File,
}

impl LockedFolder {
    /// Opens and locks the folder. A missing one is created.
    ///
    /// # Errors
    /// When it is not a folder, cannot be opened, or another run holds it (exit 6).
    pub(in crate::vault) fn open(path: &Path) -> Result<Self> {
        let cannot = |error: io::Error| cannot_write(path, &error);
        match std::fs::metadata(path) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(not_a_folder(path)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                std::fs::create_dir(path).map_err(cannot)?;
                sync_folder(path).map_err(cannot)?;
            }
            Err(error) => return Err(cannot(error)),
        }
        let opened = File::open(path).map_err(cannot)?;
        // Some network file systems cannot lock a folder; the lock beside the first output remains.
        if let Err(TryLockError::WouldBlock) = opened.try_lock() {
            let what = format!("`{}` is in use: {BUSY}", path.display());
            let hint = "wait for that run to end, or name another folder with `--secrets-out`";
            return Err(Error::secret(what).hint(hint));
        }
        let folder = Self {
            path: path.to_owned(),
            opened,
        };
        // A killed run may have renamed a file without syncing that. What is read here counts as
        // written down.
        folder.sync().map_err(cannot)?;
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the names of its files durable.
    ///
    /// # Errors
    /// Also when the path leads to another folder by now, because files were then written there.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.check()?;
        self.opened.sync_all()
    }

    /// Makes sure that the path still leads to this folder.
    pub(super) fn check(&self) -> io::Result<()> {
        let identity = |found: std::fs::Metadata| (found.dev(), found.ino());
        let is_same = match std::fs::metadata(&self.path) {
            Ok(found) => identity(found) == identity(self.opened.metadata()?),
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        match is_same {
            true => Ok(()),
            false => Err(io::Error::other("the folder was removed or replaced")),
        }
    }
}

pub(in crate::vault) fn not_a_folder(path: &Path) -> Error {
    let what = format!("`{}` is not a folder", path.display());
    let hint =
        "name a folder with `--secrets-out sops:FOLDER`, or a file with `--secrets-out jsonl:FILE`";
    Error::secret(what).hint(hint)
}
