//! Creates one client and handles every failure on the way.
//!
//! # Expected flow
//! Seal and journal the secret, send the request, record the secret.
//!
//! # Guarantees
//! A request counts as without effect only if Hydra itself refused it or it was never sent. After
//! any other outcome, we look the client up before retrying, and we retry with the same id and the
//! same secret. If ids can be chosen, one manifest therefore never creates two clients. A secret
//! that a client may have is recorded or stays in the journal.

use std::time::Duration;

use tokio::time::Instant;

use super::attempt::{Attempt, known_as};
use super::limiter::{Limiter, Permit};
use super::outcome::{CreateResult, OutcomeKind};
use super::ownership::Control;
use super::recurring::Recurring;
use crate::client::{Existing, Identity};
use crate::duration;
use crate::error::{Error, Hint, Result};
use crate::hydra::{Attempts, Create, Created, Failure, Prove, Read, RetryPolicy};
use crate::plan::Creation;
use crate::reconcile::stop::Stop;
use crate::vault::{Append, Clock, Vault};

/// After an interruption, how long the last look-up may take.
pub(super) const LAST_LOOK: Duration = Duration::from_secs(5);

/// A request that takes longer than this is slow.
const SLOW: Duration = Duration::from_secs(1);

/// What to do when Hydra fails again and again to create one client.
const OWN_CAUSE: &str = "Hydra creates other clients, so look for the cause in this one's manifest, and for the request in Hydra's log";

/// How many derived ids to skip because they belong to clients that were renamed.
const MOST_RENAMED: usize = 16;

/// What every create needs.
pub struct CreateContext<'a, H, A, C> {
    /// Hydra: creates, looks up and verifies.
    pub hydra: &'a H,
    /// Stores the secrets; `None` if none are generated.
    pub vault: Option<&'a Vault<A, C>>,
    /// How long each request is retried.
    pub retry_policy: &'a RetryPolicy,
    /// Whether the server chooses ids and refuses chosen ones.
    pub server_chooses_ids: bool,
    /// Ends waiting.
    pub stop: &'a Stop,
    /// Tells whether the public endpoint belongs to this Hydra.
    pub control: Control,
}

