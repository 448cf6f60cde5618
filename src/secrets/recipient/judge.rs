//! Which key of a certificate may be encrypted to now, or why none.

use jiff::Timestamp;
use pgp::packet::{KeyFlags, PublicKey, PublicSubkey, RevocationCode, Signature, SubpacketData};
use pgp::types::KeyDetails;

use super::algorithm::{can_certify, can_encrypt};
use super::certificate::{Bound, Certificate, fingerprint};
use super::encrypt::{Key, Recipient, Verdict};
use super::refusal::Reason;
use super::signature::{Over, allow_encryption, created, key_end, key_flags, moment, newest};
use super::signature::{revocations, signature_end, strong};
use super::user_id::shown;

/// Judges a certificate as of `now`.
pub(super) fn judge(certificate: &Certificate, now: Timestamp) -> Result<Recipient, Reason> {
    let primary = certificate.primary.as_ref().map_err(Clone::clone)?;
    can_certify(primary).map_err(Reason::Algorithm)?;
    let start = born(primary, now)?;
    not_revoked(certificate, primary)?;
    let standing = Standing::of(certificate, primary, now)?;
    let end = standing.end(start);
    not_past(end, now)?;
    let (key, key_end) = choose(certificate, primary, &standing, now)?;
    Ok(Recipient::new(Verdict {
        fingerprint: fingerprint(primary),
        user_id: standing.user_id,
        key,
        expires_at: [end, key_end].into_iter().flatten().min(),
    }))
}

/// The newest subkey that can be encrypted to, else the primary key if it is meant for that.
fn choose(
    certificate: &Certificate,
    primary: &PublicKey,
    standing: &Standing<'_>,
    now: Timestamp,
) -> Result<(Key, Option<Timestamp>), Reason> {
    let mut usable = Vec::new();
    let mut refused = Vec::new();
    for subkey in &certificate.subkeys {
        match judge_subkey(subkey, primary, now) {
            Ok(found) => usable.push(found),
            Err(reason) => refused.push((subkey_id(subkey), reason)),
        }
    }
    if let Some((subkey, end)) = usable
        .into_iter()
        .max_by_key(|(subkey, _)| subkey.created_at().as_secs())
    {
        return Ok((Key::Subkey(subkey.clone()), end));
    }
    if standing.key_flags().is_some_and(allow_encryption) && can_encrypt(primary).is_ok() {
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

/// What the primary key says about itself.
struct Standing<'a> {
    /// The newest signature over the key itself and the newest over one of its user ids that is
    /// not revoked: one or both, the newer first.
    ///
    /// Both are kept, for the newer need not say everything: naming a revoker, for example, makes
    /// a signature over the key that is silent about its expiry.
    statements: Vec<&'a Signature>,
    user_id: Option<String>,
}

impl<'a> Standing<'a> {
    fn of(
        certificate: &'a Certificate,
        primary: &PublicKey,
        now: Timestamp,
    ) -> Result<Self, Reason> {
        let direct = newest(Over::Primary, &certificate.signatures, primary, now);
        let mut users = Vec::new();
        let mut none = Reason::Unsigned;
        for user in &certificate.users {
            match certification(user, primary, now) {
                Ok(signature) => users.push((signature, user)),
                Err(Reason::Unsigned) => {}
                Err(reason) => none = reason,
            }
        }
        let certified = users
            .iter()
            .map(|(signature, _)| *signature)
            .max_by_key(|s| created(s));
        let mut statements: Vec<_> = direct.clone().ok().into_iter().chain(certified).collect();
        statements.sort_by_key(|signature| std::cmp::Reverse(created(signature)));
        match statements.first() {
            Some(newest) => strong(newest)?,
            None => {
                return Err(direct
                    .err()
                    .filter(|r| *r != Reason::Unsigned)
                    .unwrap_or(none));
            }
        }
        let user_id = users
            .into_iter()
            .max_by_key(|(signature, _)| (signature.is_primary(), created(signature)))
            .map(|(_, user)| shown(&user.part));
        Ok(Self {
            statements,
            user_id,
        })
    }

    fn end(&self, start: Timestamp) -> Option<Timestamp> {
        let key = self
            .statements
            .iter()
            .find_map(|signature| key_end(signature, start));
        let signature = self
            .statements
            .first()
            .and_then(|newest| signature_end(newest));
        [key.flatten(), signature].into_iter().flatten().min()
    }

    fn key_flags(&self) -> Option<&KeyFlags> {
        self.statements
            .iter()
            .filter(|signature| strong(signature).is_ok())
            .find_map(|signature| key_flags(signature))
    }
}

/// The newest signature over a user id, unless that user id was revoked after it.
fn certification<'a>(
    user: &'a Bound<pgp::packet::UserId>,
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

/// That neither the key itself nor, perhaps, somebody it named for that has revoked it.
///
/// A revocation counts wherever it stands and whatever reason it gives: "superseded" is as good a
/// reason not to use a key as "stolen".
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
        signature.typ() == Some(pgp::packet::SignatureType::KeyRevocation)
            && signature.issuer_key_id().iter().any(|id| {
                revokers
                    .iter()
                    .any(|revoker| revoker.ends_with(id.as_ref()))
            })
    };
    if certificate.all_signatures().any(by_revoker) {
        return Err(Reason::PerhapsRevoked);
    }
    Ok(())
}

fn why(revocation: &Signature) -> &'static str {
    match revocation.revocation_reason_code() {
        Some(RevocationCode::KeySuperseded) => " (superseded by another key)",
        Some(RevocationCode::KeyCompromised) => " (compromised)",
        Some(RevocationCode::KeyRetired) => " (no longer used)",
        _ => "",
    }
}

/// When the key was made, which must not be in the future.
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

fn subkey_id(subkey: &Bound<Result<PublicSubkey, Reason>>) -> String {
    match &subkey.part {
        Ok(key) => key.legacy_key_id().to_string().to_uppercase(),
        Err(_) => "a subkey".into(),
    }
}
