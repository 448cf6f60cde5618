//! Puts the secrets that a killed run left in its journal where they belong.

use super::intent::Intent;
use super::lines::Append;
use super::vault::{Clock, Ticket, Vault};
use crate::client::ClientId;
use crate::error::Result;
use crate::hydra::{Proof, Prove, Read};

/// What became of an intent that an earlier run left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The client is in Hydra and the secret is its own: recorded.
    Recorded,
    /// The client is in Hydra, and nothing proves that the secret is its own: recorded as such.
    Unconfirmed,
    /// The client is not in Hydra: dropped.
    Dropped,
    /// The client is not in Hydra, and its request may still be on its way: kept.
    Waiting,
}

/// An intent and what became of it.
#[derive(Debug)]
pub struct Recovered {
    /// The client's id or name.
    pub client: String,
    /// What became of it.
    pub fate: Fate,
}

/// Settles every intent that is open for this Hydra.
///
/// # Errors
/// When Hydra gives no certain answer (exit 5) or a file cannot be written (exit 6). What was not
/// settled stays in the journal.
pub async fn recover<A: Append, C: Clock>(
    vault: &Vault<A, C>,
    reader: &impl Read,
    prover: &impl Prove,
) -> Result<Vec<Recovered>> {
    let mut recovered = Vec::new();
    for (ticket, intent) in &vault.open_here() {
        let Some(identity) = intent.identity() else {
            continue;
        };
        let fate = match reader.find(&identity).await? {
            Some(existing) => settle(vault, ticket, intent, existing.id(), prover).await?,
            None if vault.is_in_flight(intent) => Fate::Waiting,
            None => {
                vault.discard(ticket).await?;
                Fate::Dropped
            }
        };
        recovered.push(Recovered {
            client: identity.to_string(),
            fate,
        });
    }
    Ok(recovered)
}

/// Settles an intent whose client exists.
///
/// The client is ours beyond doubt when its id is a random one of our making and no other secret
/// was ever sent with it, or when the secret can be read here and the public endpoint accepts it.
/// It is never guessed.
///
/// # Errors
/// When a file cannot be written (exit 6).
pub async fn settle<A: Append, C: Clock>(
    vault: &Vault<A, C>,
    ticket: &Ticket,
    intent: &Intent,
    id: &ClientId,
    prover: &impl Prove,
) -> Result<Fate> {
    let proof = match intent.secret.clear() {
        _ if intent.own_id && vault.is_alone(intent) => Proof::Right,
        Some(secret) => prover.prove(id, &secret, &intent.method).await,
        None => Proof::Unknown,
    };
    match proof {
        Proof::Right => {
            vault.record(ticket, id, false).await?;
            Ok(Fate::Recorded)
        }
        // A public endpoint that refuses it may be another Hydra's.
        Proof::Unknown | Proof::Wrong => {
            vault.record(ticket, id, true).await?;
            Ok(Fate::Unconfirmed)
        }
    }
}
