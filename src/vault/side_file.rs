//! The files beside the secrets file: ours by their name alone.
//!
//! Whoever can change the folder, a pull request that is checked out there among them, can put
//! something else in their place. Each opening, reading, replacing and removing of one goes through
//! [`SideFile`], which follows no link, waits for no pipe, and touches nothing that is not ours.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustix::fs::OFlags;

use super::cannot_write::cannot_write;
use super::lines::sync_folder;
use crate::error::{Error, Result};
use crate::shell;

/// How often an opening is tried anew because the file came or went meanwhile.
const ATTEMPTS: usize = 100;

/// A file beside the secrets file.
#[derive(Debug)]
pub(super) struct SideFile {
    path: PathBuf,
    secrets: PathBuf,
    /// What it begins with, as far as it was written; nothing where it may hold anything.
    begins: &'static [u8],
}

impl SideFile {
    /// Keeps a second run out.
    pub(super) fn lock(secrets: &Path) -> Self {
        Self::new(secrets, "lock", b"process ")
    }

    /// The secrets under way.
    pub(super) fn journal(secrets: &Path) -> Self {
        Self::new(secrets, "journal", b"{\"journal\":")
    }

    /// Where a journal is written before it takes the old one's place.
    pub(super) fn unfinished(secrets: &Path) -> Self {
        Self::new(secrets, "journal.new", b"{\"journal\":")
    }

    /// What was left of torn lines of the secrets file.
    pub(super) fn torn(secrets: &Path) -> Self {
        Self::new(secrets, "torn", b"")
    }

    /// A journal of secrets that could be kept nowhere else.
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

    /// Whether anything has its name, be it ours or not.
    pub(super) fn is_there(&self) -> bool {
        std::fs::symlink_metadata(&self.path).is_ok()
    }

    /// Opens it for reading and writing, as it is; where it is missing it is made, readable by its
    /// owner only.
    ///
    /// # Errors
    /// When something else is in its place, or it cannot be opened or made (exit 6).
    pub(super) fn open(&self) -> Result<File> {
        for _ in 0..ATTEMPTS {
            if let Some(file) = self.open_existing()? {
                return Ok(file);
            }
            match self.create_new() {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                made => return made.map_err(|error| cannot_write(&self.path, &error)),
            }
        }
        Err(self.unsteady())
    }

    /// The same where it is there; `None` where it is not.
    ///
    /// # Errors
    /// When something else is in its place, or it cannot be opened (exit 6).
    pub(super) fn open_existing(&self) -> Result<Option<File>> {
        let cannot = |error: io::Error| match error.kind() {
            ErrorKind::NotFound => Ok(None),
            _ => Err(cannot_write(&self.path, &error)),
        };
        // First by name alone: a device may begin to work as soon as it is opened.
        match std::fs::symlink_metadata(&self.path) {
            Ok(found) => self.check(&found)?,
            Err(error) => return cannot(error),
        }
        match open(&self.path, false) {
            Ok(file) => self.check_opened(&file).map(|()| Some(file)),
            Err(error) => cannot(error),
        }
    }

    /// All it holds; nothing where it is missing.
    ///
    /// # Errors
    /// When something else is in its place, or it cannot be read (exit 6).
    pub(super) fn read(&self) -> Result<Vec<u8>> {
        let mut content = Vec::new();
        if let Some(mut file) = self.open_existing()? {
            file.read_to_end(&mut content).map_err(|error| {
                Error::secret(format!("cannot read `{}`", self.path.display())).because(error)
            })?;
        }
        Ok(content)
    }

    /// Makes it with that content, synced; one that an earlier run left goes.
    ///
    /// # Errors
    /// When something else is in its place, or it cannot be made or written (exit 6).
    pub(super) fn write_new(&self, content: &[u8]) -> Result<()> {
        let is_left = self.open_existing()?.is_some();
        let removed = if is_left { self.remove() } else { Ok(()) };
        removed
            .and_then(|()| self.create_new())
            .and_then(|mut file| {
                file.write_all(content)?;
                file.sync_all()?;
                sync_folder(&self.path)
            })
            .map_err(|error| cannot_write(&self.path, &error))
    }

    /// Puts it in the place of another one, in one step.
    pub(super) fn replace(&self, other: &Self) -> Result<()> {
        std::fs::rename(&self.path, &other.path)
            .and_then(|()| sync_folder(&other.path))
            .map_err(|error| cannot_write(&other.path, &error))
    }

    /// Removes its name, which follows no link.
    pub(super) fn remove(&self) -> io::Result<()> {
        std::fs::remove_file(&self.path)
    }

    /// That it came and went too often to be opened.
    pub(super) fn unsteady(&self) -> Error {
        let why = io::Error::other("it keeps being removed or replaced");
        cannot_write(&self.path, &why)
    }

    fn create_new(&self) -> io::Result<File> {
        open(&self.path, true)
    }

    fn check_opened(&self, file: &File) -> Result<()> {
        let cannot = |error: io::Error| cannot_write(&self.path, &error);
        self.check(&file.metadata().map_err(cannot)?)?;
        let mut start = [0; 16];
        let length = file.read_at(&mut start, 0).map_err(cannot)?;
        let length = length.min(self.begins.len());
        // A crash may leave zeros in the place of what was written last.
        let is_ours =
            start[..length] == self.begins[..length] || start[..length] == [0; 16][..length];
        match is_ours {
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
            // None at all where it was removed meanwhile.
            found if found.nlink() > 1 => "it is a hard link: the file has another name",
            found if is_one(found, &self.secrets) => "it is the secrets file itself",
            found => return self.check_access(found),
        };
        Err(self.foreign(what))
    }

    /// What others can write, they can forge.
    fn check_access(&self, found: &Metadata) -> Result<()> {
        let path = self.path.display();
        let user = rustix::process::geteuid();
        if !user.is_root() && found.uid() != user.as_raw() {
            return Err(Error::secret(format!(
                "cannot use `{path}`: it belongs to another user (uid {})",
                found.uid()
            ))
            .hint(
                "run as that user or as root, or name another secrets file with `--secrets-out`",
            ));
        }
        let mode = found.mode() & 0o777;
        if mode & 0o022 != 0 {
            return Err(Error::secret(format!(
                "cannot use `{path}`: other users can write to it (mode {mode:o})"
            ))
            .hint(format!(
                "check that its content is yours, then run `chmod go-w {}`",
                shell::path(&self.path)
            )));
        }
        Ok(())
    }

    fn foreign(&self, what: &str) -> Error {
        Error::secret(format!("cannot use `{}`: {what}", self.path.display())).hint(
            "hydra-gitops creates this file itself and does not use one from elsewhere: move it away, or name another secrets file with `--secrets-out`",
        )
    }
}

/// Opens without following a link in the last place and without waiting for a pipe's other end.
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

/// Whether that is the file that the path leads to.
fn is_one(found: &Metadata, path: &Path) -> bool {
    std::fs::metadata(path)
        .is_ok_and(|other| (found.dev(), found.ino()) == (other.dev(), other.ino()))
}
