//! The file that keeps the clients between runs.
//!
//! Two processes may share it: each change is made under a lock (`FILE.lock` beside it), on top of
//! what the file holds at that moment, and the whole file is replaced at once. Readers need no
//! lock.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::store::{Change, Clients, Entry, Outcome};
use crate::error::{Error, Result};

const FORMAT: &str = "hydra-gitops/sandbox/1";
/// More than any sandbox should hold, and less than what exhausts a machine.
const MAX_BYTES: u64 = 1 << 30;

#[derive(Serialize)]
struct Written<'a> {
    format: &'a str,
    clients: Vec<&'a Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadBack {
    format: String,
    clients: Vec<Entry>,
}

/// What tells one state of the file from another; a replaced file has another inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

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
        let clients = match stamp {
            None => Clients::default(),
            Some(_) => self.read()?,
        };
        self.seen = stamp;
        Ok(Some(clients))
    }

    /// Changes the clients, beginning with `current` unless the file has changed meanwhile. Both
    /// the new clients and what `change` returned come back once they are on the disk.
    pub(super) fn update<T>(
        &mut self,
        current: &Clients,
        change: impl FnOnce(&mut Clients) -> T,
    ) -> Result<(Clients, T)> {
        let _lock = self.lock()?;
        let mut clients = match self.read_if_changed()? {
            Some(changed) => changed,
            None => current.clone(),
        };
        let returned = change(&mut clients);
        self.write(&clients)
            .map_err(|error| self.failed("write").because(error))?;
        self.seen = self.stamp()?;
        Ok((clients, returned))
    }

    fn lock(&self) -> Result<File> {
        let mut name = self.path.clone().into_os_string();
        name.push(".lock");
        let locked = open_lock(Path::new(&name)).and_then(|file| {
            file.lock()?;
            Ok(file)
        });
        locked.map_err(|error| {
            self.failed("lock")
                .because(error)
                .hint("name a file in a folder that exists and can be written to, and whose name with `.lock` is free")
        })
    }

    fn stamp(&self) -> Result<Option<Stamp>> {
        match fs::metadata(&self.path) {
            Ok(data) if data.is_file() => Ok(Some(Stamp {
                inode: data.ino(),
                bytes: data.len(),
                modified: (data.mtime(), data.mtime_nsec()),
            })),
            Ok(_) => Err(self
                .foreign()
                .because(io::Error::other("it is not a regular file"))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed("read").because(error)),
        }
    }

    fn read(&self) -> Result<Clients> {
        let mut text = String::new();
        File::open(&self.path)
            .and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text))
            .map_err(|error| match error.kind() {
                io::ErrorKind::InvalidData => self.foreign().because(error),
                _ => self.failed("read").because(error),
            })?;
        if text.len() as u64 > MAX_BYTES {
            let reason = io::Error::other("it is larger than 1 GiB");
            return Err(self.foreign().because(reason));
        }
        let read: ReadBack =
            serde_json::from_str(&text).map_err(|error| self.foreign().because(error))?;
        if read.format != FORMAT {
            let reason = format!("its format is `{}`, not `{FORMAT}`", read.format);
            return Err(self.foreign().because(reason));
        }
        let mut clients = Clients::default();
        for entry in read.clients {
            let id = entry.id().to_owned();
            if id.is_empty() || clients.apply(Change::Create(entry)) != Outcome::Done {
                let reason = format!("the client id `{id}` is empty or there twice");
                return Err(self.foreign().because(reason));
            }
        }
        Ok(clients)
    }

    fn write(&self, clients: &Clients) -> io::Result<()> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut new = BufWriter::new(NamedTempFile::new_in(folder)?);
        let written = Written {
            format: FORMAT,
            clients: clients.by_age(),
        };
        serde_json::to_writer(&mut new, &written)?;
        new.write_all(b"\n")?;
        let new = new.into_inner().map_err(io::IntoInnerError::into_error)?;
        new.as_file().sync_all()?;
        new.persist(&self.path)?;
        File::open(folder)?.sync_all()
    }

    fn failed(&self, what: &str) -> Error {
        let path = self.path.display();
        Error::unexpected(format!("cannot {what} the sandbox's file `{path}`"))
    }

    fn foreign(&self) -> Error {
        let path = self.path.display();
        Error::usage(format!(
            "`{path}` is not a file of the sandbox, or it is damaged"
        ))
        .hint("the file was not changed; name another file, or move this one away to start over")
    }
}

/// Opens the lock's file, which is made where it is missing. It is ours by its name alone: no link in
/// its place is followed, and no pipe waited for.
fn open_lock(path: &Path) -> io::Result<File> {
    let found = fs::symlink_metadata(path).map(|found| found.file_type());
    match found {
        Ok(kind) if kind.is_symlink() => {
            return Err(io::Error::other("it is a link"));
        }
        Ok(kind) if !kind.is_file() => {
            return Err(io::Error::other("it is not a regular file"));
        }
        _ => {}
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
