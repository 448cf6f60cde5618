//! Which algorithms are taken.

use pgp::composed::KeyType;
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::types::KeyVersion;

use super::maker::{MADE, Owner, encrypt, says, subkey, subkey_of};
use super::verdict::{chosen, refused, taken};

#[test]
fn algorithms_that_are_weak_or_not_everywhere_are_refused() {
    let v4 = KeyVersion::V4;
    for (kind, name) in [
        (KeyType::Rsa(1024), "RSA with 1024 bits"),
        (
            KeyType::ECDSA(ECCCurve::Secp256k1),
            "the elliptic curve secp256k1",
        ),
        (KeyType::Dsa(pgp::composed::DsaKeySize::B1024), "DSA"),
    ] {
        let alice = Owner::with(kind, v4, MADE);
        let good = alice.bound(&subkey(MADE), &says(MADE).flags(encrypt));
        refused(
            &[alice.head(), good].concat(),
            &format!("uses {name}"),
            "Curve25519",
        );
    }
    let alice = Owner::new();
    for (kind, name) in [
        (KeyType::Rsa(1024), "RSA with 1024 bits"),
        (KeyType::X448, "the public-key algorithm 26"),
    ] {
        let weak = alice.bound(&subkey_of(kind, v4, MADE), &says(MADE).flags(encrypt));
        refused(
            &[alice.head(), weak].concat(),
            &format!("uses {name}"),
            "--quick-add-key",
        );
    }
    for kind in [
        KeyType::X25519,
        KeyType::ECDH(ECCCurve::P256),
        KeyType::ECDH(ECCCurve::P384),
        KeyType::ECDH(ECCCurve::P521),
    ] {
        let key = subkey_of(kind, v4, MADE);
        let good = alice.bound(&key, &says(MADE).flags(encrypt));
        chosen(&taken(&[alice.head(), good].concat()), &key);
    }
    for kind in [
        KeyType::Ed25519,
        KeyType::Ed448,
        KeyType::ECDSA(ECCCurve::P256),
        KeyType::ECDSA(ECCCurve::P384),
        KeyType::ECDSA(ECCCurve::P521),
    ] {
        let bob = Owner::with(kind, v4, MADE);
        let key = subkey(MADE);
        let good = bob.bound(&key, &says(MADE).flags(encrypt));
        chosen(&taken(&[bob.head(), good].concat()), &key);
    }
}
