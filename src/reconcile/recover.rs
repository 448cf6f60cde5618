//! Recovers the secrets that a killed run left in its journal.

use jiff::Timestamp;

use super::events::{Event, Events};
use super::target::Target;
use crate::client::ClientId;
use crate::error::{Result, with_hints};
use crate::hydra::{Proof, Prove, Read};
use crate::vault::{Append, Clock, Intent, Repair, Sealed, Ticket, Vault, VaultFiles};

/// What happened to an intent that an earlier run left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecoveryOutcome {
    /// The client exists and the secret is verified: recorded.
    Recorded,
    /// The client exists, but the secret could not be verified: recorded as unconfirmed.
    Unconfirmed,
    /// The client does not exist: discarded.
    Dropped,
    /// The client does not exist, but its request may still arrive: kept.
    Waiting,
    /// Several clients in Hydra have its name and owner, or that of its resource: kept.
    Ambiguous,
    /// Hydra answers look-ups of other clients but not of this one, for this reason: kept.
    Unknown(String),
}

/// An intent and its outcome.
#[derive(Debug)]
pub struct Recovered {
    /// The client's id or name.
    pub client: String,
    /// Whether a secret was generated for it.
    pub has_secret: bool,
    /// When the secret was generated.
    pub made_at: Timestamp,
    /// What happened to the intent.
    pub outcome: RecoveryOutcome,
}

impl Recovered {
    fn new(client: String, intent: &Intent, outcome: RecoveryOutcome) -> Self {
        Self {
            client,
            has_secret: intent.has_secret(),
            made_at: intent.created_at,
            outcome,
        }
    }
}

#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Reported {
    /// That requests may still arrive.
    pub waiting: bool,
    /// That clients could not be looked up.
    pub unknown: bool,
    /// When the newest secret left open before this process began was generated. Younger ones are
    /// this process's own: it reported them when their creates failed, and no run was interrupted.
    pub own_after: Option<Timestamp>,
}

impl Reported {
    /// Whether this process left it open.
    fn is_own(self, recovered: &Recovered) -> bool {
        self.own_after.is_some_and(|left| recovered.made_at > left)
    }

    /// Whether this result was already reported or needs no report.
    fn covers(self, recovered: &Recovered) -> bool {
        match &recovered.outcome {
            RecoveryOutcome::Unknown(_) => self.unknown,
            RecoveryOutcome::Waiting if self.waiting => true,
            // A client without a secret requires no action.
            outcome if !recovered.has_secret => *outcome != RecoveryOutcome::Waiting,
            RecoveryOutcome::Dropped | RecoveryOutcome::Waiting => self.is_own(recovered),
            _ => false,
        }
    }
}

/// Settles what earlier runs left open, and reports the results. Fails like [`recover`].
pub(crate) async fn settle(
    files: &VaultFiles,
    target: &Target,
    reported: Reported,
    events: &dyn Events,
) -> Result<Vec<Recovered>> {
    let session = &target.session;
    let settled = recover(&files.vault, &session.reader, session).await?;
    let arrives_in = files.vault.last_arrives_in();
    for recovered in settled.iter().filter(|one| !reported.covers(one)) {
        let is_own = reported.is_own(recovered);
        events.emit(&Event::Recovered {
            recovered,
            is_own,
            arrives_in,
        });
    }
    Ok(settled)
}

/// Reports repairs to the secrets file, and its invalid lines.
pub(crate) fn tell_repairs(
    repair: Option<&Repair>,
    broken: &[(usize, String)],
    events: &dyn Events,
) {
    if let Some(repair) = repair {
        events.emit(&Event::Repaired(repair));
    }
    for (number, why) in broken {
        let (number, why) = (*number, &**why);
        events.emit(&Event::BrokenLine { number, why });
    }
}

