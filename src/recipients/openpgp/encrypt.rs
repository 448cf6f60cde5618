//! Accepted keys, and messages to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use pgp::bytes::Bytes;
use pgp::composed::{ArmorOptions, Esk, Message, MessageBuilder};
use pgp::crypto::aead::{AeadAlgorithm, ChunkSize};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PublicKey, PublicSubkey};
use pgp::types::{KeyDetails, KeyVersion};
use rand::rngs::OsRng;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::certificate::fingerprint;
use super::refusal::Reason;
use crate::error::{Error, Result};

/// Somebody who can open what is encrypted here: a key that was valid when it was loaded.
#[derive(Clone)]
pub struct Recipient(Arc<Verdict>);

/// What judging a certificate found.
pub(super) struct Verdict {
    pub(super) fingerprint: String,
    pub(super) user_id: Option<String>,
    pub(super) key: Key,
    pub(super) expires_at: Option<Timestamp>,
}

/// The key of a certificate to encrypt to.
pub(super) enum Key {
    Primary(PublicKey),
    Subkey(PublicSubkey),
}

impl Key {
    fn details(&self) -> &dyn KeyDetails {
        match self {
            Self::Primary(key) => key,
            Self::Subkey(key) => key,
        }
    }
}

impl Recipient {
    pub(super) fn new(verdict: Verdict) -> Self {
        Self(Arc::new(verdict))
    }

    /// The fingerprint of the primary key, in upper-case hexadecimal.
    pub fn fingerprint(&self) -> &str {
        &self.0.fingerprint
    }

    /// The owner's name according to the key; safe to print.
    pub fn user_id(&self) -> Option<&str> {
        self.0.user_id.as_deref()
    }

    /// The fingerprint of the key to encrypt to: a subkey or the primary key.
    pub fn encryption_key(&self) -> String {
        fingerprint(self.0.key.details())
    }

    /// An ASCII-armored OpenPGP message of these bytes, such as the data key of a SOPS file, that
    /// this recipient alone can open.
    pub fn encrypt_alone(&self, plaintext: &[u8]) -> Result<String> {
        OpenPgpRecipients(vec![self.clone()]).encrypt_bytes(plaintext)
    }

    /// When the key expires, if ever.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.0.expires_at
    }
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recipient({})", self.fingerprint())
    }
}

/// The recipients, at least one, each of whom can open every secret.
#[derive(Debug, Clone)]
pub struct OpenPgpRecipients(Vec<Recipient>);

impl OpenPgpRecipients {
    /// The recipients in order of their fingerprints, without duplicates; `None` if there are none.
    ///
    /// Of two copies of a key, the one with the older encryption key is stale.
    pub fn new(all: impl IntoIterator<Item = Recipient>) -> Option<Self> {
        let mut unique: BTreeMap<String, Recipient> = BTreeMap::new();
        for recipient in all {
            let made = |recipient: &Recipient| recipient.0.key.details().created_at().as_secs();
            let known = unique.get(recipient.fingerprint());
            if known.is_none_or(|known| made(known) < made(&recipient)) {
                unique.insert(recipient.fingerprint().to_owned(), recipient);
            }
        }
        (!unique.is_empty()).then(|| Self(unique.into_values().collect()))
    }

    /// The recipients in order of their fingerprints.
    pub fn iter(&self) -> impl Iterator<Item = &Recipient> {
        self.0.iter()
    }

    /// The fingerprints of the primary keys, in order.
    pub fn fingerprints(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Recipient::fingerprint)
    }

    /// Fails if a key has expired since it was loaded: a watch may run for months.
    pub fn check_expiry(&self, now: Timestamp) -> Result<()> {
        for recipient in &self.0 {
            if let Some(end) = recipient.expires_at().filter(|end| *end <= now) {
                let (key, reason) = (recipient.fingerprint(), Reason::Expired(end));
                return Err(Error::secret(format!("key `{key}` {reason}")).hint(reason.advice(key)));
            }
        }
        Ok(())
    }

    /// An ASCII-armored OpenPGP message that each recipient can open alone: AES-256, integrity
    /// protected, not compressed, not signed, without a file name.
    ///
    /// The encrypted packet has version 1 (RFC 9580 section 5.13.1), which every OpenPGP program
    /// reads, including GnuPG 2.2. It has version 2 (section 5.13.2) only if all keys have version
    /// 6, whose owners' programs must support it. No loaded recipient is known to make this fail.
    pub fn encrypt(&self, plaintext: &SecretString) -> Result<String> {
        self.encrypt_bytes(plaintext.expose_secret().as_bytes())
    }

    fn encrypt_bytes(&self, plaintext: &[u8]) -> Result<String> {
        let bytes = Zeroizing::new(plaintext.to_vec());
        let message = MessageBuilder::from_bytes("", Bytes::from_owner(bytes));
        let is_new = |recipient: &Recipient| recipient.0.key.details().version() == KeyVersion::V6;
        let done = match self.iter().all(is_new) {
            true => self.encrypt_v2(message),
            false => self.encrypt_v1(message),
        };
        // The library's own message may be long, and is about its internals.
        done.map_err(|_| {
            let keys: Vec<_> = self.fingerprints().collect();
            let keys = keys.join(", ");
            Error::secret(format!("cannot encrypt a client secret to {keys}"))
        })
    }

    fn encrypt_v1(&self, message: MessageBuilder<'_>) -> pgp::errors::Result<String> {
        let mut message = message.seipd_v1(OsRng, SymmetricKeyAlgorithm::AES256);
        for recipient in &self.0 {
            match &recipient.0.key {
                Key::Primary(key) => message.encrypt_to_key(OsRng, key)?,
                Key::Subkey(key) => message.encrypt_to_key(OsRng, key)?,
            };
        }
        message.to_armored_string(OsRng, ArmorOptions::default())
    }

    fn encrypt_v2(&self, message: MessageBuilder<'_>) -> pgp::errors::Result<String> {
        let (cipher, chunk) = (SymmetricKeyAlgorithm::AES256, ChunkSize::default());
        let mut message = message.seipd_v2(OsRng, cipher, AeadAlgorithm::Ocb, chunk);
        for recipient in &self.0 {
            match &recipient.0.key {
                Key::Primary(key) => message.encrypt_to_key(OsRng, key)?,
                Key::Subkey(key) => message.encrypt_to_key(OsRng, key)?,
            };
        }
        message.to_armored_string(OsRng, ArmorOptions::default())
    }
}

/// Whether an armored text is a message that is encrypted to public keys: session keys, followed by
/// encrypted data (RFC 9580, section 10.3). It does not matter whose keys they are.
pub fn is_encrypted_message(armored: &str) -> bool {
    let is_for_key = |esk: &Esk| matches!(esk, Esk::PublicKeyEncryptedSessionKey(_));
    match Message::from_string(armored) {
        Ok((Message::Encrypted { esk, .. }, _)) => esk.iter().any(is_for_key),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_encrypted_message;

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "garbage\n",
            "-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----\n",
        ] {
            assert!(!is_encrypted_message(text), "{text}");
        }
    }
}
