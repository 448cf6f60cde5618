//! Creates one client, whatever happens on the way.
//!
//! # Expected flow
//! Seal and journal the secret, send the request, record the secret.
//!
//! # Guarantees
//! After an answer that was lost, Hydra is looked at before anything is sent again, and it is sent
//! again with the same id and the same secret: one manifest never makes two clients where ids can
//! be chosen. A secret that may be a client's is recorded or stays in the journal.

use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::attempt::Attempt;
use super::executor::Stop;
use super::outcome::Became;
use crate::client::{ClientId, Identity};
use crate::error::{Error, Result};
use crate::hydra::{Create, Created, Failure, Patience, Prove, Read, Waiting};
use crate::plan::Creation;
use crate::secrets::{Append, Clock, Vault};

/// After an interruption, how long one last look at Hydra may take.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// What every create needs.
pub struct Creating<'a, H, A, C> {
    /// Hydra: creates, looks and proves.
    pub hydra: &'a H,
    /// Keeps the secrets; `None` where none is generated.
    pub vault: Option<&'a Vault<A, C>>,
    /// How long each request is tried.
    pub patience: &'a Patience,
    /// Whether the server chooses ids itself and refuses chosen ones.
    pub server_chooses_ids: bool,
    /// Ends waiting.
    pub stop: &'a Stop,
}

/// The id that was chosen or learnt, and what became of the client. An error means that secrets
/// can no longer be made safe, and ends the run.
pub(super) type Made = (Option<ClientId>, Became);

impl<H: Create + Read + Prove, A: Append, C: Clock> Creating<'_, H, A, C> {
    /// Creates one client.
    pub(super) async fn create(&self, creation: &Creation) -> Result<Made> {
        if self.server_chooses_ids && creation.client.client_id().is_some() {
            return Ok((creation.client.client_id(), Became::Failed(refuses_ids())));
        }
        let mut attempt = self.prepare(creation).await?;
        let mut waiting = self.patience.begin();
        loop {
            let failure = match self.hydra.create(&attempt.body).await {
                Ok(created) => return self.created(attempt, created).await,
                Err(failure) => failure,
            };
            if failure.is_conflict() {
                return self.conflict(attempt, failure).await;
            }
            attempt.may_exist |= failure.may_have_happened();
            attempt.says_created |= failure.says_created();
            if attempt.may_exist {
                match self.look(creation, &attempt).await {
                    Ok(Some(id)) => return self.found(attempt, id).await,
                    Ok(None) => {}
                    Err(looking) => return Ok(open_end(attempt, &failure, &looking)),
                }
            }
            if let Err(failure) = self.pause(&mut waiting, failure).await {
                return self.failed(attempt, failure).await;
            }
        }
    }

    /// Hydra answered 201.
    async fn created(&self, attempt: Attempt<'_>, created: Created) -> Result<Made> {
        let id = created.id;
        if let (Some(ticket), Some(ours)) = (&attempt.ticket, &attempt.secret) {
            let other = created
                .secret
                .filter(|theirs| theirs.expose_secret() != ours.expose_secret());
            match other {
                None => self.keeper()?.record(ticket, &id, false).await?,
                Some(theirs) => self.record_other(&attempt, ticket, &id, &theirs).await?,
            }
        }
        // Their requests come too late now, for the id is taken, unless the server chooses ids.
        if !self.server_chooses_ids {
            for (ticket, _) in &attempt.left_open {
                self.keeper()?.discard(ticket).await?;
            }
        }
        Ok((Some(id), Became::Created { unconfirmed: false }))
    }

    /// Hydra answered 409: the client exists.
    async fn conflict(&self, attempt: Attempt<'_>, failure: Failure) -> Result<Made> {
        let Some(id) = attempt.id.clone() else {
            return self.failed(attempt, failure).await;
        };
        if attempt.may_exist || !attempt.left_open.is_empty() {
            return self.found(attempt, id).await;
        }
        if let Some(ticket) = &attempt.ticket {
            self.keeper()?.discard(ticket).await?;
        }
        Ok((Some(id), Became::Raced))
    }

    /// The client could not be created.
    async fn failed(&self, attempt: Attempt<'_>, failure: Failure) -> Result<Made> {
        if let Some(ticket) = &attempt.ticket
            && !attempt.may_exist
        {
            self.keeper()?.discard(ticket).await?;
        }
        Ok((attempt.id, Became::Failed(failure.into())))
    }

    /// Looks whether the client is in Hydra after all.
    async fn look(
        &self,
        creation: &Creation,
        attempt: &Attempt<'_>,
    ) -> Result<Option<ClientId>, String> {
        let identity = attempt
            .id
            .clone()
            .map_or_else(|| creation.identity.clone(), Identity::Id);
        let look = self.hydra.find(&identity);
        let found = if self.stop.is_set() {
            let late = tokio::time::timeout(LAST_LOOK, look).await;
            late.map_err(|_| "no answer in time".to_owned())?
        } else {
            look.await
        };
        let found = found.map_err(|failure| failure.to_string())?;
        Ok(found.map(|existing| existing.id().clone()))
    }

    /// Waits before the next attempt, unless the run is to stop.
    async fn pause(&self, waiting: &mut Waiting<'_>, failure: Failure) -> Result<(), Failure> {
        tokio::select! {
            biased;
            () = self.stop.wait() => Err(failure),
            paused = waiting.pause(failure.clone()) => paused,
        }
    }
}

impl<H, A: Append, C: Clock> Creating<'_, H, A, C> {
    /// The vault, which is open wherever a secret is generated.
    pub(super) fn keeper(&self) -> Result<&Vault<A, C>> {
        self.vault
            .ok_or_else(|| Error::secret("no secrets file is open"))
    }
}

/// Whether the client exists could not be found out: its secret stays in the journal.
fn open_end(attempt: Attempt<'_>, failure: &Failure, looking: &str) -> Made {
    let error = Error::hydra(format!(
        "{failure}, and whether the client was created could not be found out: {looking}"
    ));
    let error = match attempt.ticket {
        Some(_) => error.hint("its secret is safe in the journal: run `hydra-gitops secrets recover`, or the same command again, when Hydra answers"),
        None => error.hint("run the same command again when Hydra answers"),
    };
    (attempt.id, Became::Failed(error))
}

fn refuses_ids() -> Error {
    Error::hydra("this Hydra (v2.0 or v2.1) chooses client ids itself and refuses the manifest's `client_id`")
        .hint("upgrade Hydra to v2.2 or later, or leave `client_id` out and give `client_name` and `owner`")
}
