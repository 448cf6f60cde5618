//! What GnuPG writes, in the forms it is handed over in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hydra_gitops::error::Result;
use hydra_gitops::recipients::{Recipient, load};
use jiff::Timestamp;

use crate::openpgp::Named;
use crate::openpgp::owner::{ALICE, BOB};
use crate::support::gpg::Gpg;

pub(crate) const TESTS: &[Named] = &[
    (
        "exports_are_read_in_every_form",
        exports_are_read_in_every_form,
    ),
    ("a_private_key_is_refused", a_private_key_is_refused),
    (
        "messages_and_signatures_are_refused",
        messages_and_signatures_are_refused,
    ),
];

fn key(gpg: &Gpg, name: &str) -> String {
    let key = gpg.generate(&[], [name, "ed25519", "sign", "never"]);
    gpg.add_subkey(&[], [&key, "cv25519", "encr", "never"]);
    key
}

fn loaded(input: &[u8]) -> Result<Vec<Recipient>> {
    load(input, "a test", Timestamp::now())
}

fn exports_are_read_in_every_form() {
    let gpg = Gpg::new();
    let keys = [key(&gpg, ALICE), key(&gpg, BOB)];
    let armored = gpg.run(["--armor", "--export"], b"");
    let binary = gpg.run(["--export"], b"");
    let blocks = keys.each_ref().map(|key| gpg.export(key)).concat();
    let windows = String::from_utf8(blocks.clone())
        .unwrap()
        .replace('\n', "\r\n");
    for input in [armored, binary.clone(), blocks, windows.into_bytes()] {
        for input in [STANDARD.encode(&input).into_bytes(), input] {
            let found = loaded(&input).unwrap();
            let found: Vec<_> = found.iter().map(Recipient::fingerprint).collect();
            assert_eq!(found, keys);
        }
    }
}

#[track_caller]
fn refused(input: &[u8], words: &str) {
    let error = loaded(input).unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
}

fn a_private_key_is_refused() {
    let gpg = Gpg::new();
    let key = key(&gpg, ALICE);
    let words = "this is a private key; it should not be here";
    refused(&gpg.run(["--armor", "--export-secret-keys"], b""), words);
    refused(&gpg.run(["--export-secret-keys"], b""), words);
    refused(&gpg.run(["--export-secret-subkeys"], b""), words);
    let both = [
        gpg.export(&key),
        gpg.run(["--armor", "--export-secret-keys"], b""),
    ];
    refused(&both.concat(), words);
}

fn messages_and_signatures_are_refused() {
    let gpg = Gpg::new();
    let key = key(&gpg, ALICE);
    let encrypt = [
        "--armor",
        "--trust-model",
        "always",
        "--recipient",
        &key,
        "--encrypt",
    ];
    refused(&gpg.run(encrypt, b"a"), "this is a message, not a key");
    refused(
        &gpg.run(&encrypt[1..], b"a"),
        "this is a message, not a key",
    );
    refused(
        &gpg.run(["--clear-sign"], b"a"),
        "this is a message, not a key",
    );
    refused(&gpg.run(["--sign"], b"a"), "this is a message, not a key");
    refused(
        &gpg.run(["--detach-sign"], b"a"),
        "this is a signature, not a key",
    );
    refused(
        &gpg.run(["--armor", "--detach-sign"], b"a"),
        "this is a signature, not a key",
    );
    let revocation = gpg
        .edit(&["--generate-revocation", &key], "y\n0\n\ny\n")
        .unwrap();
    refused(&revocation, "this is a revocation certificate, not a key");
}