/// Settles every open intent for this Hydra.
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
    // Start with what can be verified: of several secrets for one client, that rules out the
    // others.
    for only_proved in [true, false] {
        for (ticket, intent) in &vault.open_here() {
            let Some(identity) = intent.identity().filter(|_| vault.is_open(ticket)) else {
                continue;
            };
            if only_proved && intent.secret().and_then(Sealed::clear).is_none() {
                continue;
            }
            let found = match reader.find(&identity).await {
                // A failure that concerns one client must not block the secrets of the others.
                Err(failure) if failure.is_clients_own() => Err(failure),
                found => Ok(found?),
            };
            let outcome = match found {
                Err(_) if only_proved => continue,
                Err(failure) if failure.is_ambiguous() => RecoveryOutcome::Ambiguous,
                Err(failure) => RecoveryOutcome::Unknown(with_hints(&failure.into())),
                Ok(Some(existing)) => {
                    let proof = proof(intent, existing.id(), prover).await;
                    if only_proved && proof != Proof::Right {
                        continue;
                    }
                    if proof == Proof::Right && intent.has_secret() {
                        // Discard first: a kill in between would leave younger secrets that nothing
                        // rules out.
                        recovered.extend(drop_siblings(vault, intent).await?);
                    }
                    settle_as(vault, ticket, intent, existing.id(), proof).await?
                }
                Ok(None) if only_proved => continue,
                Ok(None) if vault.is_in_flight(intent) => RecoveryOutcome::Waiting,
                Ok(None) => {
                    vault.discard(ticket).await?;
                    RecoveryOutcome::Dropped
                }
            };
            recovered.push(Recovered::new(identity.to_string(), intent, outcome));
        }
    }
    Ok(recovered)
}

/// Records secrets again that were confirmed before the secrets file was replaced or edited. This
/// does not ask whether the client still exists in Hydra.
async fn restore<A: Append, C: Clock>(vault: &Vault<A, C>) -> Result<Vec<Recovered>> {
    let mut restored = Vec::new();
    for (ticket, intent) in &vault.open_here() {
        let id = intent.client_id.clone().and_then(ClientId::new);
        if let Some(id) = id.filter(|_| intent.confirmed) {
            vault.record(ticket, &id, false).await?;
            let outcome = RecoveryOutcome::Recorded;
            restored.push(Recovered::new(id.to_string(), intent, outcome));
        }
    }
    Ok(restored)
}

/// Discards the other secrets generated for a client once one is verified.
async fn drop_siblings<A: Append, C: Clock>(
    vault: &Vault<A, C>,
    intent: &Intent,
) -> Result<Vec<Recovered>> {
    let mut dropped = Vec::new();
    for (ticket, sibling) in vault.siblings(intent) {
        vault.discard(&ticket).await?;
        let client = sibling.client_id.clone().unwrap_or_default();
        dropped.push(Recovered::new(client, &sibling, RecoveryOutcome::Dropped));
    }
    Ok(dropped)
}

/// Whether the public endpoint verifies the intent's secret for the existing client. An intent
/// without a secret proves nothing.
pub(crate) async fn is_proved(intent: &Intent, id: &ClientId, prover: &impl Prove) -> bool {
    intent.has_secret() && proof(intent, id, prover).await == Proof::Right
}

async fn proof(intent: &Intent, id: &ClientId, prover: &impl Prove) -> Proof {
    match intent.secret().map(Sealed::clear) {
        Some(Some(secret)) => prover.prove(id, &secret, &intent.method).await,
        Some(None) => Proof::Unknown,
        None if intent.has_secret() => Proof::Unknown,
        // There is no secret to verify.
        None => Proof::Right,
    }
}

/// Settles an intent whose client exists.
///
/// The secret is confirmed only if it can be read here and the public endpoint accepts it. It is
/// never assumed: an id proves nothing, because anyone can derive it and may have sent it.
async fn settle_as<A: Append, C: Clock>(
    vault: &Vault<A, C>,
    ticket: &Ticket,
    intent: &Intent,
    id: &ClientId,
    proof: Proof,
) -> Result<RecoveryOutcome> {
    if !vault.is_open(ticket) {
        // It was settled meanwhile.
        return Ok(RecoveryOutcome::Dropped);
    }
    // A refusal rules nothing out: the public endpoint may belong to another Hydra.
    let unconfirmed = proof != Proof::Right;
    vault.record(ticket, id, unconfirmed).await?;
    tracing::debug!(client_id = ?intent.client_id, unconfirmed, "settled");
    Ok(match unconfirmed {
        true => RecoveryOutcome::Unconfirmed,
        false => RecoveryOutcome::Recorded,
    })
}
