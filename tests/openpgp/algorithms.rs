//! Every algorithm that is taken, opened by GnuPG, and those that are refused.

use hydra_gitops::secrets::{Recipients, load};
use jiff::Timestamp;
use secrecy::SecretString;

use crate::Named;
use crate::gpg::Gpg;

pub(crate) const TESTS: &[Named] = &[("curve25519_opens", || opens("ed25519", "cv25519"))];

const PLAINTEXT: &str = "s3cret_with.dots\tand ünïcode\n";

fn opens(primary: &str, subkey: &str) {
    let gpg = Gpg::new();
    let key = gpg.generate(&[], ["Alice <alice@example.org>", primary, "sign", "never"]);
    gpg.add_subkey(&[], [&key, subkey, "encr", "never"]);

    let loaded = load(&gpg.export(&key), "a test", Timestamp::now()).unwrap();
    assert_eq!(loaded.len(), 1);
    assert_eq!(loaded[0].fingerprint(), key);
    assert_eq!(loaded[0].user_id(), Some("Alice <alice@example.org>"));
    assert_eq!(loaded[0].encryption_key(), gpg.fingerprints(&key)[1]);
    let recipients = Recipients::new(loaded).unwrap();
    let message = recipients.encrypt(&SecretString::from(PLAINTEXT)).unwrap();
    assert_eq!(gpg.decrypt(&message).unwrap(), PLAINTEXT.as_bytes());
}
