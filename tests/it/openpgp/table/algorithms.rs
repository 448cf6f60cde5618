//! Algorithms and sizes.

use pgp::composed::KeyType;
use pgp::types::KeyVersion;

use super::row::Verdict::{Refuses, Takes};
use super::row::{Opinion, Row, row};
use crate::openpgp::maker::{MADE, Owner, binary, encrypt, says, subkey_of};
use crate::openpgp::owner::{ALICE, export};
use crate::support::gpg::Gpg;

const NOT_EVERYWHERE: Opinion = Opinion::Takes(1, "knows it; not every OpenPGP program does");
const ANY: Opinion = Opinion::Takes(
    1,
    "asks for dates and flags, and leaves the algorithm for later",
);
const FACTORED: Opinion = Opinion::Takes(1, "takes what is within reach of factoring");
const TOO_NEW: Opinion = Opinion::Refuses("does not know it before version 2.5");

pub(super) const ROWS: &[Row] = &[
    row("curve25519", |gpg| key(gpg, "ed25519", "cv25519"), Takes(1)),
    row("nistp256", |gpg| key(gpg, "nistp256", "nistp256"), Takes(1)),
    row("nistp384", |gpg| key(gpg, "nistp384", "nistp384"), Takes(1)),
    row("nistp521", |gpg| key(gpg, "nistp521", "nistp521"), Takes(1)),
    row("rsa2048", |gpg| key(gpg, "rsa2048", "rsa2048"), Takes(1)),
    row("rsa3072", |gpg| key(gpg, "ed25519", "rsa3072"), Takes(1)),
    row("rsa4096", |gpg| key(gpg, "ed25519", "rsa4096"), Takes(1)),
    row(
        "x25519",
        |_| made(KeyType::Ed25519, KeyType::X25519),
        Takes(1),
    )
    .gnupg(TOO_NEW),
    row(
        "rsa1024",
        |gpg| key(gpg, "ed25519", "rsa1024"),
        Refuses("uses RSA with 1024 bits", "--quick-add-key"),
    )
    .gnupg(FACTORED),
    row(
        "elgamal",
        |gpg| key(gpg, "ed25519", "elg2048"),
        Refuses("uses ElGamal", "--quick-add-key"),
    )
    .rpgpie(ANY)
    .gnupg(NOT_EVERYWHERE),
    row(
        "secp256k1",
        |gpg| key(gpg, "ed25519", "secp256k1"),
        Refuses("uses the elliptic curve secp256k1", "--quick-add-key"),
    )
    .gnupg(NOT_EVERYWHERE),
    row(
        "brainpool",
        |gpg| key(gpg, "ed25519", "brainpoolP512r1"),
        Refuses("uses the elliptic curve brainpoolP512r1", "--quick-add-key"),
    )
    .rpgpie(ANY)
    .gnupg(NOT_EVERYWHERE),
    row(
        "x448",
        |_| made(KeyType::Ed25519Legacy, KeyType::X448),
        Refuses("uses the public-key algorithm 26", "--quick-add-key"),
    )
    .rpgpie(ANY),
    row(
        "a_primary_key_of_dsa",
        |gpg| key(gpg, "dsa2048", "cv25519"),
        Refuses("uses DSA", "Curve25519"),
    )
    .gnupg(NOT_EVERYWHERE),
    row(
        "a_primary_key_of_rsa1024",
        |gpg| key(gpg, "rsa1024", "cv25519"),
        Refuses("uses RSA with 1024 bits", "Curve25519"),
    )
    .gnupg(FACTORED),
    row(
        "a_primary_key_of_secp256k1",
        |gpg| key(gpg, "secp256k1", "cv25519"),
        Refuses("uses the elliptic curve secp256k1", "Curve25519"),
    )
    .rpgpie(Opinion::Either(
        1,
        "its library refuses every signature of that curve with a high S, and so most keys",
    ))
    .gnupg(NOT_EVERYWHERE),
    row(
        "a_primary_key_of_brainpool",
        |gpg| key(gpg, "brainpoolP256r1", "cv25519"),
        Refuses("uses the elliptic curve brainpoolP256r1", "Curve25519"),
    )
    .gnupg(NOT_EVERYWHERE),
];

/// A key with one subkey for encryption, made by GnuPG.
fn key(gpg: &Gpg, primary: &str, subkey: &str) -> Vec<u8> {
    let key = gpg.generate(&[], [ALICE, primary, "sign", "never"]);
    gpg.add_subkey(&[], [&key, subkey, "encr", "never"]);
    export(gpg, &key)
}

/// The same, made here.
fn made(primary: KeyType, subkey: KeyType) -> Vec<u8> {
    let alice = Owner::with(primary, KeyVersion::V4, MADE);
    let subkey = subkey_of(subkey, KeyVersion::V4, MADE);
    let fit = says(MADE).flags(encrypt);
    binary(&[alice.head(), alice.bound(&subkey, &fit)].concat())
}
