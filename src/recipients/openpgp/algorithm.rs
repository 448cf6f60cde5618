//! Which public-key algorithms are accepted.

use pgp::crypto::ecc_curve::ECCCurve;
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::PublicKeyEncryptedSessionKey;
use pgp::ser::Serialize;
use pgp::types::{EcdhPublicParams, EcdsaPublicParams, EddsaLegacyPublicParams};
use pgp::types::{EncryptionKey, KeyDetails, PublicParams};
use rand::rngs::OsRng;

/// Shorter RSA keys can be factored.
const SMALLEST_RSA_BITS: u16 = 2048;

/// Accepts a key whose signatures can be trusted; otherwise names its algorithm.
pub(super) fn can_certify(key: &impl KeyDetails) -> Result<(), String> {
    match key.public_params() {
        PublicParams::RSA(_) => rsa_is_long_enough(key),
        PublicParams::ECDSA(
            EcdsaPublicParams::P256 { .. }
            | EcdsaPublicParams::P384 { .. }
            | EcdsaPublicParams::P521 { .. },
        )
        | PublicParams::EdDSALegacy(EddsaLegacyPublicParams::Ed25519 { .. })
        | PublicParams::Ed25519(_)
        | PublicParams::Ed448(_) => Ok(()),
        _ => Err(name(key)),
    }
}

/// Accepts a key that can be encrypted to; otherwise names its algorithm.
pub(super) fn can_encrypt(key: &impl EncryptionKey) -> Result<(), String> {
    is_for_encryption(key)?;
    // Some defects, such as a forbidden hash in the parameters, only show when a key is used.
    let cipher = SymmetricKeyAlgorithm::AES256;
    let session_key = cipher.new_session_key(OsRng);
    PublicKeyEncryptedSessionKey::from_session_key_v3(OsRng, &session_key, cipher, key)
        .map(|_| ())
        .map_err(|_| format!("{} with unusable parameters", name(key)))
}

fn is_for_encryption(key: &impl KeyDetails) -> Result<(), String> {
    match key.public_params() {
        PublicParams::RSA(_) if key.algorithm() != PublicKeyAlgorithm::RSASign => {
            rsa_is_long_enough(key)
        }
        PublicParams::ECDH(
            EcdhPublicParams::Curve25519Legacy { .. }
            | EcdhPublicParams::P256 { .. }
            | EcdhPublicParams::P384 { .. }
            | EcdhPublicParams::P521 { .. },
        )
        | PublicParams::X25519(_) => Ok(()),
        _ => Err(name(key)),
    }
}

/// Whether signatures over this hash can be forged.
pub(super) fn is_weak(hash: HashAlgorithm) -> bool {
    !matches!(
        hash,
        HashAlgorithm::Sha224
            | HashAlgorithm::Sha256
            | HashAlgorithm::Sha384
            | HashAlgorithm::Sha512
            | HashAlgorithm::Sha3_256
            | HashAlgorithm::Sha3_512
    )
}

fn rsa_is_long_enough(key: &impl KeyDetails) -> Result<(), String> {
    match rsa_bits(key) {
        Some(bits) if bits >= SMALLEST_RSA_BITS => Ok(()),
        _ => Err(name(key)),
    }
}

/// The length of the modulus in bits, with which an RSA key's encoding begins.
fn rsa_bits(key: &impl KeyDetails) -> Option<u16> {
    let PublicParams::RSA(rsa) = key.public_params() else {
        return None;
    };
    let encoded = rsa.to_bytes().ok()?;
    encoded.first_chunk().copied().map(u16::from_be_bytes)
}

/// The name by which people know the algorithm.
fn name(key: &impl KeyDetails) -> String {
    let curve = match key.public_params() {
        PublicParams::ECDSA(ecdsa) => Some(ecdsa.curve()),
        PublicParams::ECDH(ecdh) => Some(ecdh.curve()),
        PublicParams::EdDSALegacy(eddsa) => Some(eddsa.curve()),
        _ => None,
    };
    match (curve, rsa_bits(key), key.algorithm()) {
        (Some(curve), _, _) => curve_name(&curve),
        (_, Some(bits), _) => format!("RSA with {bits} bits"),
        (_, _, PublicKeyAlgorithm::Elgamal | PublicKeyAlgorithm::ElgamalEncrypt) => {
            "ElGamal".into()
        }
        (_, _, PublicKeyAlgorithm::DSA) => "DSA".into(),
        (_, _, other) => format!("the public-key algorithm {}", u8::from(other)),
    }
}

/// The name by which people know the curve, or its object identifier.
pub(super) fn curve_name(curve: &ECCCurve) -> String {
    match curve {
        ECCCurve::Unknown(oid) => format!("the elliptic curve {oid}"),
        known => format!("the elliptic curve {known}"),
    }
}
