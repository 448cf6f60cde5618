//! Settles a client and its secret after Hydra answered, or after it never did.

use secrecy::{ExposeSecret as _, SecretString};

use super::attempt::{Attempt, about, method};
use super::create::{CreateContext, LAST_LOOK};
use super::outcome::{CreateResult, OutcomeKind};
use super::ownership::Ownership;
use crate::client::{ClientId, Existing};
use crate::duration::show;
use crate::error::{Error, Hint, Kind, Result};
use crate::hydra::{Cause, Create, Created, Failure, Proof, Prove, Read};
use crate::reconcile::is_proved;
use crate::vault::{Append, Clock, Intent, Seal, Sealed, Ticket, Vault};

impl<H: Create + Read + Prove, A: Append, C: Clock> CreateContext<'_, H, A, C> {
    pub(super) async fn created(
        &self,
        attempt: Attempt<'_>,
        created: Created,
    ) -> Result<CreateResult> {
        let id = created.id;
        let (mut secret, mut unconfirmed) = (None, false);
        if let Some((ticket, ours)) = attempt.made() {
            let other = created
                .secret
                .filter(|theirs| theirs.expose_secret() != ours.expose_secret());
            if let Some(theirs) = other {
                (secret, unconfirmed) = self.record_both(&attempt, &id, &theirs).await?;
            } else {
                self.control.set(&id, ours, method(attempt.creation));
                secret = self.keeper()?.record(ticket, &id, false).await?;
            }
        } else if let Some(ticket) = &attempt.ticket {
            self.keeper()?.record(ticket, &id, false).await?;
        }
        // The id is now taken, so their requests can no longer create the client.
        for (ticket, intent) in &attempt.left_open {
            if intent.client_id.as_deref() == Some(id.as_str()) {
                self.keeper()?.discard(ticket).await?;
            }
        }
        let result = match self.several(&attempt, &id).await {
            Some(error) => CreateResult {
                secret,
                may_exist: true,
                ..CreateResult::without_secret(Some(id), OutcomeKind::Failed(error))
            },
            None => CreateResult::created(id, unconfirmed, secret),
        };
        Ok(result.said(created.json))
    }

    /// If the server chooses ids, two requests create two clients. This detects a concurrent
    /// request by another run, and a gateway that sent ours twice.
    async fn several(&self, attempt: &Attempt<'_>, id: &ClientId) -> Option<Error> {
        let name = attempt.creation.identity.as_ref();
        let name = name.filter(|_| self.server_chooses_ids)?;
        // The client's secret may be shown only after this look-up, so limit its time.
        let look = tokio::time::timeout(LAST_LOOK, self.hydra.find(name));
        let failure = look.await.ok()?.err()?;
        matches!(failure.cause, Cause::Ambiguous(_)).then(|| {
            Error::unexpected(format!("created as `{id}`, and now {}", failure.cause))
                .hint("another run created the client at the same time, or a proxy sent the request twice: delete the client that is not in use; until then, no run can tell which one the manifest describes")
        })
    }

    /// Hydra, or a proxy in front of it, returned a different secret than we sent. A gateway may
    /// have masked ours. We keep both, unless the public endpoint tells which one is right.
    async fn record_both(
        &self,
        attempt: &Attempt<'_>,
        id: &ClientId,
        theirs: &SecretString,
    ) -> Result<(Option<Sealed>, bool)> {
        let Some((ticket, ours)) = attempt.made() else {
            return Ok((None, false));
        };
        let keeper = self.keeper()?;
        let creation = attempt.creation;
        let about = about(creation, Some(id));
        let other = keeper.intend(&about, Some(theirs)).await?;
        let prove = |secret| self.hydra.prove(id, secret, method(creation));
        let (right, wrong) = if prove(ours).await == Proof::Right {
            (ticket, &other)
        } else if prove(theirs).await == Proof::Right {
            (&other, ticket)
        } else {
            // Ours was the one sent. If nothing is recorded, this is the one to show.
            let sent = keeper.record(ticket, id, true).await?;
            keeper.record(&other, id, true).await?;
            return Ok((sent, true));
        };
        // Discard first: a crash in between must not leave both.
        keeper.discard(wrong).await?;
        Ok((keeper.record(right, id, false).await?, false))
    }

    /// The client exists, but it is unknown who created it: our response may have been lost, our
    /// request sent twice by a proxy, or a killed run's request arrived late.
    pub(super) async fn found(
        &self,
        attempt: Attempt<'_>,
        existing: &Existing,
    ) -> Result<CreateResult> {
        let found = match attempt.made() {
            Some(made) => self.found_with_secret(&attempt, existing, made).await?,
            None => {
                let id = existing.id().clone();
                if let Some(ticket) = &attempt.ticket {
                    self.keeper()?.record(ticket, &id, false).await?;
                }
                match attempt.may_exist() {
                    true => CreateResult::created(id, false, None),
                    false => CreateResult::without_secret(Some(id), raced(false)),
                }
            }
        };
        Ok(found.said(existing.json()))
    }

    /// The same for a client whose secret was generated here.
    async fn found_with_secret(
        &self,
        attempt: &Attempt<'_>,
        existing: &Existing,
        (ticket, secret): (&Ticket, &SecretString),
    ) -> Result<CreateResult> {
        let id = existing.id().clone();
        let may_exist = attempt.may_exist();
        let keeper = self.keeper()?;
        let left_open = attempt.left_open.iter();
        let earlier: Vec<_> = left_open
            .filter(|(_, intent)| may_be(intent, &id))
            .collect();
        let whose = self.whose(attempt, existing, secret).await;
        if whose == Ownership::Ours {
            let recorded = self.record_only(ticket, &id, attempt).await?;
            return Ok(CreateResult::created(id, false, recorded));
        }
        for (other, intent) in &earlier {
            if is_proved(intent, &id, self.hydra).await {
                keeper.discard(ticket).await?;
                let recorded = self.record_only(other, &id, attempt).await?;
                return Ok(CreateResult::created(id, false, recorded));
            }
        }
        let mut recorded = None;
        for (other, intent) in &earlier {
            keeper.record(other, &id, true).await?;
            recorded = intent.secret().cloned();
        }
        match whose {
            Ownership::Theirs => keeper.discard(ticket).await?,
            _ => recorded = keeper.record(ticket, &id, true).await?,
        }
        Ok(match recorded {
            None => CreateResult::without_secret(Some(id), raced(false)),
            Some(secret) if may_exist || !earlier.is_empty() => {
                CreateResult::created(id, true, Some(secret))
            }
            secret => CreateResult {
                secret,
                ..CreateResult::without_secret(Some(id), raced(true))
            },
        })
    }

    /// One secret is verified to be the client's. The others generated for it belong to no client.
    async fn record_only(
        &self,
        right: &Ticket,
        id: &ClientId,
        attempt: &Attempt<'_>,
    ) -> Result<Option<Sealed>> {
        let keeper = self.keeper()?;
        // Discard first: after a crash in between, nothing would rule the others out any more.
        for (ticket, intent) in &attempt.left_open {
            if may_be(intent, id) && !ticket.is(right) {
                keeper.discard(ticket).await?;
            }
        }
        keeper.record(right, id, false).await
    }

    /// The client could not be created.
    pub(super) async fn failed(
        &self,
        attempt: Attempt<'_>,
        failure: Failure,
    ) -> Result<CreateResult> {
        if let Some(ticket) = &attempt.ticket
            && attempt.sent.is_none()
        {
            self.keeper()?.discard(ticket).await?;
        }
        let kind = kind_of(&failure);
        let error = Error::from(failure).with_kind(kind);
        if attempt.sent.is_some() {
            // A gateway or proxy may still hold the request and deliver it later.
            return Ok(self.may_exist(attempt, error));
        }
        let failed = OutcomeKind::Failed(error);
        Ok(CreateResult::without_secret(attempt.id, failed))
    }

    /// Nothing was sent because the run is being stopped.
    pub(super) async fn not_tried(&self, attempt: Attempt<'_>) -> Result<CreateResult> {
        if let Some(ticket) = &attempt.ticket {
            self.keeper()?.discard(ticket).await?;
        }
        Ok(CreateResult::without_secret(
            attempt.id,
            OutcomeKind::NotTried,
        ))
    }

    /// It is unknown whether the client exists: the look-up failed.
    pub(super) fn open_end(
        &self,
        attempt: Attempt<'_>,
        failure: Failure,
        looking: &Error,
    ) -> CreateResult {
        let text =
            format!("{failure}; could not determine whether the client was created: {looking}");
        let error = Error::new(kind_of(&failure), text);
        let key = Error::from(failure).key().and(&looking.key());
        self.may_exist(attempt, error.with_key(key))
    }

    /// The client may be in Hydra now or later. Its secret stays in the journal. Without a journal,
    /// the secret is returned, because the client may have it.
    fn may_exist(&self, attempt: Attempt<'_>, error: Error) -> CreateResult {
        let (hint, secret) = match attempt.made() {
            Some((_, secret)) if !A::IS_DURABLE => {
                let arrives_within =
                    show(self.vault.map(Vault::arrives_within).unwrap_or_default());
                let hint = format!(
                    "check in {arrives_within} whether the client is in Hydra: if it is, its secret is the one that was printed; if not, run the same command again"
                );
                (
                    Hint::from(hint),
                    Seal::InClear.seal(None, secret).ok().map(|one| one.secret),
                )
            }
            Some(_) => {
                let ended = "its secret is safe in the journal: run the same command again, or `hydra-gitops secrets recover`, when Hydra answers";
                let running = "its secret is safe in the journal; it is retried automatically when Hydra answers";
                (Hint::retry(ended, running), None)
            }
            None => {
                let ended = "run the same command again when Hydra answers";
                let running = "it is retried automatically when Hydra answers";
                (Hint::retry(ended, running), None)
            }
        };
        CreateResult {
            secret,
            may_exist: true,
            ..CreateResult::without_secret(attempt.id, OutcomeKind::Failed(error.hint(hint)))
        }
    }
}

/// The error's kind. A failure that would affect every other request ends the run.
fn kind_of(failure: &Failure) -> Kind {
    match failure.concerns_all() {
        true => Kind::Hydra,
        false => Kind::Unexpected,
    }
}

/// An intent with a different id does not concern the client that was found.
fn may_be(intent: &Intent, id: &ClientId) -> bool {
    let intended = intent.client_id.as_deref();
    intended.is_none_or(|intended| intended == id.as_str())
}

fn raced(unconfirmed: bool) -> OutcomeKind {
    OutcomeKind::Raced { unconfirmed }
}
