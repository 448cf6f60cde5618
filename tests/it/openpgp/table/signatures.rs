//! A key's own signatures, and those of others.

use pgp::packet::{SignatureType, SubpacketData};
use pgp::types::Duration;

use super::row::Verdict::{Refuses, Takes};
use super::row::{Opinion, Row, row};
use crate::openpgp::maker::{MADE, Owner, YEAR, binary, certify, encrypt, says, subkey, user};
use crate::openpgp::owner::{ALICE, BOB, SHA1, export, with_subkey};
use crate::support::gpg::Gpg;

const STILL_SHA1: Opinion = Opinion::Takes(1, "takes SHA-1 where a key speaks for itself");

pub(super) const ROWS: &[Row] = &[
    row(
        "a_key_over_sha1",
        |gpg| weak(gpg, SHA1, &[]),
        Refuses("is signed over SHA1", "--cert-digest-algo SHA256"),
    )
    .gnupg(STILL_SHA1),
    row(
        "a_subkey_over_sha1",
        |gpg| weak(gpg, &[], SHA1),
        Refuses("is signed over SHA1", "--cert-digest-algo SHA256"),
    )
    .gnupg(STILL_SHA1),
    row("a_key_over_sha1_signed_anew", signed_anew, Takes(1)),
    row("signed_by_another", signed_by_another, Takes(1)),
    row(
        "a_subkey_bound_by_another",
        bound_by_another,
        Refuses("has no valid signature by its owner", "--quick-add-key"),
    ),
    row(
        "a_subkey_without_a_binding",
        unbound,
        Refuses("has no valid signature by its owner", "--quick-add-key"),
    ),
    row(
        "no_signature_of_its_own",
        unsigned,
        Refuses(
            "has no valid signature by its owner",
            "a key server may have",
        ),
    ),
    row("a_statement_without_a_user_id", stated, Takes(1))
        .gnupg(Opinion::Refuses("imports no key without a user id")),
    row(
        "a_binding_that_expired",
        binding_expired,
        Refuses("expired on", "--quick-set-expire"),
    ),
];

/// A key whose own signature, or the one over its subkey, is over SHA-1.
fn weak(gpg: &Gpg, own: &[&str], subkeys: &[&str]) -> Vec<u8> {
    let key = gpg.generate(own, [ALICE, "rsa2048", "sign", "never"]);
    gpg.add_subkey(subkeys, [&key, "cv25519", "encr", "never"]);
    export(gpg, &key)
}

fn signed_anew(gpg: &Gpg) -> Vec<u8> {
    weak(gpg, SHA1, SHA1);
    let key = gpg.fingerprint(ALICE);
    for subkeys in [&[][..], &["*"]] {
        let options = ["--cert-digest-algo", "SHA256"];
        let command = ["--quick-set-expire", &*key, "2y"];
        gpg.run(options.iter().chain(&command).chain(subkeys), b"");
    }
    export(gpg, &key)
}

fn signed_by_another(gpg: &Gpg) -> Vec<u8> {
    let key = with_subkey(gpg, "never", "never");
    let bob = gpg.generate(&[], [BOB, "rsa2048", "sign", "never"]);
    let before = export(gpg, &key).len();
    gpg.run(["--default-key", &bob, "--quick-sign-key", &key], b"");
    let certificate = export(gpg, &key);
    assert!(certificate.len() > before + 200);
    certificate
}

fn bound_by_another(_: &Gpg) -> Vec<u8> {
    let fit = says(MADE).flags(encrypt);
    let theirs = Owner::new().bound(&subkey(MADE), &fit);
    binary(&[Owner::new().head(), theirs].concat())
}

fn unbound(_: &Gpg) -> Vec<u8> {
    let bare = vec![subkey(MADE).public_key().clone().into()];
    binary(&[Owner::new().head(), bare].concat())
}

fn unsigned(_: &Gpg) -> Vec<u8> {
    let alice = Owner::new();
    let head = vec![alice.public().clone().into(), user(ALICE).into()];
    let fit = says(MADE).flags(encrypt);
    binary(&[head, alice.bound(&subkey(MADE), &fit)].concat())
}

fn stated(_: &Gpg) -> Vec<u8> {
    let alice = Owner::new();
    let statement = alice.over_key(SignatureType::Key, &says(MADE).flags(certify));
    let head = vec![alice.public().clone().into(), statement];
    let fit = says(MADE).flags(encrypt);
    binary(&[head, alice.bound(&subkey(MADE), &fit)].concat())
}

fn binding_expired(_: &Gpg) -> Vec<u8> {
    let alice = Owner::new();
    let mut fit = says(MADE).flags(encrypt);
    let expires = SubpacketData::SignatureExpirationTime(Duration::from_secs(YEAR));
    fit.more.push(expires);
    binary(&[alice.head(), alice.bound(&subkey(MADE), &fit)].concat())
}
