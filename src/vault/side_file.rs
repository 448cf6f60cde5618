//! The files beside the secrets file, which are ours only by name.
//!
//! Anyone who can change the folder can put something else in their place, and that includes a pull
//! request that is checked out there. Every open, read, replace and remove of such a file goes
//! through [`SideFile`], which follows no links, never blocks on a pipe, and touches nothing that
//! is not ours.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustix::fs::OFlags;

use super::lines::{cannot_write, sync_folder};
use crate::error::{Error, Result};
use crate::shell;

/// How often to retry opening a file that appeared or vanished meanwhile.
const ATTEMPTS: usize = 100;

/// A file beside the secrets file.
#[derive(Debug)]
pub(super) struct SideFile {
    path: PathBuf,
    secrets: PathBuf,
    /// What its content must begin with, as far as it was written; empty if it may hold anything.
    begins: &'static [u8],
}

impl SideFile {
    /// The lock file, which keeps a second run out.
    pub(super) fn lock(secrets: &Path) -> Self {
        Self::new(secrets, "lock", b"process ")
    }

    /// The journal of secrets in progress.
    pub(super) fn journal(secrets: &Path) -> Self {
        Self::new(secrets, "journal", b"{\"journal\":")
    }

    /// A new journal before it replaces the old one.
    pub(super) fn unfinished(secrets: &Path) -> Self {
        Self::new(secrets, "journal.new", b"{\"journal\":")
    }

    /// The rest of torn lines from the secrets file.
    pub(super) fn torn(secrets: &Path) -> Self {
        Self::new(secrets, "torn", b"")
    }

    /// A journal of secrets that could not be kept anywhere else.
    pub(super) fn rescued(secrets: &Path, now: Timestamp) -> Self {
        let ending = format!("rescued-{now:.0}");
        Self::new(secrets, &ending, b"{\"journal\":")
    }

    fn new(secrets: &Path, ending: &str, begins: &'static [u8]) -> Self {
        let mut name = secrets.as_os_str().to_owned();
        name.push(".");
        name.push(ending);
        Self {
            path: name.into(),
            secrets: secrets.to_owned(),
            begins,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether anything exists under its name, ours or not.
    pub(super) fn is_there(&self) -> bool {
        std::fs::symlink_metadata(&self.path).is_ok()
    }

    /// Opens it for reading and writing without changing it. A missing file is created, readable
    /// only by its owner.
    pub(super) fn open(&self) -> Result<File> {
        for _ in 0..ATTEMPTS {
            if let Some(file) = self.open_existing()? {
                return Ok(file);
            }
            match open(&self.path, true) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                made => return made.map_err(|error| cannot_write(&self.path, &error)),
            }
        }
        Err(self.unsteady())
    }

    /// Opens it if it exists; returns `None` otherwise.
    pub(super) fn open_existing(&self) -> Result<Option<File>> {
        let cannot = |error: io::Error| match error.kind() {
            ErrorKind::NotFound => Ok(None),
            _ => Err(cannot_write(&self.path, &error)),
        };
        // Check by name first: a device may react as soon as it is opened.
        match std::fs::symlink_metadata(&self.path) {
            Ok(found) => self.check(&found)?,
            Err(error) => return cannot(error),
        }
        match open(&self.path, false) {
            Ok(file) => self.check_opened(&file).map(|()| Some(file)),
            Err(error) => cannot(error),
        }
    }

    /// Reads the whole file; a missing one is empty.
    pub(super) fn read(&self) -> Result<Vec<u8>> {
        let mut content = Vec::new();
        if let Some(mut file) = self.open_existing()? {
            file.read_to_end(&mut content).map_err(|error| {
                Error::secret(format!("cannot read `{}`", self.path.display())).because(error)
            })?;
        }
        Ok(content)
    }

    /// Creates it with that content, synced, replacing one that an earlier run left.
    pub(super) fn write_new(&self, content: &[u8]) -> Result<()> {
        let is_left = self.open_existing()?.is_some();
        let removed = if is_left { self.remove() } else { Ok(()) };
        removed
            .and_then(|()| open(&self.path, true))
            .and_then(|mut file| {
                file.write_all(content)?;
                file.sync_all()?;
                sync_folder(&self.path)
            })
            .map_err(|error| cannot_write(&self.path, &error))
    }

    /// Atomically puts it in the place of another one.
    pub(super) fn replace(&self, other: &Self) -> Result<()> {
        std::fs::rename(&self.path, &other.path)
            .and_then(|()| sync_folder(&other.path))
            .map_err(|error| cannot_write(&other.path, &error))
    }

    /// Unlinks it, which follows no symbolic link.
    pub(super) fn remove(&self) -> io::Result<()> {
        std::fs::remove_file(&self.path)
    }

    /// The error for a file that appeared and vanished too often to be opened.
    pub(super) fn unsteady(&self) -> Error {
        let why = io::Error::other("it keeps being removed or replaced");
        cannot_write(&self.path, &why)
    }

    fn check_opened(&self, file: &File) -> Result<()> {
        let cannot = |error: io::Error| cannot_write(&self.path, &error);
        self.check(&file.metadata().map_err(cannot)?)?;
        let mut start = [0; 16];
        let length = file.read_at(&mut start, 0).map_err(cannot)?;
        let length = length.min(self.begins.len());
        // A crash may leave zeros in place of the last write.
        let ours = [self.begins, &[0; 16]];
        match ours.iter().any(|ours| start[..length] == ours[..length]) {
            true => Ok(()),
            false => Err(self.foreign("it holds something else")),
        }
    }

    fn check(&self, found: &Metadata) -> Result<()> {
        let kind = found.file_type();
        let what = match found {
            _ if kind.is_symlink() => "it is a link",
            _ if kind.is_dir() => "it is a folder",
            _ if !kind.is_file() => "it is not a regular file",
            // There are no links at all if it was removed meanwhile.
            found if found.nlink() > 1 => "it is a hard link: the file has another name",
            found if is_one(found, &self.secrets) => "it is the secrets file itself",
            found => return self.check_access(found),
        };
        Err(self.foreign(what))
    }

    /// Rejects files that others can write, because they could forge the content.
    fn check_access(&self, found: &Metadata) -> Result<()> {
        let path = self.path.display();
        let user = rustix::process::geteuid();
        if !user.is_root() && found.uid() != user.as_raw() {
            let uid = found.uid();
            let what = format!("cannot use `{path}`: it belongs to another user (uid {uid})");
            let hint =
                "run as that user or as root, or name another secrets file with `--secrets-out`";
            return Err(Error::secret(what).hint(hint));
        }
        let mode = found.mode() & 0o777;
        if mode & 0o022 != 0 {
            let what = format!("cannot use `{path}`: other users can write to it (mode {mode:o})");
            let path = shell::path(&self.path);
            let hint = format!("check that its content is yours, then run `chmod go-w {path}`");
            return Err(Error::secret(what).hint(hint));
        }
        Ok(())
    }

    fn foreign(&self, what: &str) -> Error {
        Error::secret(format!("cannot use `{}`: {what}", self.path.display())).hint(
            "hydra-gitops creates this file itself and does not use one from elsewhere: move it away, or name another secrets file with `--secrets-out`",
        )
    }
}

/// Opens a file without following a symbolic link in the last component and without blocking on a
/// pipe.
fn open(path: &Path, is_new: bool) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(is_new)
        .mode(0o600)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}

/// Whether the path leads to this file.
fn is_one(found: &Metadata, path: &Path) -> bool {
    std::fs::metadata(path)
        .is_ok_and(|other| (found.dev(), found.ino()) == (other.dev(), other.ino()))
}
