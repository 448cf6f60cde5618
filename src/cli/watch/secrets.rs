//! The lock and the keys, for as long as the program runs.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::WatchArgs;
use crate::cli::ui::Ui;
use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::reconcile::{no_recipient, tell_repairs};
use crate::shell;
use crate::vault::{Lock, Seal, VaultFiles};

/// What secrets are kept with.
pub(super) struct Secrets<'a> {
    path: &'a Path,
    lock: Arc<Lock>,
    seal: Option<Seal>,
    state: State,
    /// When the newest secret was made that an earlier run left open; long ago where none did.
    pub(super) left_until: Timestamp,
}

/// Whether secrets can be written.
#[derive(Debug)]
enum State {
    /// As far as is known.
    Sound,
    /// Not into the files that are open: another one took their place, or the disk is full.
    Broken(Error),
    /// They were opened anew after that, and nothing was written since.
    Reopened,
}

impl<'a> Secrets<'a> {
    /// Takes the lock, and proves that the files can be written.
    pub(super) async fn open(
        args: &'a WatchArgs,
        seal: Option<Seal>,
        endpoint: &str,
        ui: &Ui,
    ) -> Result<Self> {
        let path = args.secrets.path();
        let lock = Arc::new(Lock::take(path, crate::now::now())?);
        let files =
            VaultFiles::open_under(Arc::clone(&lock), path, seal.clone(), endpoint.to_owned());
        let files = files.await?;
        tell_repairs(files.mended.as_ref(), &files.broken, ui);
        let left = files.close()?.open;
        let newest = left.iter().map(|intent| intent.created_at).max();
        Ok(Self {
            path,
            lock,
            seal,
            state: State::Sound,
            left_until: newest.unwrap_or(Timestamp::MIN),
        })
    }

    /// The lock; taken anew where somebody removed its file.
    pub(super) fn lock(&mut self) -> Result<Arc<Lock>> {
        if !self.lock.is_intact() {
            self.lock = Arc::new(Lock::take(self.path, crate::now::now())?);
        }
        Ok(Arc::clone(&self.lock))
    }

    /// What secrets are sealed with.
    pub(super) fn seal(&self) -> Option<Seal> {
        self.seal.clone()
    }

    /// Without a recipient, a program that has just begun ends as `apply` would.
    pub(super) fn refuse_without_recipient(&self, plan: &Plan) -> Result<()> {
        let generated = plan.secrets_to_generate();
        match &self.seal {
            None if generated > 0 => Err(no_recipient(generated)),
            _ => Ok(()),
        }
    }

    /// Whether a secret can be kept now: a key may have expired since it was read.
    pub(super) fn check(&self) -> Result<(), Error> {
        match &self.seal {
            None => Err(no_recipient(1)),
            Some(Seal::InClear) => Ok(()),
            Some(Seal::To(recipients)) => recipients.check_expiry(crate::now::now()),
        }
    }

    /// Seals with other keys from now on.
    pub(super) fn set_seal(&mut self, seal: Option<Seal>) {
        self.seal = seal;
    }

    /// A secret could not be written.
    ///
    /// # Errors
    /// When opening the files anew did not heal that: waiting will not either.
    pub(super) fn breaks(&mut self, error: Error) -> Result<()> {
        match self.state {
            State::Reopened => return Err(error),
            State::Sound => self.state = State::Broken(error),
            State::Broken(_) => {}
        }
        Ok(())
    }

    /// Whether secrets wait for their files to be opened anew.
    pub(super) fn is_broken(&self) -> bool {
        matches!(self.state, State::Broken(_))
    }

    /// The files are being opened anew.
    pub(super) fn reopens(&mut self) {
        if self.is_broken() {
            self.state = State::Reopened;
        }
    }

    /// Whether all secrets are where they belong, at the end.
    ///
    /// # Errors
    /// When some could not be written there.
    pub(super) fn is_kept(&mut self) -> Result<()> {
        match std::mem::replace(&mut self.state, State::Sound) {
            State::Broken(error) => Err(error.hint(format!(
                "run `hydra-gitops secrets recover --secrets-out {}` with the same connection: it records what could not be written",
                shell::path(self.path)
            ))),
            State::Sound | State::Reopened => Ok(()),
        }
    }

    /// Secrets were written.
    pub(super) fn is_sound(&mut self) {
        self.state = State::Sound;
    }

    /// The secrets file.
    pub(super) fn path(&self) -> &'a Path {
        self.path
    }
}
