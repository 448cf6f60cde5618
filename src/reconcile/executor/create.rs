//! Creates one client, whatever happens on the way.
//!
//! # Expected flow
//! Seal and journal the secret, send the request, record the secret.
//!
//! # Guarantees
//! A request is believed to have done nothing only where Hydra itself refused it, or it was never
//! sent. After anything else, Hydra is looked at before it is sent again, and it is sent again with
//! the same id and the same secret: one manifest never makes two clients where ids can be chosen. A
//! secret that may be a client's is recorded or stays in the journal.

use std::time::Duration;

use tokio::time::Instant;

use super::attempt::Attempt;
use super::limiter::{Limiter, Permit};
use super::made_id::name_of;
use super::outcome::{CreateResult, OutcomeKind};
use super::whose::Control;
use crate::client::{Existing, Identity};
use crate::duration;
use crate::error::{Error, Hint, Result};
use crate::hydra::{Attempts, Create, Created, Failure, Prove, Read, RetryPolicy};
use crate::plan::Creation;
use crate::reconcile::stop::Stop;
use crate::vault::{Append, Clock, Vault};

/// After an interruption, how long one last look at Hydra may take.
pub(super) const LAST_LOOK: Duration = Duration::from_secs(5);

/// A request that takes longer than this is slow.
const SLOW: Duration = Duration::from_secs(1);

/// How many clients that had a name once, and were renamed, are passed over.
const MOST_RENAMED: usize = 16;

/// What every create needs.
pub struct CreateContext<'a, H, A, C> {
    /// Hydra: creates, looks and proves.
    pub hydra: &'a H,
    /// Keeps the secrets; `None` where none is generated.
    pub vault: Option<&'a Vault<A, C>>,
    /// How long each request is tried.
    pub patience: &'a RetryPolicy,
    /// Whether the server chooses ids itself and refuses chosen ones.
    pub server_chooses_ids: bool,
    /// Ends waiting.
    pub stop: &'a Stop,
    /// Tells whether the public endpoint's word counts.
    pub control: Control,
}

impl<H: Create + Read + Prove, A: Append, C: Clock> CreateContext<'_, H, A, C> {
    /// Creates one client; its requests are under way only while it has a place in the limiter.
    ///
    /// # Errors
    /// When secrets can no longer be made safe, which ends the run.
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
        if let Some(identity @ Identity::Name(_)) = &creation.identity {
            // Whoever was faster than us may have made it under another id.
            match self.hydra.find(identity).await {
                Ok(None) => {}
                Ok(Some(existing)) => return self.found(attempt, &existing).await,
                Err(failure) => return self.failed(attempt, failure).await,
            }
        }
        self.send(attempt, place).await
    }

    /// Refuses what a server that chooses ids itself could not make, and what would be made twice if
    /// an earlier request arrived late.
    fn refuse(&self, creation: &Creation) -> Option<CreateResult> {
        let id = creation.client.client_id();
        let has_id = id.is_some();
        let arrives_in = |name| self.vault.and_then(|vault| vault.arrives_in(name));
        let error = if self.server_chooses_ids && has_id {
            refuses_ids()
        } else if self.server_chooses_ids && creation.identity.is_none() {
            unknown_again()
        } else if self.server_chooses_ids
            && let Some(left) = name_of(creation).and_then(arrives_in)
        {
            // Where ids can be chosen, both requests would have the same one.
            may_still_arrive(left)
        } else {
            return None;
        };
        Some(CreateResult::without_secret(id, OutcomeKind::Failed(error)))
    }

    /// Sends the request until it is certain what became of it. It is never sent again before a look,
    /// unless Hydra itself refused it or it was never sent.
    async fn send(&self, mut attempt: Attempt<'_>, mut place: Permit<'_>) -> Result<CreateResult> {
        let mut waiting = self.patience.begin();
        loop {
            let start = Instant::now();
            let (answer, noted) = self.answer(&attempt, &mut place).await?;
            let failure = match answer {
                Ok(created) => {
                    let took = start.elapsed();
                    if self.server_chooses_ids || !A::IS_DURABLE {
                        // What is not recorded has its secret shown before the next request is sent.
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
                    // Sent again, it would make a second client when the first one arrives.
                    Ok(None) if self.server_chooses_ids => {
                        return self.failed(attempt, failure).await;
                    }
                    Ok(None) => {}
                    Err(looking) => return Ok(self.open_end(attempt, failure, &looking)),
                }
            }
            if let Err(failure) = self.pause(&mut waiting, failure).await {
                return self.failed(attempt, failure).await;
            }
        }
    }

    /// Sends the request once. For as long as it is under way it may arrive, and that is noted; where
    /// it cannot be any more, the request goes on all the same.
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

    /// Notes that the request is under way now, where that was not noted lately.
    async fn note(&self, attempt: &Attempt<'_>) -> Result<()> {
        match &attempt.ticket {
            Some(ticket) => self.keeper()?.sending(ticket).await,
            None => Ok(()),
        }
    }

    /// Looks whether the client is in Hydra after all. After an interruption, not for long.
    async fn look(&self, attempt: &Attempt<'_>) -> Result<Option<Existing>> {
        let by_id = attempt.id.clone().map(Identity::Id);
        let Some(identity) = by_id.or_else(|| attempt.creation.identity.clone()) else {
            return Err(Error::unexpected("it has nothing to be found by"));
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

    /// Waits before the next attempt, unless the run is to stop.
    async fn pause(&self, waiting: &mut Attempts<'_>, failure: Failure) -> Result<(), Failure> {
        tokio::select! {
            biased;
            () = self.stop.wait() => Err(failure),
            paused = waiting.pause(failure.clone()) => paused,
        }
    }
}

fn refuses_ids() -> Error {
    Error::unexpected("this Hydra (v2.0 or v2.1) chooses client ids itself and refuses one that is chosen for it")
        .hint("upgrade Hydra to v2.2 or later, or leave `client_id` out and give `client_name` and `owner`")
}

fn unknown_again() -> Error {
    Error::unexpected("this Hydra (v2.0 or v2.1) chooses client ids itself, and after an answer that was lost nothing could find this client again")
        .hint("give it a `client_name` and an `owner`, or upgrade Hydra to v2.2 or later")
}

fn may_still_arrive(left: Duration) -> Error {
    Error::unexpected("an earlier try may still be creating it (the journal says so), and it would be created twice")
        .hint(Hint::retry(
            format!("run the same command again in {}", duration::show(left)),
            format!("it is retried automatically in {}", duration::show(left)),
        ))
}
