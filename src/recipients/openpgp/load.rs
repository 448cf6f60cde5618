//! From bytes to recipients, or to an error that says everything that is wrong with them.

use jiff::Timestamp;

use super::certificate::{Certificate, certificates, fingerprint, shown};
use super::encrypt::Recipient;
use super::input::blocks;
use super::judge::judge;
use super::refusal::{Reason, Unreadable};
use crate::error::{Error, Result};

/// The recipients in `input`, one for each OpenPGP certificate, in their order; at least one.
///
/// `input` is armored text, binary, or base64 of either; at most 1 MiB. `origin` says in messages
/// where it is from: a flag, a path, a variable. `now` is the moment the keys must be valid at.
///
/// # Errors
/// When the input holds no public key, or when any of its keys is not to be encrypted to: revoked,
/// expired, not yet valid, not bound by sound signatures of its own, or of an algorithm that is not
/// taken. All refused keys are named, each with a hint.
pub fn load(input: &[u8], origin: &str, now: Timestamp) -> Result<Vec<Recipient>> {
    let certificates = read(input).map_err(|why| {
        Error::secret(format!(
            "no OpenPGP public key can be read from `{origin}`: {why}"
        ))
        .hint(why.advice())
    })?;
    let mut recipients = Vec::new();
    let mut refusals = Vec::new();
    for certificate in &certificates {
        match judge(certificate, now) {
            Ok(recipient) => recipients.push(recipient),
            Err(reason) => refusals.push(Refusal::new(certificate, reason)),
        }
    }
    if refusals.is_empty() {
        Ok(recipients)
    } else {
        Err(refused(&refusals, origin))
    }
}

fn read(input: &[u8]) -> Result<Vec<Certificate>, Unreadable> {
    let mut found = Vec::new();
    for block in blocks(input)? {
        found.append(&mut certificates(&block)?);
    }
    Ok(found)
}

/// A key that is not taken.
struct Refusal {
    /// Empty if not even that could be read.
    fingerprint: String,
    /// The first of its user ids, unchecked.
    user_id: Option<String>,
    reason: Reason,
}

impl Refusal {
    fn new(certificate: &Certificate, reason: Reason) -> Self {
        Self {
            fingerprint: certificate
                .primary
                .as_ref()
                .map(fingerprint)
                .unwrap_or_default(),
            user_id: certificate.users.first().map(|user| shown(&user.part)),
            reason,
        }
    }

    /// Whose key: "key `FINGERPRINT` (`Name <address>`)".
    fn name(&self) -> String {
        match (self.fingerprint.as_str(), &self.user_id) {
            ("", None) => "a key".into(),
            ("", Some(user)) => format!("the key of `{user}`"),
            (fingerprint, None) => format!("key `{fingerprint}`"),
            (fingerprint, Some(user)) => format!("key `{fingerprint}` (`{user}`)"),
        }
    }

    fn advice(&self) -> String {
        let key = match self.fingerprint.as_str() {
            "" => "KEY",
            fingerprint => fingerprint,
        };
        self.reason.advice(key)
    }
}

/// One error for all refused keys.
fn refused(refusals: &[Refusal], origin: &str) -> Error {
    if let [only] = refusals {
        let sentence = format!("{} from `{origin}` {}", only.name(), only.reason);
        return Error::secret(sentence).hint(only.advice());
    }
    let all: Vec<_> = refusals
        .iter()
        .map(|refusal| format!("{} {}", refusal.name(), refusal.reason))
        .collect();
    let message = format!(
        "{} keys from `{origin}` cannot be used: {}",
        all.len(),
        all.join("; ")
    );
    refusals
        .iter()
        .fold(Error::secret(message), |error, refusal| {
            error.hint(format!("{}: {}", refusal.name(), refusal.advice()))
        })
}
