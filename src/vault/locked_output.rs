//! A secrets file or a folder of SOPS files outside of a run: locked, read, and changed by commands
//! that confirm, add or encrypt again what is recorded.

use std::io::Write as _;
use std::path::Path;

use super::clock::{Clock as _, SystemClock};
use super::journal;
use super::lines::{self, Append as _, LineFile, cannot_write, sync_folder};
use super::lock::{Lock, real};
use super::seal::Sealed;
use super::secrets_file::{self, Content, Record, Repair};
use super::side_file::SideFile;
use super::sops::{LockedFolder, confirm};
use crate::error::Result;

/// A secrets file that is open for further lines, or a folder of SOPS files.
#[derive(Debug)]
pub struct LockedOutput {
    /// The file's content.
    pub content: Content,
    /// How its torn last line was repaired.
    pub repair: Option<Repair>,
    /// The secrets file; `None` for a folder of SOPS files. Declared before the lock, because fields
    /// are dropped in order.
    file: Option<LineFile>,
    _folder: Option<LockedFolder>,
    _lock: Lock,
}

impl LockedOutput {
    /// Locks, reads and opens the secrets file. No other run can write to it until this is dropped,
    /// which keeps `content` up to date.
    pub fn open(secrets: &Path) -> Result<Self> {
        let lock = Lock::take(secrets, SystemClock.now())?;
        let secrets = &real(secrets);
        let journal = SideFile::journal(secrets);
        let under_way = journal::replay(&journal.read()?, journal.path())?;
        let (file, content, repair) = secrets_file::open(secrets, &under_way, false)?;
        Ok(Self {
            content,
            repair,
            file: Some(file),
            _folder: None,
            _lock: lock,
        })
    }

    /// Locks and reads a folder of SOPS files.
    pub fn open_folder(folder: &Path) -> Result<Self> {
        let lock = Lock::take(folder, SystemClock.now())?;
        let locked = LockedFolder::open(folder)?;
        Ok(Self {
            content: Content::read_folder(folder)?,
            repair: None,
            file: None,
            _folder: Some(locked),
            _lock: lock,
        })
    }

    /// Records the same secret again, without `unconfirmed`: appends a line, or rewrites the SOPS
    /// file. It is durable when this returns.
    pub async fn confirm(&self, record: &Record) -> Result<()> {
        let file = match (&record.secret, &self.file) {
            (Sealed::Sops(file), _) => return confirm(file),
            (_, Some(file)) => file,
            (_, None) => return Ok(()),
        };
        let confirmed = Record {
            unconfirmed: false,
            ..record.clone()
        };
        file.append(confirmed.to_line()?).await
    }

    /// Appends a record. It is durable when this returns.
    pub async fn append(&self, record: &Record) -> Result<()> {
        match &self.file {
            Some(file) => file.append(record.to_line()?).await,
            None => Ok(()),
        }
    }

    /// Replaces the whole file by these records, at once.
    pub fn replace(self, path: &Path, records: &[Record]) -> Result<()> {
        let path = &real(path);
        let cannot = |error: std::io::Error| cannot_write(path, &error);
        let mut content = Vec::new();
        for record in records {
            content.extend(record.to_line()?);
        }
        let mode = std::fs::metadata(path).map_err(cannot)?.permissions();
        let beside = tempfile::Builder::new()
            .prefix(".hydra-gitops-")
            .tempfile_in(lines::folder_of(path))
            .map_err(cannot)?;
        let mut file = beside.as_file();
        file.write_all(&content)
            .and_then(|()| file.set_permissions(mode))
            .and_then(|()| file.sync_all())
            .map_err(cannot)?;
        beside.persist(path).map_err(|error| cannot(error.error))?;
        sync_folder(path).map_err(cannot)
    }
}
