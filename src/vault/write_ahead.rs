//! The write-ahead protocol: no secret is ever lost.
//!
//! # Expected flow
//! For each create, [`Vault::intend`] seals the secret and makes it durable in the journal. Then
//! the request is sent. Finally [`Vault::record`] makes the secret durable in the secrets file, or
//! [`Vault::discard`] notes that it belongs to no client. `VaultFiles::close` removes the journal
//! when no intent is open.
//!
//! # Guarantees
//! Whenever the process dies, the secret of every client that it created in Hydra is in the secrets
//! file or in the journal.
//!
//! # Assumptions
//! A synced file keeps what was written, and no other program writes these files.
//!
//! # Caveats
//! It cannot always be verified that an existing client has the journaled secret; if not, its
//! record is marked `unconfirmed`.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{try_join, try_join_all};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::clock::{Clock, SystemClock};
use super::journal::{self, Entry, Intent, IntentDetails, SealedFor, Ticket};
use super::lines::Append;
use super::open_intents::OpenIntents;
use super::outputs::Outputs;
use super::seal::{Seal, Sealed, nobody};
use super::sops::{Folder, SopsForm};
use crate::client::ClientId;
use crate::endpoint_name::EndpointName;
use crate::error::{Error, Result};

/// If a request is repeated within this time, that is not written down again.
const NOTED: SignedDuration = SignedDuration::from_secs(5);

/// How long a request that is given up after `time_out` may take to arrive. It may be held up in
/// transit for as long again.
pub fn arrives_within(time_out: Duration) -> Duration {
    let least = Duration::from_secs(u64::from(journal::IN_TRANSIT));
    least.max(time_out.saturating_mul(2))
}

/// Keeps secrets safe: the journal and the secrets file behind one protocol.
#[derive(Debug)]
pub struct Vault<A, C = SystemClock> {
    journal: A,
    /// The secrets file, if there is one.
    store: Option<A>,
    folders: Vec<Folder>,
    pub(super) clock: C,
    pub(super) endpoint: String,
    /// The endpoint in a form that can be compared.
    pub(super) here: EndpointName,
    in_transit: Duration,
    state: Mutex<State>,
}

impl<A: Append, C: Clock> Vault<A, C> {
    /// Creates a vault over an open journal and an open secrets file, if there is one, with the intents that earlier
    /// runs left open.
    pub fn new(
        files: (A, Option<A>),
        clock: C,
        seal: Option<Seal>,
        endpoint: String,
        open: Vec<Intent>,
    ) -> Self {
        let (journal, store) = files;
        let state = State {
            seal,
            open: open.into_iter().collect(),
            ..State::default()
        };
        Self {
            journal,
            store,
            folders: Vec::new(),
            clock,
            here: EndpointName::new(&endpoint),
            endpoint,
            in_transit: arrives_within(Duration::ZERO),
            state: Mutex::new(state),
        }
    }

    /// Also writes SOPS files into these folders.
    pub(super) fn with_folders(mut self, folders: Vec<Folder>) -> Self {
        self.folders = folders;
        self
    }

    /// Sets the time after which requests are given up.
    pub fn set_time_out(&mut self, time_out: Duration) {
        self.in_transit = arrives_within(time_out);
    }

    /// How long a request that is sent now may take to arrive.
    pub fn arrives_within(&self) -> Duration {
        self.in_transit
    }

    /// Sets the seal for new secrets.
    pub fn seal_with(&self, seal: Option<Seal>) {
        self.lock().seal = seal;
    }

    /// Writes down that a client is about to be created, together with its generated secret, and
    /// makes that durable before anything is sent.
    ///
    /// # Errors
    /// When the secret cannot be encrypted, or the journal cannot be written; then nothing may be
    /// sent (exit 6).
    pub async fn intend(
        &self,
        about: &IntentDetails<'_>,
        secret: Option<&SecretString>,
    ) -> Result<Ticket> {
        let sent = self.clock.moment();
        let in_file = secret.filter(|_| self.store.is_some());
        let sealed = in_file.map(|secret| self.seal(about.owner, secret));
        let sealed = sealed.transpose()?;
        let sops = self.seal_files(about, secret, sent.at)?;
        let intent = Intent {
            name: uuid::Uuid::new_v4().to_string(),
            client_id: about.client_id.map(ToString::to_string),
            client_name: about.client_name.map(str::to_owned),
            owner: about.owner.map(str::to_owned),
            is_resource: about.is_resource,
            method: about.method.to_owned(),
            endpoint: self.endpoint.clone(),
            created_at: sent.at,
            sent,
            arrives_within: u32::try_from(self.in_transit.as_secs()).unwrap_or(u32::MAX),
            confirmed: false,
            sealed: sealed.into_iter().collect(),
            sops,
        };
        let entry = Entry::Intent(Box::new(intent.clone()));
        self.journal.append(journal::line(&entry)?).await?;
        let name = intent.name.clone();
        let mut state = self.lock();
        state.unsent.insert(name.clone());
        state.open.push(intent);
        Ok(Ticket(name))
    }

