//! Where the clients live: in memory, and in a file if there is one. Of secrets only salted hashes
//! are kept.

use std::collections::BTreeMap;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rand::RngCore as _;
use rand::rngs::OsRng;
use rand::seq::SliceRandom as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::decode::Object;
use super::file::StoreFile;
use super::rules::text;
use crate::error::{Error, Result};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) client: Object,
    pub(super) secret: Hashed,
}

impl Entry {
    pub(super) fn id(&self) -> &str {
        text(&self.client, "client_id")
    }
}

/// All clients by id, each with its number in the order of creation.
#[derive(Debug, Clone, Default)]
pub(super) struct Clients {
    by_id: BTreeMap<String, (u64, Arc<Entry>)>,
    next: u64,
}

#[derive(Debug, Clone)]
pub(super) enum Change {
    Create(Entry),
    /// Replaces the client, and its secret if there is one.
    Replace(Object, Option<Hashed>),
    Delete(String),
}

impl Clients {
    pub(super) fn get(&self, id: &str) -> Option<&Entry> {
        self.by_id.get(id).map(|(_, entry)| entry.as_ref())
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// By the bytes of their ids.
    pub(super) fn by_id(&self) -> impl Iterator<Item = &Entry> {
        self.by_id.values().map(|(_, entry)| entry.as_ref())
    }

    pub(super) fn after<'a>(&'a self, id: &str) -> impl Iterator<Item = &'a Entry> {
        use std::ops::Bound::{Excluded, Unbounded};
        let rest = self.by_id.range::<str, _>((Excluded(id), Unbounded));
        rest.map(|(_, (_, entry))| entry.as_ref())
    }

    /// The oldest first.
    pub(super) fn by_age(&self) -> impl Iterator<Item = &Entry> {
        let mut entries: Vec<_> = self.by_id.values().collect();
        entries.sort_unstable_by_key(|(age, _)| *age);
        entries.into_iter().map(|(_, entry)| &**entry)
    }

    /// Makes a change; false if the id to create is taken, or the client to change is absent.
    pub(super) fn apply(&mut self, change: Change) -> bool {
        match change {
            Change::Create(entry) if self.by_id.contains_key(entry.id()) => return false,
            Change::Create(entry) => {
                let id = entry.id().to_owned();
                self.by_id.insert(id, (self.next, Arc::new(entry)));
                self.next += 1;
            }
            Change::Replace(client, secret) => {
                let Some((_, entry)) = self.by_id.get_mut(text(&client, "client_id")) else {
                    return false;
                };
                let secret = secret.unwrap_or_else(|| entry.secret.clone());
                *entry = Arc::new(Entry { client, secret });
            }
            Change::Delete(id) => return self.by_id.remove(&id).is_some(),
        }
        true
    }
}

type Reply = Sender<Result<bool>>;

/// The clients, shared by all requests.
pub(super) struct Store {
    clients: Mutex<Arc<Clients>>,
    file: Option<Mutex<StoreFile>>,
    /// Changes that wait for the file. Whoever gets hold of it writes them all at once, so that
    /// concurrent requests share one write.
    waiting: Mutex<Vec<(Change, Reply)>>,
}

impl Store {
    pub(super) fn open(file: Option<StoreFile>) -> Result<Self> {
        let store = Self {
            clients: Mutex::default(),
            file: file.map(Mutex::new),
            waiting: Mutex::default(),
        };
        store.clients()?;
        Ok(store)
    }

    /// The clients as they are now, those of other processes included.
    pub(super) fn clients(&self) -> Result<Arc<Clients>> {
        if let Some(file) = &self.file
            && let Some(changed) = lock(file).read_if_changed()?
        {
            *lock(&self.clients) = Arc::new(changed);
        }
        Ok(Arc::clone(&lock(&self.clients)))
    }

    /// Makes a change, as [`Clients::apply`] does. It is on the disk when this returns, if there is a
    /// file.
    pub(super) fn commit(&self, change: Change) -> Result<bool> {
        let Some(file) = &self.file else {
            return Ok(Arc::make_mut(&mut lock(&self.clients)).apply(change));
        };
        let (reply, outcome) = channel();
        lock(&self.waiting).push((change, reply));
        self.write_waiting(&mut lock(file));
        let lost = |_| Err(Error::unexpected("the sandbox lost track of a change"));
        outcome.try_recv().unwrap_or_else(lost)
    }

    fn write_waiting(&self, file: &mut StoreFile) {
        let waiting = std::mem::take(&mut *lock(&self.waiting)).into_iter();
        let (changes, replies): (Vec<Change>, Vec<Reply>) = waiting.unzip();
        if changes.is_empty() {
            return;
        }
        let current = Arc::clone(&lock(&self.clients));
        match file.update(&current, changes) {
            Ok((clients, applied)) => {
                *lock(&self.clients) = Arc::new(clients);
                for (reply, applied) in replies.iter().zip(applied) {
                    // Nobody waits any more when the request was given up.
                    let _ = reply.send(Ok(applied));
                }
            }
            Err(error) => {
                for reply in replies {
                    let _ = reply.send(Err(error.clone()));
                }
            }
        }
    }
}

/// A poisoned lock still guards whole values: every change replaces one by another.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What Hydra makes a secret of, when none is sent.
const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";

/// A fresh secret: 26 characters.
pub(super) fn random_secret() -> String {
    (0..26)
        .filter_map(|_| ALPHABET.choose(&mut OsRng))
        .map(|byte| char::from(*byte))
        .collect()
}

/// Random bytes as text.
pub(super) fn random_token() -> String {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A secret that can be compared with, and no longer read: salt and SHA-256, both in base64.
///
/// One round is enough for secrets that protect nothing; Hydra itself takes its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hashed {
    salt: String,
    sha256: String,
}

impl Hashed {
    /// Hashes `secret` with a salt of its own.
    pub(super) fn new(secret: &[u8]) -> Self {
        let mut salt = [0; 16];
        OsRng.fill_bytes(&mut salt);
        let salt = STANDARD.encode(salt);
        let sha256 = digest(&salt, secret);
        Self { salt, sha256 }
    }

    /// Whether this is the hash of `secret`.
    pub(super) fn is_of(&self, secret: &[u8]) -> bool {
        digest(&self.salt, secret) == self.sha256
    }
}

fn digest(salt: &str, secret: &[u8]) -> String {
    let hash = Sha256::new().chain_update(salt).chain_update(secret);
    STANDARD.encode(hash.finalize())
}

/// Into the order of v2.0 and v2.1, whose primary keys are random: a new client can be listed
/// anywhere among the others, and stays there. Hashes stand for those keys.
pub(super) fn shuffle(entries: &mut [&Entry]) {
    entries.sort_by_cached_key(|entry| <[u8; 32]>::from(Sha256::digest(entry.id())));
}

#[cfg(test)]
mod tests {
    use super::{Hashed, random_secret};

    #[test]
    fn a_generated_secret_looks_like_hydras() {
        let secret = random_secret();
        assert_eq!(secret.len(), 26);
        let allowed = |char: char| char.is_ascii_alphanumeric() || "_.~-".contains(char);
        assert!(secret.chars().all(allowed));
        assert_ne!(secret, random_secret());
    }

    #[test]
    fn a_hash_knows_its_secret_and_no_other() {
        let hashed = Hashed::new(b"correct horse");
        assert!(hashed.is_of(b"correct horse"));
        assert!(!hashed.is_of(b"correct horsf"));
        assert_ne!(hashed, Hashed::new(b"correct horse"));
    }
}
