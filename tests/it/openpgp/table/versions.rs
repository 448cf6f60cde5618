//! Versions of keys, and algorithms that are not known yet.

use pgp::composed::KeyType;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{Packet, PubKeyInner, PublicSubkey};
use pgp::types::{KeyVersion, PublicParams, Timestamp};

use super::row::Verdict::{Refuses, Takes};
use super::row::{Opinion, Row, row};
use crate::openpgp::maker::{MADE, Owner, YEAR, binary, encrypt, says, subkey, subkey_of, user};
use crate::openpgp::owner::ALICE;

const TOO_NEW: Opinion = Opinion::Refuses("knows no keys of version 6");

pub(super) const ROWS: &[Row] = &[
    row("version_6", |_| version_6(0), Takes(1)).gnupg(TOO_NEW),
    row(
        "version_6_expired",
        |_| version_6(YEAR),
        Refuses("expired on 2020-12-31", "--quick-set-expire"),
    ),
    row(
        "version_6_with_a_user_id_alone",
        |_| stripped(),
        Refuses("has no valid signature by its owner", "export"),
    ),
    row(
        "version_3",
        |_| old(3),
        Refuses("is of version 3", "--quick-generate-key"),
    ),
    row(
        "version_5",
        |_| old(5),
        Refuses(
            "is of version 5, which only GnuPG reads",
            "--quick-generate-key",
        ),
    ),
    row(
        "an_unknown_algorithm",
        |_| unknown(false),
        Refuses("uses the public-key algorithm 100", "--quick-add-key"),
    )
    .rpgpie(Opinion::Takes(1, "leaves the algorithm for later")),
    row(
        "an_unknown_algorithm_beside_a_known_one",
        |_| unknown(true),
        Takes(2),
    ),
];

fn version_6(expires_after: u32) -> Vec<u8> {
    let alice = Owner::with(KeyType::Ed25519, KeyVersion::V6, MADE);
    let subkey = subkey_of(KeyType::X25519, KeyVersion::V6, MADE);
    let fit = says(MADE).flags(encrypt).expires_after(expires_after);
    binary(&[alice.head(), alice.bound(&subkey, &fit)].concat())
}

/// A key of version 6 that has lost the signature over the key itself.
fn stripped() -> Vec<u8> {
    let alice = Owner::with(KeyType::Ed25519, KeyVersion::V6, MADE);
    let mut head = alice.head();
    head.remove(1);
    let subkey = subkey_of(KeyType::X25519, KeyVersion::V6, MADE);
    let fit = says(MADE).flags(encrypt);
    binary(&[head, alice.bound(&subkey, &fit)].concat())
}

/// An RSA key of another version, with a name and nothing else.
fn old(version: u8) -> Vec<u8> {
    let numbers = [&[8, 0][..], &[0xC5; 256], &[0, 17, 1, 0, 1]].concat();
    let length = u32::try_from(numbers.len()).unwrap();
    let head = match version {
        // Days until it expires, and the algorithm.
        3 => vec![0, 0, 1],
        // The algorithm, and the length of what comes after it.
        _ => [&[1][..], &length.to_be_bytes()].concat(),
    };
    let body = [&[version][..], &MADE.to_be_bytes(), &head, &numbers].concat();
    let length = u16::try_from(body.len()).unwrap();
    let packet = [&[0x99][..], &length.to_be_bytes(), &body].concat();
    [packet, binary(&[user(ALICE).into()])].concat()
}

/// A subkey of an algorithm that nobody has made yet, and perhaps one of a known one after it.
fn unknown(and_known: bool) -> Vec<u8> {
    let alice = Owner::new();
    let fit = says(MADE).flags(encrypt);
    let params = PublicParams::Unknown {
        data: vec![1; 40].into(),
    };
    let algorithm = PublicKeyAlgorithm::Unknown(100);
    let at = Timestamp::from_secs(MADE);
    let inner = PubKeyInner::new(KeyVersion::V4, algorithm, at, None, params).unwrap();
    let unknown = PublicSubkey::from_inner(inner).unwrap();
    let binding = alice.over_subkey(&unknown, pgp::packet::SignatureType::SubkeyBinding, &fit);
    let mut packets: Vec<Packet> = [alice.head(), vec![unknown.into(), binding]].concat();
    if and_known {
        packets.extend(alice.bound(&subkey(MADE), &fit));
    }
    binary(&packets)
}
