//! A key's own signatures: which one counts, and what it says.
//!
//! Signatures by others never count, because they do not verify with the primary key.

use jiff::Timestamp;
use pgp::packet::{KeyFlags, Signature, SignatureType, SignatureVersion, SubpacketData};
use pgp::packet::{PublicKey, PublicSubkey, RevocationCode, UserId};
use pgp::types::{Duration, KeyDetails, PublicParams, Tag};

use super::algorithm::is_weak;
use super::refusal::Reason;

/// What a signature of the primary key is over.
#[derive(Clone, Copy)]
pub(super) enum Over<'a> {
    Primary,
    User(&'a UserId),
    Subkey(&'a PublicSubkey),
}

impl Over<'_> {
    /// Whether `signature` is of a kind that claims this part.
    fn binds(self, signature: &Signature) -> bool {
        use SignatureType as Type;
        match self {
            Self::Primary => signature.typ() == Some(Type::Key),
            Self::Subkey(_) => signature.typ() == Some(Type::SubkeyBinding),
            Self::User(_) => matches!(
                signature.typ(),
                Some(Type::CertGeneric | Type::CertPersona | Type::CertCasual | Type::CertPositive)
            ),
        }
    }

    /// Whether `signature` is of a kind that revokes that claim.
    fn revokes(self, signature: &Signature) -> bool {
        let revocation = match self {
            Self::Primary => SignatureType::KeyRevocation,
            Self::Subkey(_) => SignatureType::SubkeyRevocation,
            Self::User(_) => SignatureType::CertRevocation,
        };
        signature.typ() == Some(revocation)
    }

    /// Whether `primary` made `signature`.
    fn verifies(self, signature: &Signature, primary: &PublicKey) -> bool {
        match self {
            Self::Primary => signature.verify_key(primary),
            Self::User(id) => signature.verify_certification(primary, Tag::UserId, id),
            Self::Subkey(subkey) => signature.verify_subkey_binding(primary, subkey),
        }
        .is_ok()
            || is_weak_claim(signature, primary)
    }
}

/// Whether `signature` claims that `primary` made it, over a hash too weak for the library to check.
///
/// The claim is believed because it can only lead to a refusal: such a revocation must not be
/// overlooked, and [`strong`] rejects such a binding.
fn is_weak_claim(signature: &Signature, primary: &PublicKey) -> bool {
    let unchecked = !matches!(primary.public_params(), PublicParams::RSA(_));
    unchecked && strong(signature).is_err() && is_by(signature, primary.fingerprint().as_bytes())
}

/// Whether `signature` names the key of this fingerprint (of version 4) as its maker.
pub(super) fn is_by(signature: &Signature, fingerprint: &[u8]) -> bool {
    let (fingerprints, ids) = (signature.issuer_fingerprint(), signature.issuer_key_id());
    let mut fingerprints = fingerprints.iter();
    fingerprints.any(|named| named.as_bytes() == fingerprint)
        || ids.iter().any(|id| fingerprint.ends_with(id.as_ref()))
}

/// The newest signature that binds this part to its primary key. Older ones no longer count.
pub(super) fn newest<'a>(
    over: Over<'_>,
    signatures: &'a [Signature],
    primary: &PublicKey,
    now: Timestamp,
) -> Result<&'a Signature, Reason> {
    let binding = signatures
        .iter()
        .filter(|one| over.binds(one) && is_modern(one));
    let mut binding: Vec<_> = binding.collect();
    binding.sort_by_key(|signature| std::cmp::Reverse(created(signature)));
    let mut reason = Reason::Unsigned;
    for signature in binding {
        if !over.verifies(signature, primary) {
            continue;
        }
        if created(signature) <= now {
            return Ok(signature);
        }
        reason = Reason::NotYetValid(created(signature));
    }
    Err(reason)
}

/// The revocations of this part by its primary key, whatever their date and hash.
pub(super) fn revocations<'a>(
    over: Over<'_>,
    signatures: impl Iterator<Item = &'a Signature>,
    primary: &PublicKey,
) -> impl Iterator<Item = &'a Signature> {
    signatures.filter(move |signature| over.revokes(signature) && over.verifies(signature, primary))
}

/// Whether the signature can state purpose and expiry: those before version 4 cannot.
fn is_modern(signature: &Signature) -> bool {
    let is_new = matches!(
        signature.version(),
        SignatureVersion::V4 | SignatureVersion::V6
    );
    is_new && signature.created().is_some()
}

/// When the signature was made.
pub(super) fn created(signature: &Signature) -> Timestamp {
    let seconds = signature.created().map_or(0, |time| time.as_secs());
    moment(seconds.into())
}

/// Rejects a signature over a hash that can be forged.
pub(super) fn strong(signature: &Signature) -> Result<(), Reason> {
    match signature.hash_alg() {
        Some(hash) if is_weak(hash) => Err(Reason::Weak(hash)),
        _ => Ok(()),
    }
}

/// When this signature itself expires.
pub(super) fn signature_end(signature: &Signature) -> Option<Timestamp> {
    after(created(signature), signature.signature_expiration_time()?)
}

/// When a key created at `start` expires; the outer `None` if this signature does not say.
pub(super) fn key_end(signature: &Signature, start: Timestamp) -> Option<Option<Timestamp>> {
    Some(after(start, signature.key_expiration_time()?))
}

/// What the key may be used for, if this signature says so.
pub(super) fn key_flags(signature: &Signature) -> Option<&KeyFlags> {
    let mut packets = signature.config()?.hashed_subpackets();
    packets.find_map(|packet| match &packet.data {
        SubpacketData::KeyFlags(flags) => Some(flags),
        _ => None,
    })
}

/// Whether the flags allow encryption, of messages or of files.
pub(super) fn allow_encryption(flags: &KeyFlags) -> bool {
    flags.encrypt_comms() || flags.encrypt_storage()
}

/// Adds a duration, of which zero means forever.
fn after(start: Timestamp, duration: Duration) -> Option<Timestamp> {
    let seconds = i64::from(duration.as_secs());
    (seconds != 0).then(|| moment(start.as_second() + seconds))
}

/// Cannot overflow: OpenPGP counts seconds in 32 bits, and jiff's range is far wider.
pub(super) fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
}

/// Why a key was revoked, as a suffix.
pub(super) fn why(revocation: &Signature) -> &'static str {
    match revocation.revocation_reason_code() {
        Some(RevocationCode::KeySuperseded) => " (superseded by another key)",
        Some(RevocationCode::KeyCompromised) => " (compromised)",
        Some(RevocationCode::KeyRetired) => " (no longer used)",
        _ => "",
    }
}
