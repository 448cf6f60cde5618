//! The file that keeps the clients between runs.
//!
//! Two processes may share it: each change is made under a lock (`FILE.lock` beside it), on top of
//! what the file holds at that moment, and the whole file is replaced at once. Readers need no
//! lock.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::store::{Change, Clients, Entry};
use crate::error::{Error, Result};

const FORMAT: &str = "hydra-gitops/sandbox/1";
/// More than any sandbox should hold, and less than what exhausts a machine.
const MAX_BYTES: u64 = 1 << 30;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents<'a> {
    format: Cow<'a, str>,
    clients: Vec<Cow<'a, Entry>>,
}

/// What tells one state of the file from another: its inode, which a replaced file has anew, its
/// length, and when it was modified.
type Stamp = (u64, u64, i64, i64);

/// The file, and what this process last saw of it.
#[derive(Debug)]
pub(super) struct StoreFile {
    path: PathBuf,
    seen: Option<Stamp>,
}

impl StoreFile {
    /// Takes `path` for the store. It need not exist yet, but its folder must be writable, unless
    /// the store is only to be read.
    pub(super) fn new(path: &Path, is_written: bool) -> Result<Self> {
        // A rename would replace a link, not what it points to.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let file = Self { path, seen: None };
        // Before anything is made beside it: a folder is no file.
        file.stamp()?;
        if is_written {
            file.lock()?;
        }
        Ok(file)
    }

    /// The clients, if the file is not as it was when this was last asked.
    pub(super) fn read_if_changed(&mut self) -> Result<Option<Clients>> {
        let stamp = self.stamp()?;
        if stamp == self.seen {
            return Ok(None);
        }
        let clients = stamp.map_or(Ok(Clients::default()), |_| self.read())?;
        self.seen = stamp;
        Ok(Some(clients))
    }

    /// Makes changes, beginning with `current` unless the file has changed meanwhile. The new clients,
    /// and whether each change was made, come back once they are on the disk.
    pub(super) fn update(
        &mut self,
        current: &Clients,
        changes: Vec<Change>,
    ) -> Result<(Clients, Vec<bool>)> {
        let _lock = self.lock()?;
        let changed = self.read_if_changed()?;
        let mut clients = changed.unwrap_or_else(|| current.clone());
        let changes = changes.into_iter();
        let applied = changes.map(|change| clients.apply(change)).collect();
        let written = self.write(&clients);
        written.map_err(|error| self.failed("write", error))?;
        self.seen = self.stamp()?;
        Ok((clients, applied))
    }

    fn lock(&self) -> Result<File> {
        let mut name = self.path.clone().into_os_string();
        name.push(".lock");
        let file = open_lock(Path::new(&name));
        let locked = file.and_then(|file| file.lock().map(|()| file));
        locked.map_err(|error| {
            self.failed("lock", error)
                .hint("name a file in a folder that exists and can be written to, and whose name with `.lock` is free")
        })
    }

    fn stamp(&self) -> Result<Option<Stamp>> {
        match fs::metadata(&self.path) {
            Ok(data) if data.is_file() => Ok(Some((
                data.ino(),
                data.len(),
                data.mtime(),
                data.mtime_nsec(),
            ))),
            Ok(_) => Err(self.foreign("it is not a regular file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed("read", error)),
        }
    }

    fn read(&self) -> Result<Clients> {
        let mut text = String::new();
        File::open(&self.path)
            .and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text))
            .map_err(|error| match error.kind() {
                io::ErrorKind::InvalidData => self.foreign(error),
                _ => self.failed("read", error),
            })?;
        if text.len() as u64 > MAX_BYTES {
            return Err(self.foreign("it is larger than 1 GiB"));
        }
        let read: Contents<'_> =
            serde_json::from_str(&text).map_err(|error| self.foreign(error))?;
        if read.format != FORMAT {
            let reason = format!("its format is `{}`, not `{FORMAT}`", read.format);
            return Err(self.foreign(reason));
        }
        let mut clients = Clients::default();
        for entry in read.clients {
            let id = entry.id().to_owned();
            if id.is_empty() || !clients.apply(Change::Create(entry.into_owned())) {
                let reason = format!("the client id `{id}` is empty or there twice");
                return Err(self.foreign(reason));
            }
        }
        Ok(clients)
    }

    fn write(&self, clients: &Clients) -> io::Result<()> {
        let folder = self.path.parent().filter(|it| !it.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let mut new = BufWriter::new(NamedTempFile::new_in(folder)?);
        let (format, clients) = (FORMAT.into(), clients.by_age().map(Cow::Borrowed).collect());
        serde_json::to_writer(&mut new, &Contents { format, clients })?;
        new.write_all(b"\n")?;
        let new = new.into_inner().map_err(io::IntoInnerError::into_error)?;
        new.as_file().sync_all()?;
        new.persist(&self.path)?;
        File::open(folder)?.sync_all()
    }

    fn failed(&self, what: &str, error: io::Error) -> Error {
        let path = self.path.display();
        Error::unexpected(format!("cannot {what} the sandbox's file `{path}`")).because(error)
    }

    fn foreign(&self, reason: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        let path = self.path.display();
        let message = format!("`{path}` is not a file of the sandbox, or it is damaged");
        Error::usage(message).because(reason).hint(
            "the file was not changed; name another file, or move this one away to start over",
        )
    }
}

/// Opens the lock's file, which is made where it is missing. It is ours by its name alone: no link in
/// its place is followed, and no pipe waited for.
fn open_lock(path: &Path) -> io::Result<File> {
    if let Ok(found) = fs::symlink_metadata(path)
        && !found.is_file()
    {
        return Err(io::Error::other(match found.is_symlink() {
            true => "it is a link",
            false => "it is not a regular file",
        }));
    }
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}
