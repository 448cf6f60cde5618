//! Decides which key of a certificate may be encrypted to now, or why none may. First comes what the
//! primary key says about itself.

use std::cmp::Reverse;

use jiff::Timestamp;
use pgp::packet::{
    KeyFlags, PublicKey, PublicSubkey, Signature, SignatureType, SubpacketData, UserId,
};
use pgp::types::{KeyDetails, KeyVersion};

use super::algorithm::{can_certify, can_encrypt};
use super::certificate::{Bound, Certificate, fingerprint, shown};
use super::encrypt::{Key, Recipient, Verdict};
use super::refusal::Reason;
use super::signature::{Over, allow_encryption, created, is_by, key_end, key_flags, moment};
use super::signature::{newest, revocations, signature_end, strong, why};

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

/// The statements of a primary key about itself that count.
struct SelfSignatures<'a> {
    /// The newest signature over the key itself and the newest over a user id that is not revoked:
    /// one or both, the newer first.
    ///
    /// Both are kept because the newer one need not say everything. Naming a revoker, for example,
    /// makes a signature over the key that does not mention its expiry.
    statements: Vec<&'a Signature>,
    user_id: Option<String>,
}

impl<'a> SelfSignatures<'a> {
    fn of(
        certificate: &'a Certificate,
        primary: &PublicKey,
        now: Timestamp,
    ) -> Result<Self, Reason> {
        let direct = newest(Over::Primary, &certificate.signatures, primary, now);
        let (users, reasons): (Vec<_>, Vec<_>) = certificate
            .users
            .iter()
            .map(|user| Ok((certification(user, primary, now)?, &user.part)))
            .partition(Result::is_ok);
        let users: Vec<_> = users.into_iter().flatten().collect();
        // In version 6, only signatures over the key itself speak for it (RFC 9580 section 10.1.1).
        // If they are missing, the expiry that they stated would be lost without a trace.
        let certified = users
            .iter()
            .filter(|_| primary.version() != KeyVersion::V6)
            .map(|(signature, _)| *signature)
            .max_by_key(|s| created(s));

        let mut statements: Vec<_> = direct.iter().copied().chain(certified).collect();
        statements.sort_by_key(|signature| Reverse(created(signature)));
        let Some(newest) = statements.first() else {
            // Any other reason is more specific than a missing signature.
            let reasons = reasons.into_iter().filter_map(Result::err);
            let mut reasons = direct.err().into_iter().chain(reasons);
            let specific = reasons.find(|reason| *reason != Reason::Unsigned);
            return Err(specific.unwrap_or(Reason::Unsigned));
        };
        strong(newest)?;
        let user_id = users
            .into_iter()
            .filter(|(signature, _)| strong(signature).is_ok())
            .max_by_key(|(signature, _)| (signature.is_primary(), created(signature)))
            .map(|(_, id)| shown(id));
        Ok(Self {
            statements,
            user_id,
        })
    }

    fn end(&self, start: Timestamp) -> Option<Timestamp> {
        let mut all = self.statements.iter();
        let key = all.find_map(|signature| key_end(signature, start));
        let newest = self.statements.first();
        let signature = newest.and_then(|newest| signature_end(newest));
        [key.flatten(), signature].into_iter().flatten().min()
    }

    fn key_flags(&self) -> Option<&KeyFlags> {
        let mut strong = self.statements.iter().filter(|one| strong(one).is_ok());
        strong.find_map(|signature| key_flags(signature))
    }
}

/// The newest signature over a user id, unless that user id was revoked after it.
fn certification<'a>(
    user: &'a Bound<UserId>,
    primary: &PublicKey,
    now: Timestamp,
) -> Result<&'a Signature, Reason> {
    let over = Over::User(&user.part);
    let signature = newest(over, &user.signatures, primary, now)?;
    let revoked = revocations(over, user.signatures.iter(), primary)
        .any(|revocation| created(revocation) >= created(signature));
    if revoked {
        return Err(Reason::UserIdsRevoked);
    }
    Ok(signature)
}

/// Makes sure that the key has not revoked itself, and that no revoker it named may have done so.
///
/// A revocation counts wherever it is and whatever reason it gives: a superseded key must not be
/// used any more than a stolen one.
fn not_revoked(certificate: &Certificate, primary: &PublicKey) -> Result<(), Reason> {
    let all = certificate.all_signatures();
    if let Some(revocation) = revocations(Over::Primary, all, primary).next() {
        return Err(Reason::Revoked(why(revocation)));
    }
    let revokers: Vec<_> = certificate
        .signatures
        .iter()
        .filter(|signature| signature.verify_key(primary).is_ok())
        .filter_map(Signature::config)
        .flat_map(|config| config.hashed_subpackets())
        .filter_map(|packet| match &packet.data {
            SubpacketData::RevocationKey(revoker) => Some(&revoker.fingerprint),
            _ => None,
        })
        .collect();
    let by_revoker = |signature: &Signature| {
        signature.typ() == Some(SignatureType::KeyRevocation)
            && revokers.iter().any(|revoker| is_by(signature, revoker))
    };
    if certificate.all_signatures().any(by_revoker) {
        return Err(Reason::PerhapsRevoked);
    }
    Ok(())
}
