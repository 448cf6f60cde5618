//! What owners of keys do with GnuPG.

use crate::support::gpg::Gpg;

pub(crate) const ALICE: &str = "Alice <alice@example.org>";
pub(crate) const BOB: &str = "Bob <bob@example.org>";

/// Options of GnuPG for signatures of another day.
pub(crate) const IN_2020: &[&str] = &["--faked-system-time", "20200101T000000!"];
pub(crate) const IN_2021: &[&str] = &["--faked-system-time", "20210101T000000!"];
pub(crate) const IN_2090: &[&str] = &["--faked-system-time", "20900101T000000!"];

/// Options of GnuPG for signatures over SHA-1. Only with RSA: with no other algorithm it makes them.
pub(crate) const SHA1: &[&str] = &["--cert-digest-algo", "SHA1", "--digest-algo", "SHA1"];

/// Alice's key of 2020 for signatures, without subkeys.
pub(crate) fn primary(gpg: &Gpg, expire: &str) -> String {
    gpg.generate(IN_2020, [ALICE, "ed25519", "sign", expire])
}

/// The same with a subkey for encryption, as old.
pub(crate) fn with_subkey(gpg: &Gpg, expire: &str, subkey_expire: &str) -> String {
    let key = primary(gpg, expire);
    gpg.add_subkey(IN_2020, [&key, "cv25519", "encr", subkey_expire]);
    key
}

/// Revokes a key for one of GnuPG's reasons: 0 for none, 1 stolen, 2 superseded, 3 no longer used.
pub(crate) fn revoke(gpg: &Gpg, key: &str, reason: u8) {
    let words = format!("y\n{reason}\n\ny\n");
    let certificate = gpg.edit(&["--generate-revocation", key], &words).unwrap();
    gpg.run(["--import"], &certificate);
}

/// Revokes the subkey of this number, as superseded.
pub(crate) fn revoke_subkey(gpg: &Gpg, key: &str, number: usize) {
    let words = format!("key {number}\nrevkey\ny\n2\n\ny\nsave\n");
    gpg.edit(&["--edit-key", key], &words).unwrap();
}

/// The public key, not armored.
pub(crate) fn export(gpg: &Gpg, key: &str) -> Vec<u8> {
    gpg.run(["--export", key], b"")
}