    fn seal(&self, owner: Option<&str>, secret: &SecretString) -> Result<SealedFor> {
        let seal = self.lock().seal.clone();
        seal.ok_or_else(nobody)?.seal(owner, secret)
    }

    /// Whether a client gets a file even without a secret: a resource names a Secret, from which
    /// applications read the id.
    pub fn writes_file(&self, about: &IntentDetails<'_>) -> bool {
        about.secret_name.is_some() && !self.folders.is_empty()
    }

    /// Seals a SOPS file for each folder, if the client has a secret, or a resource names a Secret
    /// for it.
    fn seal_files(
        &self,
        about: &IntentDetails<'_>,
        secret: Option<&SecretString>,
        now: Timestamp,
    ) -> Result<Vec<SopsForm>> {
        if secret.is_none() && !self.writes_file(about) {
            return Ok(Vec::new());
        }
        let outputs = self.folders.iter().map(Folder::output);
        let seal = self.lock().seal.clone();
        let recipients = seal.as_ref().and_then(|seal| seal.recipients(about.owner));
        let forms = outputs.map(|output| {
            let recipients = recipients.ok_or_else(nobody)?;
            SopsForm::seal(output, about, secret, recipients, now)
        });
        forms.collect()
    }

    /// Notes that the request is sent now, unless that was noted recently: from now on it may
    /// arrive, however late.
    ///
    /// # Errors
    /// When that cannot be written; then nothing may be sent (exit 6).
    pub async fn sending(&self, ticket: &Ticket) -> Result<()> {
        self.lock().unsent.remove(&ticket.0);
        let is_noted = self.lock().get(ticket).is_none_or(|intent| {
            let age = self.clock.since(&intent.sent);
            age.is_some_and(|age| age < NOTED)
        });
        if is_noted {
            return Ok(());
        }
        self.count_anew(ticket).await
    }

    /// Restarts the period in which the request of an intent may arrive.
    async fn count_anew(&self, ticket: &Ticket) -> Result<()> {
        let sent = self.clock.moment();
        let entry = Entry::Sent {
            intent: ticket.0.clone(),
            sent: sent.clone(),
        };
        self.journal.append(journal::line(&entry)?).await?;
        self.lock().open.set_sent(&ticket.0, sent);
        Ok(())
    }

    /// Takes over intents that were written on another machine or before the last boot. The age of
    /// their requests is unknown, so the period in which they may arrive starts now, and the
    /// journal records that for the next run.
    pub async fn adopt(&self) -> Result<()> {
        // Includes other endpoints, because they may be this Hydra under another address.
        for ticket in self.of_unknown_age() {
            self.count_anew(&ticket).await?;
        }
        Ok(())
    }

