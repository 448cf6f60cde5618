//! Each hint that names a gpg command: it mends the key.

use crate::openpgp::Named;
use crate::openpgp::owner::{ALICE, SHA1, primary, with_subkey};
use crate::openpgp::verdict::{refused, taken};
use crate::support::gpg::Gpg;

pub(crate) const TESTS: &[Named] = &[
    ("an_expired_key_is_mended", an_expired_key_is_mended),
    ("an_expired_subkey_is_mended", an_expired_subkey_is_mended),
    ("a_key_over_sha1_is_mended", a_key_over_sha1_is_mended),
    ("a_subkey_over_sha1_is_mended", a_subkey_over_sha1_is_mended),
    (
        "a_key_for_signatures_is_mended",
        a_key_for_signatures_is_mended,
    ),
];

/// That the key is refused in these words, and taken after its owner did what the hint says.
#[track_caller]
fn mended(gpg: &Gpg, key: &str, words: &str) {
    let error = refused(gpg, key, words);
    let command = error.hints()[0].text().split('`').nth(1).unwrap();
    let arguments = command.strip_prefix("gpg ").unwrap();
    gpg.run(
        arguments.split(' ').map(|word| word.trim_matches('\'')),
        b"",
    );
    taken(gpg, key, 1);
}

fn an_expired_key_is_mended() {
    let gpg = Gpg::new();
    let key = with_subkey(&gpg, "1y", "never");
    mended(&gpg, &key, "expired on 2020-12-31");
}

fn an_expired_subkey_is_mended() {
    let gpg = Gpg::new();
    let key = with_subkey(&gpg, "never", "1y");
    mended(&gpg, &key, "expired on 2020-12-31");
}

fn a_key_over_sha1_is_mended() {
    let gpg = Gpg::new();
    let key = gpg.generate(SHA1, [ALICE, "rsa2048", "sign", "never"]);
    gpg.add_subkey(&[], [&key, "cv25519", "encr", "never"]);
    mended(&gpg, &key, "is signed over SHA1, which can be forged");
}

fn a_subkey_over_sha1_is_mended() {
    let gpg = Gpg::new();
    let key = gpg.generate(&[], [ALICE, "rsa2048", "sign", "never"]);
    gpg.add_subkey(SHA1, [&key, "cv25519", "encr", "never"]);
    mended(&gpg, &key, "is signed over SHA1, which can be forged");
}

fn a_key_for_signatures_is_mended() {
    let gpg = Gpg::new();
    let key = primary(&gpg, "never");
    mended(&gpg, &key, "has no subkey to encrypt to");
}
