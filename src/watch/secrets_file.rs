//! The lock and the keys, for as long as the program runs.

use std::sync::Arc;

use jiff::Timestamp;

use crate::client::Field;
use crate::error::{Error, Result};
use crate::plan::{Action, Plan};
use crate::reconcile::{
    Events, Reported, is_kept, no_recipient, no_recipient_by_owner, tell_repairs, unsealable,
};
use crate::vault::{Lock, Outputs, Seal, VaultFiles};

/// What secrets are kept with.
pub(crate) struct SecretsFile {
    pub(super) outputs: Outputs,
    lock: Arc<Lock>,
    pub(super) seal: Option<Seal>,
    /// What was told already of earlier runs.
    pub(super) told: Reported,
}

impl SecretsFile {
    /// Takes the lock, and proves that the files can be written.
    pub(crate) async fn open(
        outputs: &Outputs,
        seal: Option<Seal>,
        endpoint: &str,
        events: &dyn Events,
    ) -> Result<Self> {
        let lock = Arc::new(Lock::take(outputs.anchor(), crate::now::now())?);
        let (endpoint, own) = (endpoint.to_owned(), Arc::clone(&lock));
        let files = VaultFiles::open_under(own, outputs, seal.clone(), endpoint).await?;
        tell_repairs(files.repair.as_ref(), &files.broken, events);
        let left = files.close()?.open;
        let newest = left.iter().map(|intent| intent.created_at).max();
        Ok(Self {
            outputs: outputs.clone(),
            lock,
            seal,
            told: Reported {
                own_after: Some(newest.unwrap_or(Timestamp::MIN)),
                ..Reported::default()
            },
        })
    }

    /// The lock; taken again where somebody removed its file.
    pub(super) fn lock(&mut self) -> Result<Arc<Lock>> {
        if !self.lock.is_intact() {
            self.lock = Arc::new(Lock::take(self.outputs.anchor(), crate::now::now())?);
        }
        Ok(Arc::clone(&self.lock))
    }

    /// Why a program that has just started must not go on with this plan, if so.
    pub(super) fn refusal(&self, plan: &Plan) -> Option<Error> {
        unsealable(plan, self.seal.as_ref(), self.has_folders())
    }

    /// Lets the clients fail whose owner nobody is named for, or only by a key that has expired; the
    /// others are created.
    pub(super) fn leave_out(&self, plan: &mut Plan) {
        let Some(seal @ Seal::ByOwner(_)) = &self.seal else {
            return;
        };
        for change in &mut plan.changes {
            if let Action::Create(creation) = &change.action
                && is_kept(creation, self.has_folders())
                && let Err(error) = match seal.recipients(creation.client.text(Field::Owner)) {
                    Some(recipients) => recipients.check_expiry(crate::now::now()),
                    None => Err(no_recipient_by_owner(1)),
                }
            {
                change.action = Action::Failed(error);
            }
        }
    }

    fn has_folders(&self) -> bool {
        !self.outputs.folders().is_empty()
    }

    /// Whether somebody can open a secret that is sealed now: a key may have expired. Where the owner
    /// chooses, each client is asked for by itself.
    pub(super) fn check(&self) -> Result<()> {
        match &self.seal {
            None => Err(no_recipient(1)),
            Some(Seal::To(recipients)) => recipients.check_expiry(crate::now::now()),
            Some(Seal::InClear | Seal::ByOwner(_)) => Ok(()),
        }
    }

    /// The error at the end, where secrets could not be written into their file.
    pub(super) fn unwritten(&self, error: Error) -> Error {
        let files = self.outputs.arguments();
        error.hint(format!(
            "run `hydra-gitops secrets recover {files}` with the same connection: it records what could not be written"
        ))
    }
}
