//! The secrets file: its content, and its torn last line after a crash.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::cannot_write::cannot_write;
use super::intent::Intent;
use super::lines::{LineFile, open_private, read, split_torn};
use super::lock::refuse_busy;
use super::record::Record;
use super::side_file::SideFile;
use crate::client::ClientId;
use crate::endpoint_name::EndpointName;
use crate::error::{Error, Result};
use crate::shell;

/// The content of a secrets file.
#[derive(Debug, Default)]
pub struct Content {
    /// Its records in order, each with its line number from 1.
    pub records: Vec<(usize, Record)>,
    /// Lines that are not records, as line numbers from 1, with the reason.
    pub broken: Vec<(usize, String)>,
}

impl Content {
    /// Reads the complete lines of a secrets file, and the last one even if it may be torn.
    pub fn read(path: &Path) -> Result<Self> {
        Ok(Self::parse(&read(path)?))
    }

    /// Parses lines.
    pub fn parse(content: &[u8]) -> Self {
        let mut parsed = Self::default();
        for (index, line) in content.split(|byte| *byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            match Record::parse(line) {
                Ok(record) => parsed.records.push((index + 1, record)),
                Err(why) => parsed.broken.push((index + 1, why)),
            }
        }
        parsed
    }

    /// The intents that still have to be settled, oldest first: those with a secret form that is
    /// not recorded, unless a record confirms a later intent for the same client.
    pub fn missing(&self, intents: Vec<Intent>) -> Vec<Intent> {
        let records = self.records.iter().map(|(_, record)| record);
        let records: HashMap<&str, &Record> = records
            .map(|record| (record.secret.text(), record))
            .collect();
        let mut taken = HashSet::new();
        let mut open = Vec::new();
        for intent in intents.into_iter().rev() {
            let id = intent.client_id.clone();
            let client = id.map(|id| (id, EndpointName::new(&intent.endpoint)));
            let forms = intent.sealed.iter();
            let recorded: Option<Vec<&&Record>> =
                forms.map(|form| records.get(form.secret.text())).collect();
            match recorded.as_deref() {
                Some([first, ..]) if !first.unconfirmed => taken.extend(client),
                Some([_, ..]) => {}
                _ if client.is_some_and(|client| taken.contains(&client)) => {}
                // An intent without a secret is closed in the journal only.
                Some([]) | None => open.push(intent),
            }
        }
        open.reverse();
        open
    }
}

/// How the torn last line of a secrets file was repaired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// The line was complete except for its line break.
    Completed,
    /// It was the beginning of a record that the journal still holds.
    FromJournal,
    /// It was moved to this file.
    MovedTo(std::path::PathBuf),
}

/// Opens a secrets file for appending after its last complete line.
pub(super) fn open(
    path: &Path,
    journal: &[Intent],
    in_clear: bool,
) -> Result<(LineFile, Content, Option<Repair>)> {
    refuse_busy(path)?;
    let bytes = read(path)?;
    if in_clear {
        refuse_readable_by_others(path)?;
    }
    let (whole, torn) = split_torn(&bytes);
    refuse_foreign(path, whole)?;
    let repair = repair_torn(path, torn, journal)?;
    let keep = match repair {
        Some(Repair::Completed) => bytes.len() + 1,
        _ => whole.len(),
    };
    let found = keep.max(bytes.len());
    let file = LineFile::open(path, found as u64, keep as u64)?;
    Ok((
        file,
        Content::parse(&bytes[..keep.min(bytes.len())]),
        repair,
    ))
}

/// Rejects a file without a single record: it was probably named by mistake.
pub(super) fn refuse_foreign(path: &Path, whole: &[u8]) -> Result<()> {
    let content = Content::parse(whole);
    if !content.records.is_empty() || content.broken.is_empty() {
        return Ok(());
    }
    Err(Error::secret(format!(
        "`{}` is not a secrets file: none of its lines is a record of a secret",
        path.display()
    ))
    .hint("name another file with `--secrets-out`"))
}

fn repair_torn(path: &Path, torn: &[u8], journal: &[Intent]) -> Result<Option<Repair>> {
    if torn.is_empty() {
        return Ok(None);
    }
    if Record::parse(torn).is_ok() {
        let file = open_private(path).map_err(|error| cannot_write(path, &error))?;
        append(file, path, b"\n")?;
        return Ok(Some(Repair::Completed));
    }
    let begins_so = |intent: &Intent| {
        let id = intent.client_id.clone().and_then(ClientId::new);
        let mut lines = id
            .into_iter()
            .flat_map(|id| intent.records(&id, false).collect::<Vec<_>>());
        lines.any(|record| record.to_line().is_ok_and(|line| line.starts_with(torn)))
    };
    if journal.iter().any(begins_so) {
        return Ok(Some(Repair::FromJournal));
    }
    let aside = SideFile::torn(path);
    append(aside.open()?, aside.path(), &[torn, b"\n"].concat())?;
    Ok(Some(Repair::MovedTo(aside.path().to_owned())))
}

/// Appends to an open file and syncs it.
fn append(mut file: File, path: &Path, bytes: &[u8]) -> Result<()> {
    file.seek(SeekFrom::End(0))
        .and_then(|_| file.write_all(bytes))
        .and_then(|()| file.sync_all())
        .map_err(|error| cannot_write(path, &error))
}

pub(super) fn refuse_readable_by_others(path: &Path) -> Result<()> {
    let Ok(metadata) = std::fs::metadata(path) else {
        return Ok(());
    };
    let mode = metadata.permissions().mode() & 0o777;
    if metadata.is_file() && mode & 0o077 != 0 {
        return Err(Error::secret(format!(
            "`{}` would hold secrets in clear, but other users can open it (mode {mode:o})",
            path.display()
        ))
        .hint(format!(
            "restrict it to yourself: `chmod 600 {}`",
            shell::path(path)
        )));
    }
    Ok(())
}
