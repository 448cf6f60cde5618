//! A recipient of the tests' own, who can open what is encrypted. GnuPG 2.2 can, too, once it has the
//! private key.

use pgp::composed::{
    ArmorOptions, EncryptionCaps, KeyType, Message, SecretKeyParamsBuilder, SignedSecretKey,
    SubkeyParamsBuilder,
};
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::types::Password;
use rand::rngs::OsRng;

/// A key pair without a passphrase.
pub(crate) struct Key(SignedSecretKey);

impl Key {
    /// A fresh one, valid and able to encrypt.
    pub(crate) fn new() -> Self {
        Self::with(true)
    }

    /// A fresh one that can only sign.
    pub(crate) fn signing() -> Self {
        Self::with(false)
    }

    fn with(encrypts: bool) -> Self {
        let subkey = SubkeyParamsBuilder::default()
            .key_type(KeyType::ECDH(ECCCurve::Curve25519Legacy))
            .can_encrypt(EncryptionCaps::All)
            .build()
            .unwrap();
        let key = SecretKeyParamsBuilder::default()
            .key_type(KeyType::Ed25519Legacy)
            .can_certify(true)
            .primary_user_id("Alice <alice@example.org>".to_owned())
            .can_sign(true)
            .subkeys(if encrypts { vec![subkey] } else { vec![] })
            .build()
            .unwrap();
        Self(key.generate(OsRng).unwrap())
    }

    /// The public key in armored text.
    pub(crate) fn public(&self) -> String {
        let public = self.0.to_public_key();
        public.to_armored_string(ArmorOptions::default()).unwrap()
    }

    /// The private key in armored text.
    pub(crate) fn private(&self) -> String {
        self.0.to_armored_string(ArmorOptions::default()).unwrap()
    }

    /// What is in an encrypted message.
    pub(crate) fn open(&self, message: &str) -> String {
        let (message, _) = Message::from_armor(message.as_bytes()).unwrap();
        let mut opened = message.decrypt(&Password::empty(), &self.0).unwrap();
        opened.as_data_string().unwrap()
    }
}
