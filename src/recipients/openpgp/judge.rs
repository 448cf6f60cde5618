//! Decides which key of a certificate may be encrypted to now, or why none may.

use jiff::Timestamp;
use pgp::packet::{PublicKey, PublicSubkey};
use pgp::types::KeyDetails;

use super::algorithm::{can_certify, can_encrypt};
use super::certificate::{Bound, Certificate, fingerprint};
use super::encrypt::{Key, Recipient, Verdict};
use super::refusal::Reason;
use super::self_signatures::{SelfSignatures, not_revoked};
use super::signature::{Over, allow_encryption, key_end, key_flags, moment, newest, revocations};
use super::signature::{signature_end, strong, why};

/// Judges a certificate as of `now`.
pub(super) fn judge(certificate: &Certificate, now: Timestamp) -> Result<Recipient, Reason> {
    let primary = certificate.primary.as_ref().map_err(Clone::clone)?;
    can_certify(primary).map_err(Reason::Algorithm)?;
    let start = born(primary, now)?;
    not_revoked(certificate, primary)?;
    let signatures = SelfSignatures::of(certificate, primary, now)?;
    let end = signatures.end(start);
    not_past(end, now)?;
    let (key, key_end) = choose(certificate, primary, &signatures, now)?;
    Ok(Recipient::new(Verdict {
        fingerprint: fingerprint(primary),
        user_id: signatures.user_id,
        key,
        expires_at: [end, key_end].into_iter().flatten().min(),
    }))
}

/// The newest subkey that can be encrypted to, otherwise the primary key if it is meant for that.
fn choose(
    certificate: &Certificate,
    primary: &PublicKey,
    signatures: &SelfSignatures<'_>,
    now: Timestamp,
) -> Result<(Key, Option<Timestamp>), Reason> {
    let mut usable = Vec::new();
    let mut refused = Vec::new();
    for subkey in &certificate.subkeys {
        match judge_subkey(subkey, primary, now) {
            Ok(found) => usable.push(found),
            Err(reason) => refused.push((subkey.part.as_ref().ok().map(fingerprint), reason)),
        }
    }
    let usable = usable.into_iter();
    if let Some((subkey, end)) = usable.max_by_key(|(subkey, _)| subkey.created_at().as_secs()) {
        return Ok((Key::Subkey(subkey.clone()), end));
    }
    if signatures.key_flags().is_some_and(allow_encryption) && can_encrypt(primary).is_ok() {
        return Ok((Key::Primary(primary.clone()), None));
    }
    refused.retain(|(_, reason)| *reason != Reason::NotForEncryption);
    Err(Reason::NothingToEncryptTo(refused))
}

fn judge_subkey<'a>(
    subkey: &'a Bound<Result<PublicSubkey, Reason>>,
    primary: &PublicKey,
    now: Timestamp,
) -> Result<(&'a PublicSubkey, Option<Timestamp>), Reason> {
    let key = subkey.part.as_ref().map_err(Clone::clone)?;
    let over = Over::Subkey(key);
    let binding = newest(over, &subkey.signatures, primary, now)?;
    if !key_flags(binding).is_some_and(allow_encryption) {
        return Err(Reason::NotForEncryption);
    }
    can_encrypt(key).map_err(Reason::Algorithm)?;
    let start = born(key, now)?;
    if let Some(revocation) = revocations(over, subkey.signatures.iter(), primary).next() {
        return Err(Reason::Revoked(why(revocation)));
    }
    strong(binding)?;
    let end = [key_end(binding, start).flatten(), signature_end(binding)];
    let end = end.into_iter().flatten().min();
    not_past(end, now)?;
    Ok((key, end))
}

/// When the key was created, which must not be in the future.
fn born(key: &impl KeyDetails, now: Timestamp) -> Result<Timestamp, Reason> {
    let start = moment(key.created_at().as_secs().into());
    if start > now {
        return Err(Reason::NotYetValid(start));
    }
    Ok(start)
}

fn not_past(end: Option<Timestamp>, now: Timestamp) -> Result<(), Reason> {
    match end {
        Some(end) if end <= now => Err(Reason::Expired(end)),
        _ => Ok(()),
    }
}
