//! How a secret is written down: encrypted to the recipients, or in clear when asked for by name.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::error::Result;
use crate::recipients::Recipients;

/// How secrets are written down.
#[derive(Debug, Clone)]
pub enum Seal {
    /// Encrypted, so that each of the recipients can open each secret.
    To(Recipients),
    /// In clear.
    InClear,
}

impl Seal {
    /// Writes a secret down.
    ///
    /// # Errors
    /// When it cannot be encrypted (exit 6).
    pub fn seal(&self, secret: &SecretString) -> Result<Sealed> {
        Ok(match self {
            Self::To(recipients) => Sealed::Encrypted(recipients.encrypt(secret)?),
            Self::InClear => Sealed::Clear(ClearText::new(secret)),
        })
    }

    /// The fingerprints of those who can open what is sealed.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<String> {
        match self {
            Self::To(recipients) => recipients.fingerprints().map(str::to_owned).collect(),
            Self::InClear => Vec::new(),
        }
    }
}

/// A secret as it is written down: one member of a JSON line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sealed {
    /// An ASCII-armored OpenPGP message (RFC 9580, section 6.2).
    #[serde(rename = "encrypted_client_secret")]
    Encrypted(String),
    /// The secret itself.
    #[serde(rename = "client_secret")]
    Clear(ClearText),
}

impl Sealed {
    /// The text that tells one sealed secret from another.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Encrypted(text) => text,
            Self::Clear(text) => &text.0,
        }
    }

    /// The armored message, where it is encrypted.
    #[must_use]
    pub fn encrypted(&self) -> Option<&str> {
        match self {
            Self::Encrypted(message) => Some(message),
            Self::Clear(_) => None,
        }
    }

    /// The secret, where it is in clear.
    #[must_use]
    pub fn clear(&self) -> Option<SecretString> {
        match self {
            Self::Clear(text) => Some(SecretString::from(text.0.as_str())),
            Self::Encrypted(_) => None,
        }
    }
}

/// A secret in clear. It is wiped when it is dropped, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct ClearText(Zeroizing<String>);

impl ClearText {
    fn new(secret: &SecretString) -> Self {
        Self(Zeroizing::new(secret.expose_secret().to_owned()))
    }
}

impl From<String> for ClearText {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl Serialize for ClearText {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        // Not by way of a `String`, which nobody would wipe.
        serializer.serialize_str(&self.0)
    }
}

impl std::fmt::Debug for ClearText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}
