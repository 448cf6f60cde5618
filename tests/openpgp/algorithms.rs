//! Every algorithm that is taken, opened by GnuPG, and those that are refused.

use hydra_gitops::secrets::Recipients;

use crate::Named;
use crate::gpg::Gpg;
use crate::verdict::{ALICE, encrypted, opens, recipient, refused, taken};

pub(crate) const TESTS: &[Named] = &[
    ("curve25519_opens", || subkey_opens("ed25519", "cv25519")),
    ("nistp256_opens", || subkey_opens("nistp256", "nistp256")),
    ("nistp384_opens", || subkey_opens("nistp384", "nistp384")),
    ("nistp521_opens", || subkey_opens("nistp521", "nistp521")),
    ("rsa2048_opens", || subkey_opens("rsa2048", "rsa2048")),
    ("rsa3072_opens", || subkey_opens("ed25519", "rsa3072")),
    ("rsa4096_opens", || subkey_opens("ed25519", "rsa4096")),
    ("a_primary_key_for_all_opens", a_primary_key_for_all_opens),
    ("dsa_is_refused", || primary_is_refused("dsa2048", "DSA")),
    ("rsa1024_is_refused", || {
        primary_is_refused("rsa1024", "RSA with 1024 bits");
        subkey_is_refused("rsa1024", "RSA with 1024 bits");
    }),
    ("elgamal_is_refused", || {
        subkey_is_refused("elg2048", "ElGamal")
    }),
    ("secp256k1_is_refused", || {
        primary_is_refused("secp256k1", "the elliptic curve secp256k1");
        subkey_is_refused("secp256k1", "the elliptic curve secp256k1");
    }),
    ("brainpool_is_refused", || {
        primary_is_refused("brainpoolP256r1", "the elliptic curve brainpoolP256r1");
        subkey_is_refused("brainpoolP512r1", "the elliptic curve brainpoolP512r1");
    }),
    ("three_recipients_open_alone", three_recipients_open_alone),
];

/// A key with one subkey for encryption.
fn key(primary: &str, subkey: &str) -> (Gpg, String) {
    let gpg = Gpg::new();
    let key = gpg.generate(&[], [ALICE, primary, "sign", "never"]);
    gpg.add_subkey(&[], [&key, subkey, "encr", "never"]);
    (gpg, key)
}

fn subkey_opens(primary: &str, subkey: &str) {
    let (gpg, key) = key(primary, subkey);
    taken(&gpg, &key, 1);
}

fn a_primary_key_for_all_opens() {
    let gpg = Gpg::new();
    let key = gpg.generate(&[], [ALICE, "rsa2048", "sign,encr", "never"]);
    taken(&gpg, &key, 0);
}

fn primary_is_refused(primary: &str, name: &str) {
    let (gpg, key) = key(primary, "cv25519");
    refused(&gpg, &key, &format!("uses {name}"));
}

fn subkey_is_refused(subkey: &str, name: &str) {
    let (gpg, key) = key("ed25519", subkey);
    refused(&gpg, &key, &format!("uses {name}"));
}

fn three_recipients_open_alone() {
    let all = ["cv25519", "nistp256", "rsa2048"].map(|subkey| key("ed25519", subkey));
    let recipients = all.iter().map(|(gpg, key)| recipient(gpg, key));
    let message = encrypted(&Recipients::new(recipients).unwrap());
    for (gpg, _) in &all {
        opens(gpg, &message);
    }
    Gpg::new().decrypt(&message).unwrap_err();
}
