//! The secrets file of a run, opened on demand.
//!
//! # Expected flow
//! [`SecretsSession::recover`], then a plan, then [`SecretsSession::make_ready`] for it, then
//! [`create`](super::create). Finally, whatever happened, [`SecretsSession::settle_late`] and
//! [`SecretsSession::close`].

use std::sync::Arc;

use super::events::{Event, Events};
use super::executor::{about, id_of};
use super::recover::{RecoveryOutcome, Reported, settle, tell_repairs};
use super::target::Target;
use crate::client::{Field, SecretSource};
use crate::error::{Error, Result};
use crate::plan::{Creation, Plan};
use crate::text::count;
use crate::vault::{Closed, Lock, Outputs, Seal, VaultFiles, has_journal, has_leftovers};

#[derive(Debug)]
pub(crate) struct SecretsSession {
    outputs: Outputs,
    /// The lock of the secrets file, if the caller holds it beyond this session.
    lock: Option<Arc<Lock>>,
    seal: Option<Seal>,
    target: Arc<Target>,
    events: Arc<dyn Events>,
    reported: Reported,
    /// Open if the plan generates a secret or an earlier run left one.
    files: Option<Arc<VaultFiles>>,
    /// Whether requests of an earlier run may still have been in flight.
    is_waiting: bool,
    has_unknown: bool,
}

impl SecretsSession {
    pub(crate) fn new(
        outputs: &Outputs,
        seal: Option<Seal>,
        target: &Arc<Target>,
        events: Arc<dyn Events>,
    ) -> Self {
        Self {
            outputs: outputs.clone(),
            lock: None,
            seal,
            target: Arc::clone(target),
            events,
            reported: Reported::default(),
            files: None,
            is_waiting: false,
            has_unknown: false,
        }
    }

    /// Uses a lock that the caller holds beyond this session, and skips what was already reported.
    pub(crate) fn under(mut self, lock: Arc<Lock>, reported: Reported) -> Self {
        self.lock = Some(lock);
        self.reported = reported;
        self
    }

    /// Shares the open files of other creates in progress. Nothing is recovered, because the open
    /// intents in them belong to those creates.
    pub(crate) fn share(&mut self, files: Arc<VaultFiles>) {
        files.vault.seal_with(self.seal.clone());
        self.files = Some(files);
    }

    pub(crate) fn target(&self) -> &Arc<Target> {
        &self.target
    }

    pub(crate) fn files(&self) -> Option<&Arc<VaultFiles>> {
        self.files.as_ref()
    }

    /// Settles what earlier runs left open. Fails when Hydra gives no certain answer (exit 5), or a
    /// file cannot be read or written (exit 6).
    pub(crate) async fn recover(&mut self) -> Result<()> {
        let is_left = match &self.lock {
            // The lock file exists because of our own lock, so look only for a journal.
            Some(_) => has_journal(self.outputs.anchor()),
            None => has_leftovers(self.outputs.anchor()),
        };
        if is_left {
            let files = self.open().await?;
            let recovered = settle(&files, &self.target, self.reported, &*self.events).await?;
            let any =
                |is: fn(&RecoveryOutcome) -> bool| recovered.iter().any(|one| is(&one.outcome));
            self.is_waiting = any(|outcome| *outcome == RecoveryOutcome::Waiting);
            self.has_unknown = any(|outcome| matches!(outcome, RecoveryOutcome::Unknown(_)));
            self.files = Some(Arc::new(files));
        }
        Ok(())
    }

    /// Opens the files if the plan generates secrets, and reserves space for all of them. Also
    /// opens them if creates have to be journaled. Fails when generated secrets would have no
    /// recipient, or a file cannot be written (exit 6).
    pub(crate) async fn make_ready(&mut self, plan: &Plan) -> Result<()> {
        let has_folders = !self.outputs.folders().is_empty();
        let generated = plan.secrets_to_generate();
        if let Some(error) = unsealable(plan, self.seal.as_ref(), has_folders) {
            return Err(error);
        }
        let named = plan
            .creations()
            .filter(|(_, one)| is_named(one, has_folders));
        let named = named.count();
        // If the server chooses ids, a second request creates a second client: journal each create.
        let is_journaled = self.target.dialect().chooses_ids() && plan.creations().next().is_some();
        if generated + named == 0 && !is_journaled {
            return Ok(());
        }
        let files = match self.files.take() {
            Some(files) => files,
            None => Arc::new(self.open().await?),
        };
        let creations = plan.creations().map(|(_, creation)| creation);
        let wants_file = |one: &&Creation| {
            one.secret == SecretSource::Generated || one.client.secret_name().is_some()
        };
        let chooses_ids = self.target.dialect().chooses_ids();
        let own_id = |one: &Creation| match one.client.client_id() {
            None if !chooses_ids => id_of(one),
            given => given,
        };
        let clients: Vec<_> = creations
            .filter(wants_file)
            .map(|one| (one, own_id(one)))
            .collect();
        files.check_names(clients.iter().map(|(one, id)| about(one, id.as_ref())))?;
        self.files.insert(files).reserve(generated)
    }

