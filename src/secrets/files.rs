//! The three files of a run: the secrets file, its journal and its lock.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::clock::{Clock as _, SystemClock};
use super::intent::{Entry, Intent};
use super::lines::{Append as _, LineFile, cannot_write, open_private, read, sync_folder};
use super::lock::{Lock, beside, real};
use super::seal::Seal;
use super::state::Closed;
use super::store::{self, Mended};
use super::vault::Vault;
use super::{journal, lines};
use crate::error::{Error, Result};

/// About how many bytes a secret takes in each file, encrypted to one recipient.
const BYTES_A_SECRET: u64 = 2_048;

/// A vault on the disk, locked against other runs.
#[derive(Debug)]
pub struct VaultFiles {
    /// The protocol over the files.
    pub vault: Vault<LineFile>,
    /// How a torn last line of the secrets file was mended.
    pub mended: Option<Mended>,
    /// Lines of the secrets file that are no record.
    pub broken: Vec<(usize, String)>,
    secrets: PathBuf,
    /// Before the lock and after the vault: fields go in their order.
    tidy: Tidy,
    lock: Arc<Lock>,
}

/// Removes what a run made and did not use, however it ended.
#[derive(Debug)]
struct Tidy {
    secrets: PathBuf,
    was_empty: bool,
}

impl Tidy {
    fn new(secrets: &Path) -> Self {
        Self {
            secrets: secrets.to_owned(),
            was_empty: std::fs::metadata(secrets).map_or(true, |metadata| metadata.len() == 0),
        }
    }
}

impl Drop for Tidy {
    /// Best effort: what stays does no harm.
    fn drop(&mut self) {
        let journal = beside(&self.secrets, "journal");
        let _ = std::fs::remove_file(unfinished(&self.secrets));
        // A first line alone, or what is torn of it, says nothing.
        let head = journal::head().unwrap_or_default();
        if read(&journal).is_ok_and(|content| head.starts_with(&content)) {
            let _ = std::fs::remove_file(&journal);
        }
        let is_empty = |metadata: std::fs::Metadata| metadata.is_file() && metadata.len() == 0;
        if self.was_empty && std::fs::metadata(&self.secrets).is_ok_and(is_empty) {
            let _ = std::fs::remove_file(&self.secrets);
        }
    }
}

/// Whether an earlier run, which was killed, left something beside the secrets file.
#[must_use]
pub fn has_leftovers(secrets: &Path) -> bool {
    let secrets = &real(secrets);
    let left = [
        beside(secrets, "journal"),
        beside(secrets, "lock"),
        unfinished(secrets),
    ];
    left.iter().any(|path| path.exists())
}

