//! Keys made once by other programs, in `keys/`: each is taken in every form, and what is encrypted
//! to it opens.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hydra_gitops::recipients::{OpenPgpRecipients, Recipient, load};
use jiff::Timestamp;
use pgp::composed::{Deserializable, Message, SignedPublicKey, SignedSecretKey};
use pgp::ser::Serialize;
use pgp::types::Password;

use crate::openpgp::owner::ALICE;
use crate::openpgp::table::{gnupg, key_fingerprints, rpgpie};
use crate::openpgp::verdict::{PLAINTEXT, encrypted, opens};
use crate::support::gpg::Gpg;

/// A key of `keys/`.
pub(crate) struct Key {
    /// `keys/NAME.asc` is the public key, `keys/NAME.secret.asc` the whole.
    pub(crate) name: &'static str,
    /// Whether GnuPG 2.2 can read it.
    gnupg: bool,
}

const fn key(name: &'static str, gnupg: bool) -> Key {
    Key { name, gnupg }
}

pub(crate) const KEYS: &[Key] = &[
    key("gopenpgp-curve25519", true),
    key("gopenpgp-rsa3072", true),
    key("gopenpgp-rsa4096", true),
    key("gopenpgp-version6", false),
    key("openpgpjs-curve25519", true),
    key("openpgpjs-nistp256", true),
    key("openpgpjs-nistp384", true),
    key("openpgpjs-nistp521", true),
    key("openpgpjs-rsa2048", true),
    key("openpgpjs-rsa3072", true),
    key("openpgpjs-version6", false),
    key("openpgpjs-x25519", false),
    key("sequoia-curve25519", true),
    key("sequoia-nistp256", true),
    key("sequoia-nistp384", true),
    key("sequoia-nistp521", true),
    key("sequoia-rsa2048", true),
    key("sequoia-rsa3072", true),
    key("sequoia-rsa4096", true),
    key("sequoia-version6", false),
];

impl Key {
    fn public(&self) -> Vec<u8> {
        read(&format!("{}.asc", self.name))
    }

    fn secret(&self) -> Vec<u8> {
        read(&format!("{}.secret.asc", self.name))
    }

    /// What is in a message, as the library opens it with this key.
    fn open(&self, message: &str) -> String {
        let (key, _) = SignedSecretKey::from_armor_single(self.secret().as_slice()).unwrap();
        let (message, _) = Message::from_armor(message.as_bytes()).unwrap();
        let mut opened = message.decrypt(&Password::empty(), &key).unwrap();
        opened.as_data_string().unwrap()
    }

    /// That the library opens the message, and GnuPG too, if it knows the key.
    #[track_caller]
    fn opens(&self, message: &str) {
        assert_eq!(self.open(message), PLAINTEXT, "{}", self.name);
        if self.gnupg {
            let gpg = Gpg::new();
            gpg.run(["--import"], &self.secret());
            opens(&gpg, message);
        }
    }
}

fn read(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/openpgp/keys");
    fs::read(folder.join(name)).unwrap()
}

fn loaded(input: &[u8]) -> Vec<Recipient> {
    load(input, "a test", Timestamp::now()).unwrap()
}

/// That the key is judged as others judge it, that it is the same in every form, that its message opens, and that it never ends.
pub(crate) fn check(key: &Key) {
    let armored = key.public();
    let recipient = loaded(&armored).remove(0);
    assert_eq!(recipient.user_id(), Some(ALICE));
    assert_eq!(recipient.expires_at(), None);
    let (public, _) = SignedPublicKey::from_armor_single(armored.as_slice()).unwrap();
    let binary = public.to_bytes().unwrap();
    let keys = key_fingerprints(&binary);
    let chosen = Some(recipient.encryption_key());
    assert_eq!(rpgpie(&binary, &keys), chosen);
    assert_eq!(gnupg(&binary, &keys), chosen.filter(|_| key.gnupg));
    for input in [armored, binary] {
        for input in [STANDARD.encode(&input).into_bytes(), input] {
            let same = loaded(&input);
            assert_eq!(same.len(), 1);
            assert_eq!(same[0].encryption_key(), recipient.encryption_key());
        }
    }
    key.opens(&encrypted(&OpenPgpRecipients::new([recipient]).unwrap()));
    let error = load(&key.secret(), "a test", Timestamp::now()).unwrap_err();
    assert!(error.to_string().contains("a private key"), "{error}");
}

/// That one message to all of them opens with each alone.
pub(crate) fn all_open_alone() {
    let all: Vec<u8> = KEYS.iter().flat_map(Key::public).collect();
    let recipients = loaded(&all);
    assert_eq!(recipients.len(), KEYS.len());
    let message = encrypted(&OpenPgpRecipients::new(recipients).unwrap());
    KEYS.iter().for_each(|key| key.opens(&message));
    Gpg::new().decrypt(&message).unwrap_err();
}
