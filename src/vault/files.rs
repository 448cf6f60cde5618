//! The three files of a run: the secrets file, its journal and its lock.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::clock::{Clock as _, SystemClock};
use super::journal::IntentDetails;
use super::lines::{Append as _, LineFile, cannot_write, sync_folder};
use super::lock::{Lock, real};
use super::outputs::Outputs;
use super::rescue::{Ending, Fault};
use super::seal::Seal;
use super::secrets_file::{self, Content, Repair};
use super::settled::{files_for, missing};
use super::side_file::SideFile;
use super::sops::{Folder, FolderEnd};
use super::write_ahead::{Closed, Vault};
use super::{journal, lines};
use crate::error::{Error, Result};

/// Roughly how many bytes a secret takes in each file, encrypted to one recipient.
const BYTES_A_SECRET: u64 = 2_048;

/// A vault on disk, locked against other runs.
#[derive(Debug)]
pub struct VaultFiles {
    /// The protocol over the files.
    pub vault: Vault<LineFile>,
    /// How a torn last line of the secrets file was repaired, if there was one.
    pub repair: Option<Repair>,
    /// Lines of the secrets file that are not records, from 1, with the reason.
    pub broken: Vec<(usize, String)>,
    /// Declared after the vault, because fields are dropped in order.
    tidy: Tidy,
}

/// Removes files that a run created but did not use, however it ended.
#[derive(Debug)]
struct Tidy {
    secrets: PathBuf,
    was_empty: bool,
    lock: Arc<Lock>,
}

impl Drop for Tidy {
    /// Best effort: leftover files do no harm.
    fn drop(&mut self) {
        // If somebody removed the lock file, another run may own the other files by now.
        if !self.lock.is_intact() {
            return;
        }
        let unfinished = SideFile::unfinished(&self.secrets);
        if unfinished.read().is_ok() {
            let _ = unfinished.remove();
        }
        // A journal that holds only its header line, or part of it, contains no information.
        let journal = SideFile::journal(&self.secrets);
        let head = journal::head().unwrap_or_default();
        let is_head = |content: Vec<u8>| head.starts_with(&content);
        if journal.read().is_ok_and(is_head) {
            let _ = journal.remove();
        }
        let is_empty = |metadata: std::fs::Metadata| metadata.is_file() && metadata.len() == 0;
        if self.was_empty && std::fs::metadata(&self.secrets).is_ok_and(is_empty) {
            let _ = std::fs::remove_file(&self.secrets);
        }
    }
}

/// Whether an interrupted run left files beside the secrets file.
pub fn has_leftovers(secrets: &Path) -> bool {
    let secrets = &real(secrets);
    let left = [
        SideFile::journal(secrets),
        SideFile::lock(secrets),
        SideFile::unfinished(secrets),
    ];
    left.iter().any(SideFile::is_there)
}

/// The folder of the secrets file and of the files beside it.
pub fn folder_of(secrets: &Path) -> PathBuf {
    lines::folder_of(&real(secrets)).to_owned()
}

/// Whether a journal exists that may hold secrets.
pub fn has_journal(secrets: &Path) -> bool {
    let secrets = &real(secrets);
    SideFile::journal(secrets).is_there() || SideFile::unfinished(secrets).is_there()
}

