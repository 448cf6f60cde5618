//! From bytes to recipients, or to an error that says all that is wrong with them.

use jiff::Timestamp;

use super::certificate::{Certificate, certificates, fingerprint, shown};
use super::encrypt::Recipient;
use super::input::blocks;
use super::judge::judge;
use super::refusal::{Reason, Unreadable};
use crate::error::{Error, Result};

/// The recipients in `input` in order, one per OpenPGP certificate; at least one.
///
/// `input` is armored text, binary, or base64 of either, of at most 1 MiB. `origin` is the flag, path
/// or variable that messages name as its source. The keys must be valid at the time `now`.
///
/// # Errors
/// If the input holds no public key, or if any of its keys cannot be used: it is revoked, expired or
/// not yet valid, lacks sound signatures of its own, or has an algorithm that is not accepted. The
/// error names each refused key, with a hint.
pub fn load(input: &[u8], origin: &str, now: Timestamp) -> Result<Vec<Recipient>> {
    let certificates = read(input).map_err(|why| {
        let what = format!("no OpenPGP public key can be read from `{origin}`: {why}");
        Error::secret(what).hint(why.advice())
    })?;
    let mut recipients = Vec::new();
    let mut refusals = Vec::new();
    for certificate in &certificates {
        match judge(certificate, now) {
            Ok(recipient) => recipients.push(recipient),
            Err(reason) => refusals.push(Refusal::new(certificate, reason)),
        }
    }
    match refusals.is_empty() {
        true => Ok(recipients),
        false => Err(refused(&refusals, origin)),
    }
}

fn read(input: &[u8]) -> Result<Vec<Certificate>, Unreadable> {
    let mut found = Vec::new();
    for block in blocks(input)? {
        found.append(&mut certificates(&block)?);
    }
    Ok(found)
}

/// A key that is refused.
struct Refusal {
    /// Empty if it could not be read.
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
                .map_or_else(|_| String::new(), fingerprint),
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
    let (number, all) = (all.len(), all.join("; "));
    let error = Error::secret(format!(
        "{number} keys from `{origin}` cannot be used: {all}"
    ));
    refusals.iter().fold(error, |error, refusal| {
        error.hint(format!("{}: {}", refusal.name(), refusal.advice()))
    })
}
