//! Whose a client is that exists though no answer of ours says so, and which secret it has.

use secrecy::SecretString;

use super::attempt::{Attempt, method};
use super::create::{Creating, Made};
use super::outcome::Became;
use crate::client::{ClientId, Field};
use crate::error::Result;
use crate::hydra::{Proof, Prove};
use crate::secrets::{About, Append, Clock, Fate, Ticket, settle};

impl<H: Prove, A: Append, C: Clock> Creating<'_, H, A, C> {
    /// The client exists, and whose it is is not certain: an answer of ours was lost, or a killed
    /// run's request may have arrived late.
    pub(super) async fn found(&self, attempt: Attempt<'_>, id: ClientId) -> Result<Made> {
        let Some((ticket, secret)) = attempt.ticket.as_ref().zip(attempt.secret.as_ref()) else {
            return Ok((Some(id), Became::Created { unconfirmed: false }));
        };
        let keeper = self.keeper()?;
        let proof = self.proof(&attempt, &id, secret).await;
        let mut fate = match proof {
            Proof::Right => {
                keeper.record(ticket, &id, false).await?;
                for (ticket, _) in &attempt.left_open {
                    keeper.discard(ticket).await?;
                }
                return Ok((Some(id), Became::Created { unconfirmed: false }));
            }
            Proof::Unknown => {
                keeper.record(ticket, &id, true).await?;
                Fate::Unconfirmed
            }
            Proof::Wrong => {
                keeper.discard(ticket).await?;
                Fate::Dropped
            }
        };
        let alone = fate == Fate::Dropped && attempt.left_open.len() == 1;
        for (ticket, intent) in &attempt.left_open {
            match settle(keeper, ticket, intent, &id, alone, self.hydra).await? {
                Fate::Dropped => {}
                settled => fate = settled,
            }
        }
        let became = match fate {
            Fate::Recorded => Became::Created { unconfirmed: false },
            Fate::Unconfirmed => Became::Created { unconfirmed: true },
            Fate::Dropped | Fate::Waiting => Became::Raced,
        };
        Ok((Some(id), became))
    }

    /// Whether the client that exists has the secret of this attempt.
    async fn proof(&self, attempt: &Attempt<'_>, id: &ClientId, secret: &SecretString) -> Proof {
        if !attempt.may_exist {
            return Proof::Wrong;
        }
        if attempt.says_created || (attempt.own_id && attempt.left_open.is_empty()) {
            return Proof::Right;
        }
        self.hydra.prove(id, secret, method(attempt.creation)).await
    }

    /// The server made a secret of its own in spite of ours: theirs is the one that counts.
    pub(super) async fn record_other(
        &self,
        attempt: &Attempt<'_>,
        ticket: &Ticket,
        id: &ClientId,
        theirs: &SecretString,
    ) -> Result<()> {
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
        keeper.record(&real, id, false).await?;
        keeper.discard(ticket).await
    }
}
