//! What a primary key says about itself.

use jiff::Timestamp;
use pgp::packet::{KeyFlags, PublicKey, Signature, SignatureType, SubpacketData, UserId};
use pgp::types::{KeyDetails, KeyVersion};

use super::certificate::{Bound, Certificate, shown};
use super::refusal::Reason;
use super::signature::{Over, created, is_by, key_end, key_flags, newest, revocations};
use super::signature::{signature_end, strong, why};

/// The statements of a primary key about itself that count.
pub(super) struct SelfSignatures<'a> {
    /// The newest signature over the key itself and the newest over a user id that is not revoked:
    /// one or both, the newer first.
    ///
    /// Both are kept because the newer one need not say everything. Naming a revoker, for example,
    /// makes a signature over the key that does not mention its expiry.
    statements: Vec<&'a Signature>,
    pub(super) user_id: Option<String>,
}

impl<'a> SelfSignatures<'a> {
    pub(super) fn of(
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
        statements.sort_by_key(|signature| std::cmp::Reverse(created(signature)));
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

    pub(super) fn end(&self, start: Timestamp) -> Option<Timestamp> {
        let mut all = self.statements.iter();
        let key = all.find_map(|signature| key_end(signature, start));
        let newest = self.statements.first();
        let signature = newest.and_then(|newest| signature_end(newest));
        [key.flatten(), signature].into_iter().flatten().min()
    }

    pub(super) fn key_flags(&self) -> Option<&KeyFlags> {
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
pub(super) fn not_revoked(certificate: &Certificate, primary: &PublicKey) -> Result<(), Reason> {
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
