//! Appends confirmed lines for secrets that were recorded as `unconfirmed`.

use std::path::Path;

use super::clock::{Clock as _, SystemClock};
use super::lines::{Append as _, LineFile};
use super::lock::{Lock, real};
use super::record::Record;
use super::side_file::SideFile;
use super::store::{self, Content, Repair};
use super::{Intent, journal};
use crate::error::{Error, Result};

/// A secrets file, locked against other runs and open for further lines.
#[derive(Debug)]
pub struct Confirming {
    /// The file's content.
    pub content: Content,
    /// How its torn last line was repaired.
    pub repair: Option<Repair>,
    /// Declared before the lock, because fields are dropped in order.
    file: LineFile,
    _lock: Lock,
}

impl Confirming {
    /// Locks, reads and opens the secrets file. No other run can write to it until this is dropped,
    /// which keeps `content` up to date.
    pub fn open(secrets: &Path) -> Result<Self> {
        let lock = Lock::take(secrets, SystemClock.now())?;
        let secrets = &real(secrets);
        let journal = SideFile::journal(secrets);
        let under_way: Vec<Intent> = journal::replay(&journal.read()?, journal.path())?;
        let (file, content, repair) = store::open(secrets, &under_way, false)?;
        Ok(Self {
            content,
            repair,
            file,
            _lock: lock,
        })
    }

    /// Appends the same secret again, without `unconfirmed`. The line is durable when this returns.
    pub async fn confirm(&self, record: &Record) -> Result<()> {
        let confirmed = Record {
            unconfirmed: false,
            ..record.clone()
        };
        let line = confirmed.to_line().map_err(|error| {
            Error::secret(format!("cannot write the record of `{}`", record.client_id))
                .because(error)
        })?;
        self.file.append(line).await
    }
}
