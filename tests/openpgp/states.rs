//! The states a key can be in, made the way their owners make them.

use crate::Named;
use crate::gpg::Gpg;
use crate::verdict::{ALICE, recipient, refused, taken};

pub(crate) const TESTS: &[Named] = &[
    (
        "an_expiry_extended_later_counts",
        an_expiry_extended_later_counts,
    ),
    ("a_revoked_key_is_refused", a_revoked_key_is_refused),
    (
        "a_revoked_subkey_is_not_chosen",
        a_revoked_subkey_is_not_chosen,
    ),
    (
        "a_revoked_user_id_is_not_a_revoked_key",
        a_revoked_user_id_is_not_a_revoked_key,
    ),
    (
        "a_third_partys_signature_is_ignored",
        a_third_partys_signature_is_ignored,
    ),
    (
        "the_newest_fit_subkey_is_chosen",
        the_newest_fit_subkey_is_chosen,
    ),
    (
        "a_key_from_the_future_is_refused",
        a_key_from_the_future_is_refused,
    ),
    ("a_named_revoker_is_heard", a_named_revoker_is_heard),
];

pub(crate) const IN_2020: &[&str] = &["--faked-system-time", "20200101T000000!"];
const IN_2021: &[&str] = &["--faked-system-time", "20210101T000000!"];
const IN_2090: &[&str] = &["--faked-system-time", "20900101T000000!"];

/// A key of 2020 without subkeys.
pub(crate) fn primary(gpg: &Gpg, expire: &str) -> String {
    gpg.generate(IN_2020, [ALICE, "ed25519", "sign", expire])
}

fn an_expiry_extended_later_counts() {
    let gpg = Gpg::new();
    let key = primary(&gpg, "1y");
    gpg.add_subkey(IN_2020, [&key, "cv25519", "encr", "never"]);
    refused(&gpg, &key, "expired on 2020-12-31");
    gpg.run(["--quick-set-expire", &key, "3y"], b"");
    taken(&gpg, &key, 1);
    assert!(recipient(&gpg, &key).expires_at().is_some());
    gpg.run(["--quick-set-expire", &key, "0"], b"");
    taken(&gpg, &key, 1);
    assert_eq!(recipient(&gpg, &key).expires_at(), None);
}

fn a_revoked_key_is_refused() {
    let gpg = Gpg::new();
    let key = primary(&gpg, "never");
    gpg.add_subkey(IN_2020, [&key, "cv25519", "encr", "never"]);
    taken(&gpg, &key, 1);
    gpg.edit(&["--generate-revocation", &key], "y\n1\n\ny\n")
        .map(|certificate| gpg.run(["--import"], &certificate))
        .unwrap();
    refused(&gpg, &key, "is revoked (compromised)");
}

fn a_revoked_subkey_is_not_chosen() {
    let gpg = Gpg::new();
    let key = primary(&gpg, "never");
    gpg.add_subkey(IN_2020, [&key, "cv25519", "encr", "never"]);
    gpg.add_subkey(IN_2021, [&key, "cv25519", "encr", "never"]);
    taken(&gpg, &key, 2);
    let revoke = |number| {
        let words = format!("key {number}\nrevkey\ny\n2\n\ny\nsave\n");
        gpg.edit(&["--edit-key", &key], &words).unwrap();
    };
    revoke(2);
    taken(&gpg, &key, 1);
    revoke(1);
    refused(&gpg, &key, "is revoked (superseded by another key)");
}

fn a_revoked_user_id_is_not_a_revoked_key() {
    let gpg = Gpg::new();
    let key = primary(&gpg, "never");
    gpg.add_subkey(IN_2020, [&key, "cv25519", "encr", "never"]);
    gpg.run(["--quick-add-uid", &key, "Alice <alice@old.example>"], b"");
    gpg.run(
        ["--quick-revoke-uid", &key, "Alice <alice@old.example>"],
        b"",
    );
    taken(&gpg, &key, 1);
}

fn a_third_partys_signature_is_ignored() {
    let gpg = Gpg::new();
    let key = primary(&gpg, "never");
    gpg.add_subkey(IN_2020, [&key, "cv25519", "encr", "never"]);
    let bob = gpg.generate(&[], ["Bob <bob@example.org>", "rsa2048", "sign", "never"]);
    let before = gpg.export(&key).len();
    let by_bob = ["--default-key", &bob, "--quick-sign-key", &key];
    gpg.run(by_bob, b"");
    assert!(gpg.export(&key).len() > before + 300);
    taken(&gpg, &key, 1);
}

fn the_newest_fit_subkey_is_chosen() {
    let gpg = Gpg::new();
    let key = primary(&gpg, "never");
    gpg.add_subkey(IN_2020, [&key, "cv25519", "encr", "never"]);
    gpg.add_subkey(IN_2021, [&key, "nistp256", "encr", "never"]);
    gpg.add_subkey(IN_2021, [&key, "rsa2048", "encr", "1y"]);
    gpg.add_subkey(&[], [&key, "ed25519", "sign", "never"]);
    gpg.add_subkey(&[], [&key, "brainpoolP256r1", "encr", "never"]);
    taken(&gpg, &key, 2);
}

fn a_key_from_the_future_is_refused() {
    let gpg = Gpg::new();
    let key = gpg.generate(IN_2090, [ALICE, "ed25519", "sign", "never"]);
    gpg.add_subkey(IN_2090, [&key, "cv25519", "encr", "never"]);
    let error = refused(&gpg, &key, "is valid only from 2090-01-01T00:00:00Z on");
    assert!(error.hints()[0].contains("clock"), "{error:?}");
}

fn a_named_revoker_is_heard() {
    let gpg = Gpg::new();
    let key = primary(&gpg, "never");
    gpg.add_subkey(IN_2020, [&key, "cv25519", "encr", "never"]);
    let bob = gpg.generate(&[], ["Bob <bob@example.org>", "ed25519", "sign", "never"]);
    let names_bob = format!("addrevoker\n{bob}\ny\nsave\n");
    gpg.edit(&["--edit-key", &key], &names_bob).unwrap();
    taken(&gpg, &key, 1);
    gpg.edit(&["--desig-revoke", &key], "y\n1\n\ny\n")
        .map(|certificate| gpg.run(["--import"], &certificate))
        .unwrap();
    refused(&gpg, &key, "a revocation by another key");
}