    /// Makes the secret durable in the secrets file and returns it: the client now exists as `id`.
    /// SOPS files are durable when the vault is closed; until then the journal holds them, and that
    /// their clients exist. If no secret was generated, this only closes the intent.
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
        if !intent.has_forms() {
            return self.discard(ticket).await.map(|()| None);
        }
        if !unconfirmed {
            // Even if the record cannot be written, this much is known.
            self.lock().open.set_confirmed(&intent.name, id);
        }
        self.write_down(&intent, id, unconfirmed).await?;
        let mut state = self.lock();
        state.remove(ticket);
        state.count += usize::from(intent.has_secret());
        if A::IS_DURABLE {
            state.kept.push(Intent {
                client_id: Some(id.to_string()),
                confirmed: !unconfirmed,
                ..intent.clone()
            });
        }
        Ok(intent.secret().cloned())
    }

    /// Writes every form of an intent into its output.
    async fn write_down(&self, intent: &Intent, id: &ClientId, unconfirmed: bool) -> Result<()> {
        let mut lines = Vec::new();
        for record in intent.records(id, unconfirmed) {
            lines.extend(record.to_line()?);
        }
        // Looked up first: what is written twice counts twice.
        let files = self.files_of(intent)?;
        let appended = (intent.name.clone(), unconfirmed);
        let is_appended = || self.lock().appended.contains(&appended);
        if let Some(store) = self.store.as_ref().filter(|_| !lines.is_empty())
            && !is_appended()
        {
            store.append(lines).await?;
            if !files.is_empty() {
                self.lock().appended.insert(appended);
            }
        }
        let noted = async {
            match !files.is_empty() && !unconfirmed && !intent.confirmed {
                true => self.note_created(&intent.name, id).await,
                false => Ok(()),
            }
        };
        let written = files
            .iter()
            .map(|(folder, form)| folder.write(form, intent.facts(id, unconfirmed)));
        try_join(noted, try_join_all(written)).await.map(drop)
    }

    /// Notes that the client exists and has the secret, until its SOPS file is durable.
    async fn note_created(&self, intent: &str, id: &ClientId) -> Result<()> {
        let entry = Entry::Created {
            intent: intent.to_owned(),
            client_id: id.to_string(),
        };
        self.journal.append(journal::line(&entry)?).await
    }

    /// The folders of an intent's files.
    ///
    /// # Errors
    /// When one of them, or the secrets file, is not among the outputs of this run (exit 6).
    fn files_of<'i>(&self, intent: &'i Intent) -> Result<Vec<(&Folder, &'i SopsForm)>> {
        let missing = |output: String| {
            let what = format!("the journal holds a secret that belongs into `{output}`");
            Error::secret(what).hint(format!(
                "run the command again with `--secrets-out {output}` as well"
            ))
        };
        if !intent.sealed.is_empty() && self.store.is_none() {
            return Err(missing("jsonl:FILE".to_owned()));
        }
        let folders = || self.folders.iter();
        let files = intent.sops.iter().map(|form| {
            let is_it = |folder: &&Folder| folder.output().is_in(form.folder());
            let folder = folders().find(is_it);
            folder
                .map(|folder| (folder, form))
                .ok_or_else(|| missing(format!("sops:{}", form.folder())))
        });
        files.collect()
    }

    /// The folders of SOPS files.
    pub(super) fn folders(&self) -> &[Folder] {
        &self.folders
    }

    /// Notes that the intent needs no record: its secret belongs to no client, or none was
    /// generated.
    pub async fn discard(&self, ticket: &Ticket) -> Result<()> {
        let is_open = self.lock().get(ticket).is_some();
        if is_open {
            let line = journal::line(&Entry::Discarded(ticket.0.clone()))?;
            self.journal.append(line).await?;
            self.lock().remove(ticket);
        }
        Ok(())
    }

    /// The journal and the secrets file.
    pub(super) fn files(&self) -> (&A, Option<&A>) {
        (&self.journal, self.store.as_ref())
    }

    /// The flags that name the outputs.
    pub(super) fn outputs(&self, secrets: &Path) -> String {
        let file = self.store.as_ref().map(|_| secrets.to_owned());
        let folders = self.folders.iter().map(|folder| folder.output().clone());
        let outputs = Outputs::new(file, folders.collect());
        outputs.map(|all| all.arguments()).unwrap_or_default()
    }

    /// Ends the protocol. Returns what it held, and its journal, secrets file and folders.
    pub(super) fn into_parts(self) -> (Closed, A, Option<A>, Vec<Folder>) {
        let state = self.state.into_inner();
        let state = state.unwrap_or_else(PoisonError::into_inner);
        let closed = Closed {
            open: state.open.into_vec(),
            recorded: state.count,
            kept: state.kept,
        };
        (closed, self.journal, self.store, self.folders)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held, and each change to the state is complete.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The state of a vault while it is open.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) seal: Option<Seal>,
    pub(super) open: OpenIntents,
    /// The names of open intents whose request has certainly not been sent.
    pub(super) unsent: HashSet<String>,
    /// The names of open intents whose lines are in the secrets file although a SOPS file could not
    /// be written, and whether they say `unconfirmed`.
    pub(super) appended: HashSet<(String, bool)>,
    /// How many secrets were recorded since the vault was opened.
    pub(super) count: usize,
    /// What was recorded, kept so that it can be written again if it is lost.
    pub(super) kept: Vec<Intent>,
}

/// What a vault held when it was closed.
#[derive(Debug)]
pub struct Closed {
    /// Intents that are still open, for this Hydra and for others.
    pub open: Vec<Intent>,
    /// How many secrets were recorded while it was open.
    pub recorded: usize,
    /// What was recorded, with the id of each client.
    pub(super) kept: Vec<Intent>,
}

impl State {
    pub(super) fn get(&self, ticket: &Ticket) -> Option<&Intent> {
        self.open.get(&ticket.0)
    }

    pub(super) fn remove(&mut self, ticket: &Ticket) {
        self.open.remove(&ticket.0);
        self.unsent.remove(&ticket.0);
    }
}

/// Discards lines: for a vault that writes no files, used when secrets are printed to the user.
///
/// The content is gone when the process ends. If the process is killed between Hydra's answer and
/// printing, the secret is lost; with a recipient it is not. Every place that holds the secret
/// (`SecretString`, `ClearText`, the lines) is wiped. Buffers that grew or were sent along the way
/// are not, including those of requests and standard output. Core dumps are disabled for this
/// reason.
#[derive(Debug)]
pub struct InMemory;

impl Append for InMemory {
    const IS_DURABLE: bool = false;

    async fn append(&self, line: Vec<u8>) -> Result<()> {
        // The line holds a cleartext secret and is wiped. Memory that the vector abandoned as it
        // grew is not.
        drop(Zeroizing::new(line));
        Ok(())
    }
}

impl Vault<InMemory> {
    /// Creates an in-memory vault that keeps secrets in cleartext. `endpoint` names the Hydra, and
    /// requests are given up after `time_out`.
    pub fn in_memory(endpoint: String, time_out: Duration) -> Self {
        let files = (InMemory, Some(InMemory));
        let seal = Some(Seal::InClear);
        let mut vault = Self::new(files, SystemClock, seal, endpoint, Vec::new());
        vault.set_time_out(time_out);
        vault
    }
}
