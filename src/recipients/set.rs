//! All recipients of a run. Each of them, whatever their kind, can open every secret.

use std::sync::Arc;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::age::{AgeRecipient, AgeRecipients};
use super::openpgp::{OpenPgpRecipients, Recipient};
use crate::error::Result;

/// A secret, encrypted: one message for all OpenPGP keys, one for all age recipients. At least one
/// of them is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encrypted {
    /// An ASCII-armored OpenPGP message (RFC 9580, section 6.2).
    #[serde(
        rename = "encrypted_client_secret",
        skip_serializing_if = "Option::is_none"
    )]
    pub openpgp: Option<String>,
    /// An ASCII-armored age file (c2sp.org/age).
    #[serde(
        rename = "age_encrypted_client_secret",
        skip_serializing_if = "Option::is_none"
    )]
    pub age: Option<String>,
}

impl Encrypted {
    /// One of the messages: the OpenPGP message if there is one.
    pub fn either(&self) -> &str {
        let either = self.openpgp.as_deref().or(self.age.as_deref());
        either.unwrap_or_default()
    }
}

/// The recipients, at least one. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Recipients {
    openpgp: Option<Arc<OpenPgpRecipients>>,
    age: Option<Arc<AgeRecipients>>,
}

impl Recipients {
    /// The recipients without duplicates; `None` if there are none.
    pub fn new(
        openpgp: impl IntoIterator<Item = Recipient>,
        age: impl IntoIterator<Item = AgeRecipient>,
    ) -> Option<Self> {
        let all = Self {
            openpgp: OpenPgpRecipients::new(openpgp).map(Arc::new),
            age: AgeRecipients::new(age).map(Arc::new),
        };
        (all.openpgp.is_some() || all.age.is_some()).then_some(all)
    }

    /// The OpenPGP keys in order of their fingerprints.
    pub fn openpgp(&self) -> impl Iterator<Item = &Recipient> {
        self.openpgp.iter().flat_map(|keys| keys.iter())
    }

    /// The age recipients in alphabetical order.
    pub fn age(&self) -> impl Iterator<Item = &AgeRecipient> {
        self.age.iter().flat_map(|all| all.iter())
    }

    /// What the secrets file names the recipients: the fingerprints of OpenPGP keys, then age
    /// recipients as they are written, without a comment.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let age = self.age().map(AgeRecipient::as_str);
        self.openpgp().map(Recipient::fingerprint).chain(age)
    }

    /// Fails if a key has expired since it was loaded: a watch may run for months.
    pub fn check_expiry(&self, now: Timestamp) -> Result<()> {
        let mut keys = self.openpgp.iter();
        keys.try_for_each(|keys| keys.check_expiry(now))
    }

    /// Encrypts a secret, so that each recipient can open it alone.
    pub fn encrypt(&self, plaintext: &SecretString) -> Result<Encrypted> {
        let openpgp = self.openpgp.as_ref().map(|keys| keys.encrypt(plaintext));
        let age = self.age.as_ref().map(|keys| keys.encrypt(plaintext));
        Ok(Encrypted {
            openpgp: openpgp.transpose()?,
            age: age.transpose()?,
        })
    }
}
