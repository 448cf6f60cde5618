//! What `apply` does once and `watch` again and again: settle what earlier runs left, open the
//! files, create what a plan lacks, close.
//!
//! # Expected flow
//! [`Keeping::recover`], then a plan, then [`Keeping::make_ready`] for it, then [`create`], and
//! [`Keeping::settle_late`] and [`Keeping::close`] whatever became of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::connection::Connected;
use super::recovery::{self, Said};
use super::ui::Ui;
use crate::error::Result;
use crate::plan::Plan;
use crate::recipients::no_recipient;
use crate::reconcile::Fate;
use crate::reconcile::{Control, Creating, Finished, Report, Run, Stop, apply as execute};
use crate::vault::{Append, Closed, Lock, Seal, Vault, VaultFiles, has_journal, has_leftovers};

/// The secrets file of a run, opened where it is needed.
#[derive(Debug)]
pub(super) struct Keeping {
    pub(super) path: PathBuf,
    /// The lock of the secrets file, where it is held for longer than this.
    pub(super) lock: Option<Arc<Lock>>,
    pub(super) seal: Option<Seal>,
    pub(super) connected: Arc<Connected>,
    pub(super) ui: Ui,
    /// What does not have to be said of earlier runs.
    pub(super) said: Said,
    /// Where a secret is generated, or an earlier run left one open.
    files: Option<Arc<VaultFiles>>,
    /// Whether requests of an earlier run may still have been on their way.
    is_waiting: bool,
}

impl Keeping {
    pub(super) fn new(
        path: &Path,
        lock: Option<Arc<Lock>>,
        seal: Option<Seal>,
        connected: &Arc<Connected>,
        ui: &Ui,
    ) -> Self {
        Self {
            path: path.to_owned(),
            lock,
            seal,
            connected: Arc::clone(connected),
            ui: ui.clone(),
            said: Said::default(),
            files: None,
            is_waiting: false,
        }
    }

    /// Shares files that are open for other creates, which are under way: nothing is recovered, for
    /// what is open in them is theirs.
    pub(super) fn share(&mut self, files: Arc<VaultFiles>) {
        files.vault.seal_with(self.seal.clone());
        self.files = Some(files);
    }

    /// The files, where they are open.
    pub(super) fn files(&self) -> Option<&Arc<VaultFiles>> {
        self.files.as_ref()
    }

    /// Settles what earlier runs left open.
    pub(super) async fn recover(&mut self) -> Result<()> {
        let is_left = match &self.lock {
            // The lock's own file is what a killed run leaves, or ours.
            Some(_) => has_journal(&self.path),
            None => has_leftovers(&self.path),
        };
        if is_left {
            let files = self.open().await?;
            let recovered = recovery::settle(&files, &self.connected, self.said, &self.ui).await?;
            self.is_waiting = recovered.iter().any(|one| one.fate == Fate::Waiting);
            self.files = Some(Arc::new(files));
        }
        Ok(())
    }

    /// Opens the files where the plan generates a secret, and sets room aside for all of them; and
    /// where the journal has to remember what was sent.
    pub(super) async fn make_ready(&mut self, plan: &Plan) -> Result<()> {
        let generated = plan.secrets_to_generate();
        if generated > 0 && self.seal.is_none() {
            return Err(no_recipient(generated));
        }
        // Where the server chooses ids, a second request makes a second client: each is written down.
        let chooses_ids = self.connected.session.reader.dialect().chooses_ids();
        let is_journaled = chooses_ids && plan.creations().next().is_some();
        if generated == 0 && !is_journaled {
            return Ok(());
        }
        let files = match self.files.take() {
            Some(files) => files,
            None => Arc::new(self.open().await?),
        };
        self.files.insert(files).reserve(generated)
    }

    async fn open(&self) -> Result<VaultFiles> {
        let (seal, endpoint) = (self.seal.clone(), self.connected.name.clone());
        let mut files = match &self.lock {
            Some(lock) => {
                VaultFiles::open_under(Arc::clone(lock), &self.path, seal, endpoint).await?
            }
            None => VaultFiles::open(&self.path, seal, endpoint).await?,
        };
        let time_out = self.connected.session.reader.request_timeout();
        files.vault.set_time_out(time_out);
        recovery::say_mended(files.mended.as_ref(), &files.broken, &self.ui);
        Ok(files)
    }

    /// Whether a request of an earlier run may have arrived since [`Self::recover`] looked.
    pub(super) fn is_waiting(&self) -> bool {
        self.is_waiting && self.files.is_some()
    }

    /// What arrived between the first look and the plan was planned as existing: settles it too.
    pub(super) async fn settle_late(&self) -> Result<()> {
        match &self.files {
            Some(files) => {
                let waiting = true;
                let said = Said {
                    waiting,
                    ..self.said
                };
                let settled = recovery::settle(files, &self.connected, said, &self.ui).await;
                settled.map(drop)
            }
            None => Ok(()),
        }
    }

    /// Closes the files, and tells what they held; the last of those that share them does.
    pub(super) fn close(self) -> Result<Option<Closed>> {
        let files = self.files.and_then(Arc::into_inner);
        files.map(VaultFiles::close).transpose()
    }
}

/// Creates what the plan says is missing. `finished` hears of each create as it ends.
pub(super) async fn create(
    plan: Plan,
    keeping: &Keeping,
    run: Run<'_>,
    stop: &Stop,
    finished: impl FnMut(Finished<'_>),
) -> Report {
    let vault = keeping.files.as_ref().map(|files| &files.vault);
    create_with(plan, vault, &keeping.connected, run, stop, finished).await
}

/// The same, with secrets kept by that vault, wherever it writes.
pub(super) async fn create_with<A: Append>(
    plan: Plan,
    vault: Option<&Vault<A>>,
    connected: &Connected,
    run: Run<'_>,
    stop: &Stop,
    finished: impl FnMut(Finished<'_>),
) -> Report {
    let session = &connected.session;
    let creating = Creating {
        hydra: session,
        vault,
        patience: session.reader.patience(),
        server_chooses_ids: session.reader.dialect().chooses_ids(),
        stop,
        control: Control::default(),
    };
    execute(plan, &creating, run, finished).await
}