impl VaultFiles {
    /// Makes sure that the SOPS files of clients that are about to be created belong to them.
    ///
    /// # Errors
    /// When a file belongs to something else, or two clients would share one (exit 6).
    pub fn check_names<'a>(
        &self,
        clients: impl Iterator<Item = IntentDetails<'a>> + Clone,
    ) -> Result<()> {
        for folder in self.vault.folders() {
            let mut taken: HashMap<String, String> = HashMap::new();
            for about in clients.clone() {
                let Some(name) = folder.check(&about, &self.vault.endpoint)? else {
                    continue;
                };
                let client = about.client_id.map(ToString::to_string);
                let client = client.or(about.client_name.map(str::to_owned));
                let client = client
                    .or(about.owner.map(str::to_owned))
                    .unwrap_or_default();
                if let Some(other) = taken.insert(name.clone(), client.clone()) {
                    let folder = folder.output().folder.display();
                    let what = format!(
                        "`{other}` and `{client}` would have the same file, `{folder}/{name}`"
                    );
                    let hint = "use `{client_id}` in `--secret-name`, or give their resources different Secrets";
                    return Err(Error::secret(what).hint(hint));
                }
            }
        }
        Ok(())
    }

    /// Locks and opens the files, and verifies that they are writable. Without a seal, no new
    /// secret can be stored, but intents left by earlier runs can still be settled.
    pub async fn open(outputs: &Outputs, seal: Option<Seal>, endpoint: String) -> Result<Self> {
        let lock = Arc::new(Lock::take(outputs.anchor(), SystemClock.now())?);
        Self::open_under(lock, outputs, seal, endpoint).await
    }

    /// Opens the files under an existing lock, which outlives them.
    pub async fn open_under(
        lock: Arc<Lock>,
        outputs: &Outputs,
        seal: Option<Seal>,
        endpoint: String,
    ) -> Result<Self> {
        let secrets = &real(outputs.anchor());
        let folders = outputs.folders().iter().map(Folder::open);
        let folders = folders.collect::<Result<Vec<_>>>()?;
        let tidy = Tidy {
            lock,
            secrets: secrets.to_owned(),
            was_empty: std::fs::metadata(secrets).map_or(true, |metadata| metadata.len() == 0),
        };
        // This file is only written at the end of the run, when it would be too late to reject a
        // foreign one.
        SideFile::unfinished(secrets).open_existing()?;
        let side = SideFile::journal(secrets);
        let path = side.path();
        let content = side.read()?;
        let intents = journal::replay(&content, path)?;
        let in_clear = matches!(seal, Some(Seal::InClear));
        if in_clear {
            secrets_file::refuse_readable_by_others(path)?;
        }
        let (file, content_of_store, repair) = match outputs.secrets_file() {
            Some(_) => {
                let (file, content, repair) = secrets_file::open(secrets, &intents, in_clear)?;
                (Some(file), content, repair)
            }
            None => (None, Content::default(), None),
        };
        let (whole, _) = lines::split_torn(&content);
        let journal = LineFile::over(side.open()?, path, content.len() as u64, whole.len() as u64)?;
        if whole.is_empty() || journal::is_older(whole) {
            journal.append(journal::head()?).await?;
        }
        let files = files_for(&intents, outputs.folders())?;
        let open = missing(intents, &content_of_store, &files);
        let files = (journal, file);
        Ok(Self {
            vault: Vault::new(files, SystemClock, seal, endpoint, open).with_folders(folders),
            repair,
            broken: content_of_store.broken,
            tidy,
        })
    }

    /// Reserves disk space for this many secrets in the secrets file and in the journal, which also
    /// holds those for SOPS files.
    pub fn reserve(&self, secrets: usize) -> Result<()> {
        let bytes = secrets as u64 * BYTES_A_SECRET;
        let (journal, store) = self.vault.files();
        let forms = usize::from(store.is_some()) + self.vault.folders().len();
        journal.reserve(bytes * forms as u64)?;
        store.map_or(Ok(()), |file| file.reserve(bytes))
    }

    /// Whether the journal is intact and therefore still holds what the secrets file lacks.
    pub fn has_its_journal(&self) -> bool {
        let (journal, _) = self.vault.files();
        journal.is_as_written()
    }

    /// Closes the files. If no intent is open, the journal is removed; otherwise it is rewritten
    /// with the open ones. Records and intents that are no longer in their file are written again
    /// from memory.
    pub fn close(self) -> Result<Closed> {
        let side = SideFile::journal(&self.tidy.secrets);
        let outputs = self.vault.outputs(&self.tidy.secrets);
        let (closed, journal, store, folders) = self.vault.into_parts();
        let journal_stands = journal.finish();
        let ended = end_outputs(store, folders, &self.tidy.secrets);
        let ending = Ending {
            secrets: &self.tidy.secrets,
            outputs: &outputs,
            lock: &self.tidy.lock,
            journal_stands,
        };
        if let Some(fault) = ended.err().filter(|_| !closed.kept.is_empty()) {
            return Err(ending.lost(&closed, fault));
        }
        if !closed.open.is_empty() {
            ending.keep_open(&closed)?;
        } else if journal_stands {
            side.remove()
                .and_then(|()| sync_folder(side.path()))
                .map_err(|error| cannot_write(side.path(), &error))?;
        }
        drop(self.tidy);
        Ok(closed)
    }
}

