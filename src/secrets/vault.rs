//! The write-ahead protocol: no secret is ever lost.
//!
//! # Expected flow
//! For each create: [`Vault::intend`] seals the secret and makes it durable in the journal; the
//! request is sent; [`Vault::record`] makes it durable in the secrets file, or [`Vault::discard`]
//! says that it is no client's. [`Vault::close`] removes the journal when nothing is open.
//!
//! # Guarantees
//! At whatever instant the process dies, each client that exists in Hydra through us has its secret
//! in the secrets file or in the journal.
//!
//! # Assumptions
//! A file that was synced keeps what was written, and no other program writes these files.
//!
//! # Caveats
//! Whether a client that exists has the journaled secret cannot always be proved; then its record
//! says so (`unconfirmed`).

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use super::clock::{Clock, SystemClock};
use super::intent::{About, Entry, Intent, Ticket};
use super::journal;
use super::lines::Append;
use super::record::Record;
use super::seal::{Seal, Sealed};
use super::state::{Closed, State};
use crate::client::{ClientId, Identity, Name};
use crate::error::{Error, Result};

/// How long an intent whose client is not in Hydra stays open after its request was sent: it may
/// still be on its way.
const IN_FLIGHT: SignedDuration = SignedDuration::from_secs(60);

/// How long a note of a request that was sent stands for those sent after it.
const NOTED: SignedDuration = SignedDuration::from_secs(5);

/// Keeps secrets: the journal and the secrets file behind one protocol.
#[derive(Debug)]
pub struct Vault<A, C = SystemClock> {
    journal: A,
    store: A,
    clock: C,
    endpoint: String,
    state: Mutex<State>,
}