    async fn open(&self) -> Result<VaultFiles> {
        let (seal, endpoint) = (self.seal.clone(), self.target.name.clone());
        let mut files = match &self.lock {
            Some(lock) => {
                VaultFiles::open_under(lock.clone(), &self.outputs, seal, endpoint).await?
            }
            None => VaultFiles::open(&self.outputs, seal, endpoint).await?,
        };
        let time_out = self.target.session.reader.request_timeout();
        files.vault.set_time_out(time_out);
        tell_repairs(files.repair.as_ref(), &files.broken, &*self.events);
        Ok(files)
    }

    /// Whether a request of an earlier run may have arrived since [`Self::recover`] looked.
    pub(crate) fn is_waiting(&self) -> bool {
        self.is_waiting && self.files.is_some()
    }

    pub(crate) fn has_unknown(&self) -> bool {
        self.has_unknown
    }

    /// Settles requests that arrived after the first look-up: the plan saw their clients as
    /// existing. Fails like [`Self::recover`].
    pub(crate) async fn settle_late(&self) -> Result<()> {
        let Some(files) = &self.files else {
            return Ok(());
        };
        let reported = Reported {
            waiting: true,
            ..self.reported
        };
        let settled = settle(files, &self.target, reported, &*self.events);
        settled.await.map(drop)
    }

    /// Closes the files and returns what they held. If the files are shared, only the last session
    /// closes them. Fails when recorded secrets could not be written to the secrets file (exit 6).
    pub(crate) fn close(self) -> Result<Option<Closed>> {
        let files = self.files.and_then(Arc::into_inner);
        files.map(VaultFiles::close).transpose()
    }

    /// Closes the files, and reports what they hold. Fails when recorded secrets could not be
    /// written to the secrets file (exit 6).
    pub(crate) fn close_and_tell(self) -> Result<()> {
        let (outputs, target) = (self.outputs.clone(), Arc::clone(&self.target));
        let events = Arc::clone(&self.events);
        if let Some(closed) = self.close()? {
            events.emit(&Event::Closed {
                closed: &closed,
                outputs: &outputs,
                hydra: &target.name,
            });
        }
        Ok(())
    }
}

/// The error for a plan with secrets that nobody could decrypt, if it is one.
pub(crate) fn unsealable(plan: &Plan, seal: Option<&Seal>, has_folders: bool) -> Option<Error> {
    let creations = plan.creations().map(|(_, creation)| creation);
    let takes = |one: &Creation| {
        let owner = one.client.text(Field::Owner);
        seal.is_some_and(|seal| seal.takes(owner))
    };
    let clients = creations
        .filter(|one| is_kept(one, has_folders) && !takes(one))
        .count();
    let by_owner = matches!(seal, Some(Seal::ByOwner(_)));
    (clients > 0).then(|| match by_owner {
        true => no_recipient_by_owner(clients),
        false => no_recipient(clients),
    })
}

/// Whether anything encrypted is written down of this client.
pub(crate) fn is_kept(creation: &Creation, has_folders: bool) -> bool {
    creation.secret == SecretSource::Generated || is_named(creation, has_folders)
}

/// Whether a client gets a SOPS file even without a secret: it may have a Secret with its id.
fn is_named(creation: &Creation, has_folders: bool) -> bool {
    has_folders && creation.client.secret_name().is_some()
}

/// The error for clients whose owner `[recipients]` does not match.
pub(crate) fn no_recipient_by_owner(clients: usize) -> Error {
    let clients = count(clients, "client");
    Error::secret(format!(
        "nobody could decrypt what is written down of {clients}: no glob of `[recipients]` matches the owner, and no recipient is given for all others"
    ))
    .hint("add a table to `[recipients]` in the settings file whose glob matches, or give recipients for all others under `[defaults]`")
}

/// How to name a recipient.
pub(crate) const GIVE_RECIPIENT: &str = "give an OpenPGP public key with `--pgp-key-file FILE` (`gpg --export --armor YOU > FILE`), or age recipients with `--age-recipients-file FILE` (`age-keygen -y KEY > FILE`)";

/// The error for generated secrets that nobody could decrypt.
pub(crate) fn no_recipient(secrets: usize) -> Error {
    let clients = count(secrets, "client");
    Error::secret(format!("cannot generate the secrets of {clients}: no recipient is given, and nobody could decrypt them"))
        .hint(GIVE_RECIPIENT)
        .hint("to write the secrets in clear instead, give `--allow-plaintext-secrets`")
}