/// The folder in which the secrets file lies, and all that belongs to it.
#[must_use]
pub fn folder_of(secrets: &Path) -> PathBuf {
    let real = real(secrets);
    let folder = real.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// Whether secrets may wait in a journal.
#[must_use]
pub fn has_journal(secrets: &Path) -> bool {
    let secrets = &real(secrets);
    beside(secrets, "journal").exists() || unfinished(secrets).exists()
}

/// Where a shortened journal is written before it takes the old one's place.
fn unfinished(secrets: &Path) -> PathBuf {
    beside(secrets, "journal.new")
}

impl VaultFiles {
    /// Locks and opens the files, and proves that they can be written. Without a seal nothing new
    /// can be kept in them, and what earlier runs left can be settled all the same.
    ///
    /// # Errors
    /// When another run holds them, they cannot be written, or the journal cannot be read (exit 6).
    pub async fn open(secrets: &Path, seal: Option<Seal>, endpoint: String) -> Result<Self> {
        let lock = Arc::new(Lock::take(secrets, SystemClock.now())?);
        Self::open_under(lock, secrets, seal, endpoint).await
    }

    /// Opens the files under a lock that is held for longer than they are open.
    ///
    /// # Errors
    /// When they cannot be written, or the journal cannot be read (exit 6).
    pub async fn open_under(
        lock: Arc<Lock>,
        secrets: &Path,
        seal: Option<Seal>,
        endpoint: String,
    ) -> Result<Self> {
        let secrets = &real(secrets);
        let tidy = Tidy::new(secrets);
        let path = beside(secrets, "journal");
        let content = read(&path)?;
        let intents = journal::replay(&content, &path)?;
        let in_clear = matches!(seal, Some(Seal::InClear));
        if in_clear {
            store::refuse_readable_by_others(&path)?;
        }
        let (file, content_of_store, mended) = store::open(secrets, &intents, in_clear)?;
        let (whole, _) = lines::split_torn(&content);
        let journal = LineFile::open(&path, content.len() as u64, whole.len() as u64)?;
        if whole.is_empty() || journal::is_older(whole) {
            journal.append(journal::head()?).await?;
        }
        let open = content_of_store.missing(intents);
        let files = (journal, file);
        Ok(Self {
            vault: Vault::new(files, SystemClock, seal, endpoint, open),
            mended,
            broken: content_of_store.broken,
            secrets: secrets.to_owned(),
            tidy,
            lock,
        })
    }

    /// Sets room aside for so many secrets in both files.
    ///
    /// # Errors
    /// When the disk is too full for them (exit 6).
    pub fn reserve(&self, secrets: usize) -> Result<()> {
        let bytes = secrets as u64 * BYTES_A_SECRET;
        self.vault
            .files()
            .into_iter()
            .try_for_each(|file| file.reserve(bytes))
    }

    /// Closes the files: removes the journal when nothing is open, and shortens it to what is open
    /// otherwise.
    ///
    /// # Errors
    /// When the journal cannot be rewritten or removed (exit 6).
    pub fn close(self) -> Result<Closed> {
        let path = beside(&self.secrets, "journal");
        let [_, store] = self.vault.files();
        let is_as_written = store.is_as_written();
        let closed = self.vault.close();
        if !is_as_written && closed.recorded > 0 {
            // Best effort: without it all are in the journal as well, and less is known of them.
            let _ = confirm(&self.secrets, &closed.confirmed);
            return Err(lost_its_place(&self.secrets, &path));
        }
        let result = if closed.open.is_empty() {
            std::fs::remove_file(&path)
        } else {
            rewrite(&self.secrets, &closed.open)?
        };
        result
            .and_then(|()| sync_folder(&path))
            .map_err(|error| cannot_write(&path, &error))?;
        drop(self.tidy);
        drop(self.lock);
        Ok(closed)
    }
}

/// The secrets that were recorded may be in no file that anybody can open; the journal, which holds
/// all of them, stays.
fn lost_its_place(secrets: &Path, journal: &Path) -> Error {
    let (secrets, journal) = (secrets.display(), journal.display());
    Error::secret(format!(
        "another program replaced or changed `{secrets}` while secrets were recorded; `{journal}` keeps all of them"
    ))
    .hint("run the same command again, or `hydra-gitops secrets recover`: it records them anew")
}

/// Notes in the journal of which secrets it is certain that their clients have them.
fn confirm(secrets: &Path, confirmed: &HashSet<String>) -> Result<io::Result<()>> {
    let path = beside(secrets, "journal");
    let mut intents = journal::replay(&read(&path)?, &path)?;
    for intent in &mut intents {
        intent.confirmed |= confirmed.contains(&intent.name);
    }
    rewrite(secrets, &intents)
}

/// Puts a journal of the open intents in the place of the old one, in one step.
fn rewrite(secrets: &Path, open: &[Intent]) -> Result<io::Result<()>> {
    let mut content = journal::head()?;
    for intent in open {
        content.extend(journal::line(&Entry::Intent(Box::new(intent.clone())))?);
    }
    let new = unfinished(secrets);
    Ok(open_private(&new).and_then(|mut file| {
        file.set_len(0)?;
        io::Write::write_all(&mut file, &content)?;
        file.sync_all()?;
        std::fs::rename(&new, beside(secrets, "journal"))
    }))
}