impl<A: Append, C: Clock> Vault<A, C> {
    /// A vault over an open journal and an open secrets file, with the intents that earlier runs
    /// left open and the records there are.
    pub fn new<'r>(
        files: (A, A),
        clock: C,
        seal: Option<Seal>,
        endpoint: String,
        open: Vec<Intent>,
        records: impl Iterator<Item = &'r Record>,
    ) -> Self {
        let (journal, store) = files;
        let recorded = records
            .filter(|record| record.endpoint == endpoint)
            .map(|record| record.client_id.clone())
            .collect();
        let state = Mutex::new(State {
            seal,
            open,
            unsent: HashSet::new(),
            recorded,
            count: 0,
            kept: Vec::new(),
        });
        Self {
            journal,
            store,
            clock,
            endpoint,
            state,
        }
    }

    /// Seals new secrets with that from now on.
    pub fn seal_with(&self, seal: Option<Seal>) {
        self.lock().seal = seal;
    }

    /// Seals a secret and makes it durable before it is sent.
    ///
    /// # Errors
    /// When it cannot be encrypted or written; then nothing may be sent (exit 6).
    pub async fn intend(&self, about: &About<'_>, secret: &SecretString) -> Result<Ticket> {
        let Some(seal) = self.lock().seal.clone() else {
            return Err(Error::secret(
                "there is no recipient to encrypt the secret to",
            ));
        };
        let intent = Intent {
            name: uuid::Uuid::new_v4().to_string(),
            client_id: about.client_id.map(ToString::to_string),
            own_id: about.own_id,
            client_name: about.client_name.map(str::to_owned),
            owner: about.owner.map(str::to_owned),
            method: about.method.to_owned(),
            endpoint: self.endpoint.clone(),
            created_at: self.now(),
            sent_at: None,
            confirmed: false,
            recipients: seal.fingerprints(),
            secret: seal.seal(secret)?,
        };
        let entry = Entry::Intent(Box::new(intent.clone()));
        self.journal.append(journal::line(&entry)?).await?;
        let name = intent.name.clone();
        let mut state = self.lock();
        state.unsent.insert(name.clone());
        state.open.push(intent);
        Ok(Ticket(name))
    }

    /// Notes that the request is sent now, where that was not noted lately: from then on it may
    /// arrive, however late.
    ///
    /// # Errors
    /// When it cannot be written; then nothing may be sent (exit 6).
    pub async fn sending(&self, ticket: &Ticket) -> Result<()> {
        let at = self.now();
        self.lock().unsent.remove(&ticket.0);
        let is_noted = self
            .lock()
            .get(ticket)
            .is_none_or(|intent| self.clock.since(intent.last_sent()) < NOTED);
        if !is_noted {
            let intent = ticket.0.clone();
            self.journal
                .append(journal::line(&Entry::Sent { intent, at })?)
                .await?;
            let mut state = self.lock();
            let mut open = state.open.iter_mut();
            if let Some(intent) = open.find(|intent| intent.name == ticket.0) {
                intent.sent_at = Some(at);
            }
        }
        Ok(())
    }

    /// Makes the secret durable in the secrets file, and gives it: the client exists with that id.
    ///
    /// # Errors
    /// When it cannot be written; the journal still holds it (exit 6).
    pub async fn record(
        &self,
        ticket: &Ticket,
        id: &ClientId,
        unconfirmed: bool,
    ) -> Result<Option<Sealed>> {
        let Some(intent) = self.lock().get(ticket).cloned() else {
            return Ok(None);
        };
        let line = intent.record(id, unconfirmed).to_line().map_err(|error| {
            Error::secret(format!("cannot write the record of `{id}`")).because(error)
        })?;
        self.store.append(line).await?;
        let mut state = self.lock();
        state.remove(ticket);
        state.recorded.insert(id.to_string());
        state.count += 1;
        if A::IS_DURABLE {
            state.kept.push(Intent {
                client_id: Some(id.to_string()),
                confirmed: !unconfirmed,
                ..intent.clone()
            });
        }
        Ok(Some(intent.secret))
    }

    /// Notes that the secret is no client's.
    ///
    /// # Errors
    /// When it cannot be written (exit 6).
    pub async fn discard(&self, ticket: &Ticket) -> Result<()> {
        let is_open = self.lock().get(ticket).is_some();
        if is_open {
            let line = journal::line(&Entry::Discarded(ticket.0.clone()))?;
            self.journal.append(line).await?;
            self.lock().remove(ticket);
        }
        Ok(())
    }

    /// The intents that are open for this Hydra, oldest first.
    #[must_use]
    pub fn open_here(&self) -> Vec<(Ticket, Intent)> {
        self.open_where(|_| true)
    }

    /// Those of them that `is_meant`.
    fn open_where(&self, is_meant: impl Fn(&Intent) -> bool) -> Vec<(Ticket, Intent)> {
        let meant = |intent: &&Intent| intent.endpoint == self.endpoint && is_meant(intent);
        let with_ticket = |intent: &Intent| (Ticket(intent.name.clone()), intent.clone());
        let state = self.lock();
        state.open.iter().filter(meant).map(with_ticket).collect()
    }

    /// Whether an intent is still open.
    #[must_use]
    pub fn is_open(&self, ticket: &Ticket) -> bool {
        self.lock().get(ticket).is_some()
    }

    /// The other open intents for the client of that id.
    #[must_use]
    pub fn siblings(&self, intent: &Intent) -> Vec<(Ticket, Intent)> {
        self.open_where(|other| {
            other.name != intent.name
                && other.client_id.is_some()
                && other.client_id == intent.client_id
        })
    }

    /// The intents that an earlier try left open for a client: the requests of some may have
    /// arrived late. An id that was made for one of them is to be used again, so that the client
    /// cannot be made twice.
    #[must_use]
    pub fn left_open(&self, id: Option<&ClientId>, name: Option<&Name>) -> Vec<(Ticket, Intent)> {
        let by_id = id.cloned().map(Identity::Id);
        let by_name = name.cloned().map(Identity::Name);
        let identities: Vec<_> = by_id.into_iter().chain(by_name).collect();
        let mut left =
            self.open_where(|intent| identities.iter().any(|identity| intent.is_about(identity)));
        let unsent = &self.lock().unsent;
        left.retain(|(ticket, _)| !unsent.contains(&ticket.0));
        left
    }

    /// Whether no other secret than this open intent's was ever sent with its client's id, as far
    /// as the files tell.
    #[must_use]
    pub fn is_alone(&self, intent: &Intent) -> bool {
        let state = self.lock();
        let same = |other: &&Intent| {
            other.client_id == intent.client_id && other.endpoint == intent.endpoint
        };
        let recorded = intent
            .client_id
            .as_ref()
            .is_some_and(|id| state.recorded.contains(id));
        !recorded && state.open.iter().filter(same).count() == 1
    }

    /// Whether an intent is so young that its request may still be on its way.
    #[must_use]
    pub fn is_in_flight(&self, intent: &Intent) -> bool {
        self.clock.since(intent.last_sent()) < IN_FLIGHT
    }

    /// The journal and the secrets file.
    pub(super) fn files(&self) -> [&A; 2] {
        [&self.journal, &self.store]
    }

    /// Ends the protocol.
    pub fn close(self) -> Closed {
        let state = self.state.into_inner();
        state.unwrap_or_else(PoisonError::into_inner).close()
    }

    /// The time of day, in whole seconds.
    fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held, and each change of it is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