impl<H: Create + Read + Prove, A: Append, C: Clock> CreateContext<'_, H, A, C> {
    /// Creates one client. It sends requests only while it holds a permit of the limiter. Fails
    /// when secrets can no longer be stored safely, which ends the run.
    pub(super) async fn create(
        &self,
        creation: &Creation,
        limiter: &Limiter,
        begins: impl Fn() -> bool,
    ) -> Result<CreateResult> {
        if let Some(refused) = self.refuse(creation) {
            return Ok(refused);
        }
        let attempt = self.prepare(creation).await?;
        let place = limiter.enter().await;
        if self.stop.is_set() || !begins() {
            return self.not_tried(attempt).await;
        }
        if let Some(identity @ (Identity::Name(_) | Identity::Resource(_))) = &creation.identity {
            // Another program may have created it under a different id meanwhile.
            match self.hydra.find(identity).await {
                Ok(None) => {}
                Ok(Some(existing)) => return self.found(attempt, &existing).await,
                Err(failure) => return self.failed(attempt, failure).await,
            }
        }
        self.send(attempt, place).await
    }

    /// Refuses what a server that chooses ids cannot create, and what would be created twice if an
    /// earlier request arrived late.
    fn refuse(&self, creation: &Creation) -> Option<CreateResult> {
        if !self.server_chooses_ids {
            return None;
        }
        let id = creation.client.client_id();
        let error = if id.is_some() {
            refuses_ids()
        } else if creation.identity.is_none() {
            unknown_again()
        } else {
            // If ids could be chosen, both requests would have the same id.
            may_still_arrive(self.vault?.arrives_in(&known_as(creation))?)
        };
        Some(CreateResult::without_secret(id, OutcomeKind::Failed(error)))
    }

    /// Sends the request until its outcome is certain. It is retried only after a look-up, unless
    /// Hydra itself refused it or it was never sent.
    async fn send(&self, mut attempt: Attempt<'_>, mut place: Permit<'_>) -> Result<CreateResult> {
        let mut waiting = self.retry_policy.begin();
        let mut recurring = Recurring::default();
        let mut has_new_token = false;
        loop {
            let start = Instant::now();
            let (answer, noted) = self.answer(&attempt, &mut place).await?;
            let failure = match answer {
                Ok(created) => {
                    let took = start.elapsed();
                    if self.server_chooses_ids || !A::IS_DURABLE {
                        // A secret that is not recorded must be shown before the next request is
                        // sent.
                        let made = self.created(attempt, created).await;
                        place.leave(took);
                        return made;
                    }
                    place.leave(took);
                    return self.created(attempt, created).await;
                }
                Err(failure) => failure,
            };
            noted?;
            if failure.is_conflict() || failure.may_have_happened() {
                attempt.has_come_to(&failure, start);
            }
            if attempt.sent.is_some() {
                match self.look(&attempt).await {
                    Ok(Some(existing)) => match attempt.is_anothers(&existing) {
                        Some(MOST_RENAMED) => return self.failed(attempt, failure).await,
                        Some(taken) => {
                            attempt = self.with_next_id(attempt, taken + 1).await?;
                            continue;
                        }
                        None => return self.found(attempt, &existing).await,
                    },
                    // A retry would create a second client if the first request arrived as well.
                    Ok(None) if self.server_chooses_ids => {
                        return self.failed(attempt, failure).await;
                    }
                    Ok(None) => {}
                    Err(looking) => return Ok(self.open_end(attempt, failure, &looking)),
                }
            }
            if failure.has_stale_token() && !std::mem::replace(&mut has_new_token, true) {
                // The look-up found no client, and fetched another token.
                continue;
            }
            if recurring.is_clients_own(&failure, place.created()) {
                let failure = failure.clients_own().advise(OWN_CAUSE);
                return self.failed(attempt, failure).await;
            }
            if let Err(failure) = self.pause(&mut waiting, failure).await {
                return self.failed(attempt, failure).await;
            }
        }
    }

    /// Sends the request once. The journal notes how long the request is in flight, because it may
    /// arrive during all that time. If the journal can no longer be written, the request continues
    /// anyway.
    async fn answer(
        &self,
        attempt: &Attempt<'_>,
        place: &mut Permit<'_>,
    ) -> Result<(Result<Created, Failure>, Result<()>)> {
        let mut noted = Ok(self.note(attempt).await?);
        let request = self.hydra.create(&attempt.body);
        tokio::pin!(request);
        loop {
            tokio::select! {
                biased;
                answer = &mut request => {
                    if answer.is_err() && noted.is_ok() {
                        noted = self.note(attempt).await;
                    }
                    return Ok((answer, noted));
                }
                () = tokio::time::sleep(SLOW) => {
                    place.give_up();
                    if noted.is_ok() {
                        noted = self.note(attempt).await;
                    }
                }
            }
        }
    }

    /// Notes in the journal that the request is in flight, unless that was noted recently.
    async fn note(&self, attempt: &Attempt<'_>) -> Result<()> {
        match &attempt.ticket {
            Some(ticket) => self.keeper()?.sending(ticket).await,
            None => Ok(()),
        }
    }

    /// Looks up whether the client exists after all. After an interruption, the time for that is
    /// limited.
    async fn look(&self, attempt: &Attempt<'_>) -> Result<Option<Existing>> {
        let by_id = attempt.id.clone().map(Identity::Id);
        let Some(identity) = by_id.or_else(|| attempt.creation.identity.clone()) else {
            return Err(Error::unexpected(
                "the client has neither a `client_id` nor a `client_name` and `owner` to look it up by",
            ));
        };
        let too_late = async {
            self.stop.wait().await;
            tokio::time::sleep(LAST_LOOK).await;
        };
        tokio::select! {
            biased;
            found = self.hydra.find(&identity) => found.map_err(Error::from),
            () = too_late => Err(Error::unexpected("no answer in time")),
        }
    }

    /// Waits before the next attempt, unless the run is being stopped.
    async fn pause(&self, waiting: &mut Attempts<'_>, failure: Failure) -> Result<(), Failure> {
        tokio::select! {
            biased;
            () = self.stop.wait() => Err(failure),
            paused = waiting.pause(failure.clone()) => paused,
        }
    }
}

fn refuses_ids() -> Error {
    Error::unexpected("this Hydra (v2.0 or v2.1) chooses client ids itself and rejects clients that set `client_id`")
        .hint("upgrade Hydra to v2.2 or later, or leave `client_id` out and give `client_name` and `owner`")
}

fn unknown_again() -> Error {
    Error::unexpected("this Hydra (v2.0 or v2.1) chooses client ids itself: if its response were lost, this client could not be found again")
        .hint("give it a `client_name` and an `owner`, or upgrade Hydra to v2.2 or later")
}

fn may_still_arrive(left: Duration) -> Error {
    Error::unexpected("the journal shows an earlier request that may still be creating it, and a retry now could create it twice")
        .hint(Hint::retry(
            format!("run the same command again in {}", duration::show(left)),
            format!("it is retried automatically in {}", duration::show(left)),
        ))
}
