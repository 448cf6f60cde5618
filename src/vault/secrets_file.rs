//! The secrets file: its records, which of them count, and its torn last line after a crash.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::journal::Intent;
use super::lines::{LineFile, cannot_write, open_private, read, split_torn};
use super::lock::refuse_busy;
use super::seal::{Seal, Sealed};
use super::settled::missing;
use super::side_file::SideFile;
use super::sops::{SopsFile, read_folder};
use crate::client::ClientId;
use crate::endpoint_name::{EndpointName, same_endpoint};
use crate::error::{Error, Result};
use crate::shell;

/// The newest version of the line format. A line with a secret that is encrypted to age recipients
/// has it; others have version 1, which older programs read.
const FORMAT: u32 = 2;

/// A created client and its secret: one line of the secrets file, a public contract.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// The version of the line format: 1, or 2 with age recipients.
    pub format: u32,
    /// The client's id.
    pub client_id: String,
    /// The client's name, if it has one.
    pub client_name: Option<String>,
    /// The client's owner, empty if it has none; `None` in lines of earlier versions, and where
    /// nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The Hydra it was created in.
    pub endpoint: String,
    /// When the secret was generated (RFC 3339, UTC).
    pub created_at: Timestamp,
    /// Fingerprints of the OpenPGP keys, and the age recipients, that open the secret; empty for a
    /// cleartext secret.
    pub recipients: Vec<String>,
    /// The secret.
    #[serde(flatten)]
    pub secret: Sealed,
    /// Whether it could not be verified that the client in Hydra has this secret.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unconfirmed: bool,
}

impl Record {
    /// Parses a line.
    ///
    /// # Errors
    /// A short description that quotes nothing from the line.
    pub fn parse(line: &[u8]) -> Result<Self, String> {
        let record: Self = serde_json::from_slice(line).map_err(|error| {
            format!("it is not a record of a secret (column {})", error.column())
        })?;
        let format = record.format;
        if format > FORMAT {
            return Err(format!(
                "its format {format} is newer than {FORMAT}, the newest that this version reads"
            ));
        }
        if record.client_id.is_empty() {
            return Err("it has no `client_id`".to_owned());
        }
        Ok(record)
    }

    /// The version of the format of a line with this secret.
    pub(super) fn format_of(secret: &Sealed) -> u32 {
        match secret.encrypted() {
            Some(message) if message.age.is_some() => FORMAT,
            _ => 1,
        }
    }

    /// Encodes the record, including the line break.
    pub(super) fn to_line(&self) -> Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self).map_err(|error| {
            let what = format!("cannot write the record of `{}`", self.client_id);
            Error::secret(what).because(error)
        })?;
        line.push(b'\n');
        Ok(line)
    }

    /// The same secret, sealed again.
    pub fn sealed_anew(&self, seal: &Seal, secret: &SecretString) -> Result<Self> {
        let sealed = seal.seal(self.owner.as_deref(), secret)?;
        Ok(Self {
            format: Self::format_of(&sealed.secret),
            recipients: sealed.recipients,
            secret: sealed.secret,
            ..self.clone()
        })
    }

    /// What a SOPS file records.
    fn of_file(file: SopsFile) -> Self {
        Self {
            format: FORMAT,
            client_id: file.facts.client_id.clone(),
            client_name: file.facts.client_name.clone(),
            owner: file.facts.owner.clone(),
            endpoint: file.facts.endpoint.clone(),
            created_at: file.facts.created_at,
            recipients: file.recipients.clone(),
            unconfirmed: file.facts.unconfirmed,
            secret: Sealed::Sops(Box::new(file)),
        }
    }

    /// Whether the record belongs to that client.
    pub fn is_of(&self, id: &ClientId) -> bool {
        self.client_id == id.as_str()
    }
}

/// The content of a secrets file.
#[derive(Debug, Default)]
pub struct Content {
    /// Its records in order, each with its line number from 1.
    pub records: Vec<(usize, Record)>,
    /// Lines that are not records, as line numbers from 1, with the reason.
    pub broken: Vec<(usize, String)>,
    /// For a folder of SOPS files: the files, which the numbers above then count.
    files: Vec<PathBuf>,
}

impl Content {
    /// Reads the complete lines of a secrets file, and the last one even if it may be torn.
    pub fn read(path: &Path) -> Result<Self> {
        Ok(Self::parse(&read(path)?))
    }

    /// Reads the SOPS files of a folder, oldest first. Files of clients without a secret are left
    /// out.
    pub fn read_folder(folder: &Path) -> Result<Self> {
        let (files, broken) = read_folder(folder)?;
        let mut read = Self::default();
        for file in files.into_iter().filter(|file| file.secret.is_some()) {
            read.files.push(file.path.clone());
            read.records.push((read.files.len(), Record::of_file(file)));
        }
        for (path, why) in broken {
            read.files.push(path);
            read.broken.push((read.files.len(), why));
        }
        Ok(read)
    }

    /// Names the place of a line: `FILE:LINE`, or a SOPS file.
    pub fn place(&self, path: &Path, line: usize) -> String {
        match self.files.get(line.wrapping_sub(1)) {
            Some(file) => file.display().to_string(),
            None => format!("{}:{line}", path.display()),
        }
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

    /// The intents that still have to be settled, where there are no other outputs.
    pub fn missing(&self, intents: Vec<Intent>) -> Vec<Intent> {
        missing(intents, self, &[])
    }
}

/// The standing of a record among the records of its client in its Hydra.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The client's last confirmed record. The client has this secret, unless a later unconfirmed
    /// record turns out to be the right one.
    Counts,
    /// Unconfirmed, with no later confirmed record of the client: the secret has to be tried. If
    /// there are several such records, any of them may be the right one.
    ToTry,
    /// A later record of the client is confirmed.
    Superseded,
}

