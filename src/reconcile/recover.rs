//! Puts the secrets that a killed run left in its journal where they belong.

use jiff::Timestamp;

use crate::client::ClientId;
use crate::error::{Result, with_hints};
use crate::hydra::{Proof, Prove, Read};
use crate::vault::{Append, Clock, Intent, Sealed, Ticket, Vault};

/// What became of an intent that an earlier run left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The client is in Hydra and the secret is its own: recorded.
    Recorded,
    /// The client is in Hydra, and nothing proves that the secret is its own: recorded as such.
    Unconfirmed,
    /// The client is not in Hydra: dropped.
    Dropped,
    /// The client is not in Hydra, and its request may still be on its way: kept.
    Waiting,
    /// Its name and owner are those of several clients in Hydra: kept.
    Ambiguous,
    /// Hydra answers look-ups of other clients and not of this one, as told: kept.
    Unknown(String),
}

/// An intent and what became of it.
#[derive(Debug)]
pub struct Recovered {
    /// The client's id or name.
    pub client: String,
    /// Whether a secret was made for it here.
    pub has_secret: bool,
    /// When its secret was made.
    pub made_at: Timestamp,
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
    vault.adopt().await?;
    let mut recovered = restore(vault).await?;
    // What can be proved comes first: of several secrets for one client, it rules out the others.
    for only_proved in [true, false] {
        for (ticket, intent) in &vault.open_here() {
            let Some(identity) = intent.identity().filter(|_| vault.is_open(ticket)) else {
                continue;
            };
            let is_readable = intent
                .secret()
                .is_some_and(|secret| secret.clear().is_some());
            if only_proved && !is_readable {
                continue;
            }
            let found = match reader.find(&identity).await {
                // What is wrong with one client stops no other secret.
                Err(failure) if failure.is_clients_own() => Err(failure),
                found => Ok(found?),
            };
            let fate = match found {
                Err(_) if only_proved => continue,
                Err(failure) if failure.is_ambiguous() => Fate::Ambiguous,
                Err(failure) => Fate::Unknown(with_hints(&failure.into())),
                Ok(Some(existing)) => {
                    let proof = proof(intent, existing.id(), prover).await;
                    if only_proved && proof != Proof::Right {
                        continue;
                    }
                    if proof == Proof::Right && !intent.sealed.is_empty() {
                        // First, for a kill between would leave younger ones that nothing rules out.
                        recovered.extend(drop_siblings(vault, intent).await?);
                    }
                    settle_as(vault, ticket, intent, existing.id(), proof).await?
                }
                Ok(None) if only_proved => continue,
                Ok(None) if vault.is_in_flight(intent) => Fate::Waiting,
                Ok(None) => {
                    vault.discard(ticket).await?;
                    Fate::Dropped
                }
            };
            recovered.push(Recovered {
                client: identity.to_string(),
                has_secret: !intent.sealed.is_empty(),
                made_at: intent.created_at,
                fate,
            });
        }
    }
    Ok(recovered)
}

/// Records once more what was recorded as certain, in a file that was replaced or changed after that.
/// It says nothing of the client that Hydra has by now.
async fn restore<A: Append, C: Clock>(vault: &Vault<A, C>) -> Result<Vec<Recovered>> {
    let mut restored = Vec::new();
    for (ticket, intent) in &vault.open_here() {
        let id = intent.client_id.clone().and_then(ClientId::new);
        if let Some(id) = id.filter(|_| intent.confirmed) {
            vault.record(ticket, &id, false).await?;
            restored.push(Recovered {
                client: id.to_string(),
                has_secret: !intent.sealed.is_empty(),
                made_at: intent.created_at,
                fate: Fate::Recorded,
            });
        }
    }
    Ok(restored)
}

/// Drops the other secrets that were made for a client, once one is proved to be its own.
async fn drop_siblings<A: Append, C: Clock>(
    vault: &Vault<A, C>,
    intent: &Intent,
) -> Result<Vec<Recovered>> {
    let mut dropped = Vec::new();
    for (ticket, sibling) in vault.siblings(intent) {
        vault.discard(&ticket).await?;
        dropped.push(Recovered {
            client: sibling.client_id.unwrap_or_default(),
            has_secret: !sibling.sealed.is_empty(),
            made_at: sibling.created_at,
            fate: Fate::Dropped,
        });
    }
    Ok(dropped)
}

/// Whether the public endpoint says that the intent's secret is that of the client that exists. One
/// without a secret proves nothing.
pub async fn is_proved(intent: &Intent, id: &ClientId, prover: &impl Prove) -> bool {
    !intent.sealed.is_empty() && proof(intent, id, prover).await == Proof::Right
}

async fn proof(intent: &Intent, id: &ClientId, prover: &impl Prove) -> Proof {
    match intent.secret().map(Sealed::clear) {
        Some(Some(secret)) => prover.prove(id, &secret, &intent.method).await,
        Some(None) => Proof::Unknown,
        // There is none to be proved.
        None => Proof::Right,
    }
}

/// Settles an intent whose client exists.
///
/// The secret is the client's beyond doubt when it can be read here and the public endpoint accepts
/// it. It is never guessed: an id proves nothing, for whoever knows how it is made can have sent it.
async fn settle_as<A: Append, C: Clock>(
    vault: &Vault<A, C>,
    ticket: &Ticket,
    intent: &Intent,
    id: &ClientId,
    proof: Proof,
) -> Result<Fate> {
    // A public endpoint that refuses a secret may be another Hydra's, so that it rules out nothing.
    let unconfirmed = proof != Proof::Right;
    if !vault.is_open(ticket) {
        // It was settled meanwhile.
        return Ok(Fate::Dropped);
    }
    vault.record(ticket, id, unconfirmed).await?;
    tracing::debug!(client_id = ?intent.client_id, unconfirmed, "settled");
    Ok(if unconfirmed {
        Fate::Unconfirmed
    } else {
        Fate::Recorded
    })
}
