//! What becomes of a client and of its secret once Hydra has answered, or never did.

use secrecy::{ExposeSecret as _, SecretString};

use super::attempt::{Attempt, method};
use super::create::Creating;
use super::outcome::{Became, Made};
use crate::client::{ClientId, Field};
use crate::error::{Error, Kind, Result};
use crate::hydra::{Create, Created, Failure, Proof, Prove, Read};
use crate::secrets::{About, Append, Clock, Fate, Intent, Seal, Sealed, Ticket, settle};

impl<H: Create + Read + Prove, A: Append, C: Clock> Creating<'_, H, A, C> {
    /// Hydra answered 201.
    pub(super) async fn created(&self, attempt: Attempt<'_>, created: Created) -> Result<Made> {
        let id = created.id;
        let mut secret = None;
        if let (Some(ticket), Some(ours)) = (&attempt.ticket, &attempt.secret) {
            let other = created
                .secret
                .filter(|theirs| theirs.expose_secret() != ours.expose_secret());
            secret = match other {
                None => self.keeper()?.record(ticket, &id, false).await?,
                Some(theirs) => self.record_other(&attempt, ticket, &id, &theirs).await?,
            };
        }
        // Their requests come too late now, for the id is taken.
        for (ticket, _) in &attempt.left_open {
            self.keeper()?.discard(ticket).await?;
        }
        Ok(Made::created(id, false, secret))
    }

    /// The server made a secret of its own in spite of ours: theirs is the one that counts.
    async fn record_other(
        &self,
        attempt: &Attempt<'_>,
        ticket: &Ticket,
        id: &ClientId,
        theirs: &SecretString,
    ) -> Result<Option<Sealed>> {
        let client = &attempt.creation.client;
        let about = About {
            client_id: Some(id),
            own_id: attempt.own_id,
            client_name: client.text(Field::ClientName),
            owner: client.text(Field::Owner),
            method: method(attempt.creation),
        };
        let keeper = self.keeper()?;
        let real = keeper.intend(&about, theirs).await?;
        // In this order, so that a crash between cannot leave both.
        keeper.discard(ticket).await?;
        keeper.record(&real, id, false).await
    }

    /// The client exists, and whose it is is not certain: an answer of ours was lost, or a killed
    /// run's request may have arrived late.
    pub(super) async fn found(&self, attempt: Attempt<'_>, id: ClientId) -> Result<Made> {
        let Some((ticket, secret)) = attempt.ticket.as_ref().zip(attempt.secret.as_ref()) else {
            return Ok(if attempt.may_exist {
                Made::created(id, false, None)
            } else {
                Made::without_secret(Some(id), Became::Raced)
            });
        };
        let keeper = self.keeper()?;
        let proof = self.proof(&attempt, &id, secret).await;
        let mut recorded = None;
        let mut fate = match proof {
            Proof::Right => {
                let recorded = keeper.record(ticket, &id, false).await?;
                for (ticket, _) in &attempt.left_open {
                    keeper.discard(ticket).await?;
                }
                return Ok(Made::created(id, false, recorded));
            }
            Proof::Unknown => {
                recorded = keeper.record(ticket, &id, true).await?;
                Fate::Unconfirmed
            }
            Proof::Wrong => {
                keeper.discard(ticket).await?;
                Fate::Dropped
            }
        };
        // An id made here and never found says nothing of the client that was found.
        let about_it = |(_, intent): &&(Ticket, Intent)| match &intent.client_id {
            Some(other) => other == id.as_str(),
            None => true,
        };
        for (ticket, intent) in attempt.left_open.iter().filter(about_it) {
            if fate == Fate::Recorded {
                // Another secret was proved right, so that this one cannot be.
                keeper.discard(ticket).await?;
                continue;
            }
            match settle(keeper, ticket, intent, &id, self.hydra).await? {
                Fate::Dropped => {}
                settled => {
                    fate = settled;
                    recorded = Some(intent.secret.clone());
                }
            }
        }
        Ok(match fate {
            Fate::Recorded => Made::created(id, false, recorded),
            Fate::Unconfirmed => Made::created(id, true, recorded),
            Fate::Dropped | Fate::Waiting | Fate::Ambiguous => {
                Made::without_secret(Some(id), Became::Raced)
            }
        })
    }

    /// Whether the client that exists has the secret of this attempt.
    async fn proof(&self, attempt: &Attempt<'_>, id: &ClientId, secret: &SecretString) -> Proof {
        // Nobody else can have chosen a random id: something on the way sent our request twice.
        let is_ours = attempt.own_id && attempt.id.as_ref() == Some(id);
        let alone = is_ours && attempt.left_open.is_empty();
        if attempt.says_created || alone {
            return Proof::Right;
        }
        let proof = self.hydra.prove(id, secret, method(attempt.creation));
        match proof.await {
            Proof::Right => Proof::Right,
            // A public endpoint that refuses a secret may be another Hydra's: where ours may have
            // arrived, it is kept.
            _ if attempt.may_exist => Proof::Unknown,
            _ => Proof::Wrong,
        }
    }

    /// The client could not be created.
    pub(super) async fn failed(&self, attempt: Attempt<'_>, failure: Failure) -> Result<Made> {
        if let Some(ticket) = &attempt.ticket
            && !attempt.may_exist
        {
            self.keeper()?.discard(ticket).await?;
        }
        let kind = if failure.concerns_all() {
            Kind::Hydra
        } else {
            Kind::Unexpected
        };
        let error = Error::from(failure).with_kind(kind);
        if attempt.may_exist {
            // Whatever was between us and Hydra may still hold a request, and deliver it.
            return Ok(Self::may_exist(attempt, error));
        }
        Ok(Made::without_secret(attempt.id, Became::Failed(error)))
    }

    /// Nothing was sent, because the run is to stop.
    pub(super) async fn not_tried(&self, attempt: Attempt<'_>) -> Result<Made> {
        if let Some(ticket) = &attempt.ticket {
            self.keeper()?.discard(ticket).await?;
        }
        Ok(Made::not_tried(attempt.id))
    }

    /// Whether the client exists could not be found out.
    pub(super) fn open_end(attempt: Attempt<'_>, failure: &Failure, looking: &str) -> Made {
        let error = Error::unexpected(format!(
            "{failure}, and whether the client was created could not be found out: {looking}"
        ));
        Self::may_exist(attempt, error)
    }

    /// The client is or comes into Hydra, or not: its secret stays in the journal. Where there is
    /// none, the secret is handed out, for the client may have it.
    fn may_exist(attempt: Attempt<'_>, error: Error) -> Made {
        let generated = attempt.secret.as_ref().filter(|_| attempt.ticket.is_some());
        let (hint, secret) = match generated {
            Some(_) if A::IS_DURABLE => (
                "its secret is safe in the journal: run the same command again, or `hydra-gitops secrets recover`, when Hydra answers",
                None,
            ),
            Some(secret) => (
                "look in a minute whether it is in Hydra: if so, its secret is the one that was printed; if not, run the same command again",
                Seal::InClear.seal(secret).ok(),
            ),
            None => ("run the same command again when Hydra answers", None),
        };
        Made {
            secret,
            may_exist: true,
            ..Made::without_secret(attempt.id, Became::Failed(error.hint(hint)))
        }
    }
}
