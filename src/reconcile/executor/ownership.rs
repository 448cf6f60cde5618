//! Finds out whether an existing client was created by this request or by somebody else.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tokio::time::Instant;

use super::attempt::{Attempt, method};
use super::create::CreateContext;
use crate::client::{ClientId, Existing};
use crate::hydra::{Create, Proof, Prove, Read};
use crate::vault::{Append, Clock};

/// How much older than our first request a client must be to count as somebody else's. Seconds are
/// rounded, and the clocks of two servers differ.
const CLEARLY: SignedDuration = SignedDuration::from_secs(60);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ownership {
    /// It has our secret.
    Ours,
    /// It has a different secret.
    Theirs,
    Open,
}

/// A client of this run whose secret is known for certain. If the public endpoint accepts that
/// secret, it belongs to this Hydra, and its verdict on other secrets counts.
#[derive(Debug, Default)]
pub struct Control(Mutex<Option<(ClientId, SecretString, String)>>);

impl Control {
    /// Remembers a client that Hydra said it created.
    pub(super) fn set(&self, id: &ClientId, secret: &SecretString, method: &str) {
        let mut control = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *control = Some((id.clone(), secret.clone(), method.to_owned()));
    }
}

impl<H: Create + Read + Prove, A: Append, C: Clock> CreateContext<'_, H, A, C> {
    /// Determines who created the client that was found, for which this attempt generated a secret.
    pub(super) async fn whose(
        &self,
        attempt: &Attempt<'_>,
        existing: &Existing,
        secret: &SecretString,
    ) -> Ownership {
        let Some(sent) = &attempt.sent else {
            return Ownership::Theirs;
        };
        let id = existing.id();
        let is_random = attempt.is_random && attempt.id.as_ref() == Some(id);
        if is_random && attempt.left_open.is_empty() {
            // Nobody else can have chosen this id: a proxy sent our request twice.
            return Ownership::Ours;
        }
        let proof = self.hydra.prove(id, secret, method(attempt.creation));
        match proof.await {
            Proof::Right => Ownership::Ours,
            Proof::Wrong if self.proves().await => Ownership::Theirs,
            // A public endpoint that refuses a secret may belong to another Hydra.
            Proof::Wrong | Proof::Unknown => {
                let is_older = is_older(existing.created_at(), sent.date, sent.first);
                match is_older && !sent.may_have_created {
                    true => Ownership::Theirs,
                    false => Ownership::Open,
                }
            }
        }
    }

    /// Whether the public endpoint certainly belongs to this Hydra.
    async fn proves(&self) -> bool {
        let control = self.control.0.lock();
        let control = control.unwrap_or_else(PoisonError::into_inner).clone();
        let Some((id, secret, method)) = control else {
            return false;
        };
        self.hydra.prove(&id, &secret, &method).await == Proof::Right
    }
}

/// Whether a client existed long before our first request was sent. Both times are by the server's
/// clock, which showed `date` when it answered just now.
fn is_older(created_at: Option<Timestamp>, date: Option<Timestamp>, first: Instant) -> bool {
    let Some((created_at, date)) = created_at.zip(date) else {
        return false;
    };
    let since_first = SignedDuration::try_from(first.elapsed()).unwrap_or(SignedDuration::MAX);
    date.duration_since(created_at).saturating_sub(since_first) > CLEARLY
}

#[cfg(test)]
mod tests {
    use super::is_older;
    use jiff::Timestamp;
    use std::time::Duration;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn only_a_client_that_is_clearly_older_is_somebody_elses() {
        let second = |second: i64| Timestamp::from_second(1_800_000_000 + second).ok();
        let first = Instant::now();
        tokio::time::advance(Duration::from_secs(10)).await;
        for (created, date, older) in [
            (0, 9, false),
            (0, 70, false),
            (0, 71, true),
            (0, 100_000, true),
            // A server whose clock was set back.
            (100, 0, false),
        ] {
            assert_eq!(is_older(second(created), second(date), first), older);
        }
        assert!(!is_older(None, second(100_000), first));
        assert!(!is_older(second(0), None, first));
    }
}