/// The records of one client that are not superseded, in order, each with its line number from 1.
pub type ClientRecords<'c> = Vec<(usize, &'c Record, Standing)>;

impl Content {
    /// The records of that Hydra's clients, grouped by client, in the order of their first lines.
    pub fn clients(&self, hydra: &str) -> Vec<ClientRecords<'_>> {
        let mut clients: BTreeMap<&str, ClientRecords<'_>> = BTreeMap::new();
        for (line, record, standing) in self.standings() {
            if standing != Standing::Superseded && same_endpoint(&record.endpoint, hydra) {
                let records = clients.entry(&record.client_id).or_default();
                records.push((line, record, standing));
            }
        }
        let mut clients: Vec<_> = clients.into_values().collect();
        clients.sort_by_key(|records| records.first().map(|(line, ..)| *line));
        clients
    }

    /// The number of records for each other Hydra, by name.
    pub fn elsewhere(&self, hydra: &str) -> BTreeMap<&str, usize> {
        let mut elsewhere = BTreeMap::new();
        for (_, record) in &self.records {
            if !same_endpoint(&record.endpoint, hydra) {
                *elsewhere.entry(&*record.endpoint).or_default() += 1;
            }
        }
        elsewhere
    }

    /// The records in order, each with its line number from 1 and its standing.
    pub fn standings(&self) -> impl Iterator<Item = (usize, &Record, Standing)> {
        let confirmed = self.records.iter().filter(|(_, one)| !one.unconfirmed);
        let last: HashMap<_, usize> = confirmed.map(|(line, one)| (client(one), *line)).collect();
        self.records.iter().map(move |(line, record)| {
            let standing = match last.get(&client(record)) {
                Some(last) if line < last => Standing::Superseded,
                Some(last) if line == last => Standing::Counts,
                _ => Standing::ToTry,
            };
            (*line, record, standing)
        })
    }
}

fn client(record: &Record) -> (EndpointName, &str) {
    (EndpointName::new(&record.endpoint), &record.client_id)
}

/// How the torn last line of a secrets file was repaired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// The line was complete except for its line break.
    Completed,
    /// It was the beginning of a record that the journal still holds.
    FromJournal,
    /// It was moved to this file.
    MovedTo(PathBuf),
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
    let content = Content::parse(&bytes[..keep.min(bytes.len())]);
    Ok((file, content, repair))
}

/// Rejects a file without a single record: it was probably named by mistake.
pub(super) fn refuse_foreign(path: &Path, whole: &[u8]) -> Result<()> {
    let content = Content::parse(whole);
    let Some((line, why)) = content
        .broken
        .first()
        .filter(|_| content.records.is_empty())
    else {
        return Ok(());
    };
    Err(Error::secret(format!(
        "`{}` is not a secrets file: none of its lines is a record of a secret (line {line}: {why})",
        path.display()
    ))
    .hint("name another file with `--secrets-out`, or, if a newer version of hydra-gitops wrote it, use that one"))
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
        let what = format!(
            "`{}` would hold secrets in clear, but other users can open it (mode {mode:o})",
            path.display()
        );
        let hint = format!("restrict it to yourself: `chmod 600 {}`", shell::path(path));
        return Err(Error::secret(what).hint(hint));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Standing::{self, Counts, Superseded, ToTry};
    use crate::vault::Content;

    /// The standing of one client's records, confirmed (`c`) or unconfirmed (`u`), each at an
    /// endpoint.
    fn stand(lines: &[(char, &str)]) -> Vec<Standing> {
        let line = |(kind, endpoint): &(char, &str)| {
            let unconfirmed = kind == &'u';
            format!(
                r#"{{"format":1,"client_id":"a","client_name":null,"endpoint":"{endpoint}","created_at":"2026-01-02T03:04:05Z","recipients":[],"client_secret":"x","unconfirmed":{unconfirmed}}}"#
            )
        };
        let text = lines.iter().map(line).collect::<Vec<_>>().join("\n");
        let content = Content::parse(text.as_bytes());
        content.standings().map(|(_, _, one)| one).collect()
    }

    #[test]
    fn the_last_confirmed_counts_and_what_is_unconfirmed_after_it_has_to_be_tried() {
        let here = |kinds: &str| {
            let lines: Vec<_> = kinds.chars().map(|kind| (kind, "http://h")).collect();
            stand(&lines)
        };
        assert_eq!(here("c"), [Counts]);
        assert_eq!(here("cc"), [Superseded, Counts]);
        assert_eq!(here("uu"), [ToTry, ToTry]);
        assert_eq!(here("uucu"), [Superseded, Superseded, Counts, ToTry]);
        assert_eq!(here("cuu"), [Counts, ToTry, ToTry]);
    }

    #[test]
    fn another_hydras_record_supersedes_none() {
        let lines = [('c', "http://h"), ('u', "http://i"), ('c', "http://j")];
        assert_eq!(stand(&lines), [Counts, ToTry, Counts]);
        let lines = [('c', "http://localhost:1"), ('c', "http://127.0.0.1:1")];
        assert_eq!(stand(&lines), [Superseded, Counts]);
    }
}