/// Ends the writing to all outputs.
///
/// # Errors
/// What is wrong with the first one that does not hold all that was recorded.
fn end_outputs(
    store: Option<LineFile>,
    folders: Vec<Folder>,
    secrets: &Path,
) -> std::result::Result<(), Fault> {
    let file = match store.is_none_or(LineFile::finish) {
        true => Ok(()),
        false => Err(Fault::Changed(secrets.to_owned())),
    };
    let folders = folders.into_iter().map(|folder| {
        let path = folder.output().folder.clone();
        match folder.finish() {
            FolderEnd::Whole => Ok(()),
            FolderEnd::Changed => Err(Fault::Changed(path)),
            FolderEnd::Unwritten { files, error } => Err(Fault::Unwritten { files, error }),
        }
    });
    // All of them are ended, whatever became of one.
    let ended: Vec<_> = std::iter::once(file).chain(folders).collect();
    ended.into_iter().collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use futures_util::FutureExt as _;

    use super::{Outputs, Seal, VaultFiles};
    use crate::client::ClientId;
    use crate::recipients::{Recipients, parse_age};
    use crate::vault::{
        Append as _, IntentDetails, NameTemplate, SecretKeys, SopsKind, SopsOutput,
    };

    fn about(id: &ClientId) -> IntentDetails<'_> {
        IntentDetails {
            client_id: Some(id),
            client_name: None,
            owner: None,
            is_resource: false,
            secret_name: None,
            method: "client_secret_basic",
        }
    }

    /// A signal interrupts a settlement while the writer thread is in the middle of a line.
    #[tokio::test]
    async fn a_line_that_is_being_written_is_no_other_programs() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = folder.path().join("s.jsonl");
        let outputs = Outputs::file(secrets.clone());
        let open = VaultFiles::open(&outputs, Some(Seal::InClear), "http://h".to_owned());
        let files = open.await.unwrap();
        let id = ClientId::new("a".to_owned()).unwrap();
        let about = about(&id);
        let ticket = files.vault.intend(&about, Some(&"secret".into())).await;
        let recorded = files.vault.record(&ticket.unwrap(), &id, false).await;
        assert!(recorded.unwrap().is_some());
        let length = || std::fs::metadata(&secrets).unwrap().len();
        let before = length();
        // Long enough that the write is still in progress when the file has grown.
        let line = vec![b'\n'; 16 << 20];
        let whole = before + line.len() as u64;
        let (_, store) = files.vault.files();
        assert!(store.unwrap().append(line).now_or_never().is_none());
        while length() == before {
            std::thread::yield_now();
        }
        assert_eq!(files.close().unwrap().recorded, 1);
        assert_eq!(length(), whole);
    }

    /// A SOPS file cannot be written after the line of the secrets file was, and is tried again.
    #[tokio::test]
    async fn a_line_is_not_appended_twice_for_one_create() {
        let folder = tempfile::tempdir().unwrap();
        let (secrets, out) = (folder.path().join("s.jsonl"), folder.path().join("out"));
        let sops = SopsOutput {
            folder: out.clone(),
            kind: SopsKind::Kubernetes,
            keys: SecretKeys::default(),
            name: NameTemplate::default(),
            namespace: None,
        };
        let outputs = Outputs::new(Some(secrets.clone()), vec![sops]).unwrap();
        let own = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
        let recipients = Recipients::new([], [parse_age(own, "a test").unwrap()]);
        let seal = recipients.map(Seal::To);
        let open = VaultFiles::open(&outputs, seal, "http://h".to_owned());
        let files = open.await.unwrap();
        let id = ClientId::new("a".to_owned()).unwrap();
        let about = about(&id);
        let ticket = files.vault.intend(&about, Some(&"secret".into())).await;
        let ticket = ticket.unwrap();
        let away = folder.path().join("away");
        std::fs::rename(&out, &away).unwrap();
        assert!(files.vault.record(&ticket, &id, false).await.is_err());
        std::fs::rename(&away, &out).unwrap();
        files.vault.record(&ticket, &id, false).await.unwrap();
        files.close().unwrap();
        assert_eq!(
            std::fs::read_to_string(&secrets).unwrap().lines().count(),
            1
        );
        assert!(out.join("a.sops.yaml").exists());
    }
}
