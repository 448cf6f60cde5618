//! How a secret is stored: encrypted to the recipients, or in cleartext if the user explicitly asks
//! for it.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::error::Result;
use crate::recipients::Recipients;

/// How secrets are stored.
#[derive(Debug, Clone)]
pub enum Seal {
    /// Encrypted; each recipient alone can open every secret.
    To(Recipients),
    /// In cleartext.
    InClear,
}

impl Seal {
    /// Seals a secret.
    pub fn seal(&self, secret: &SecretString) -> Result<Sealed> {
        Ok(match self {
            Self::To(recipients) => Sealed::Encrypted(recipients.encrypt(secret)?),
            Self::InClear => Sealed::Clear(ClearText::new(secret)),
        })
    }

    /// The fingerprints of the keys that can open what is sealed.
    pub fn fingerprints(&self) -> Vec<String> {
        match self {
            Self::To(recipients) => recipients.fingerprints().map(str::to_owned).collect(),
            Self::InClear => Vec::new(),
        }
    }
}

/// A secret as it is stored: one member of a JSON line.
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
    /// The stored text, which distinguishes one sealed secret from another.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Encrypted(text) => text,
            Self::Clear(text) => &text.0,
        }
    }

    /// The armored message, if it is encrypted.
    pub fn encrypted(&self) -> Option<&str> {
        match self {
            Self::Encrypted(message) => Some(message),
            Self::Clear(_) => None,
        }
    }

    /// The secret, if it is in cleartext.
    pub fn clear(&self) -> Option<SecretString> {
        match self {
            Self::Clear(text) => Some(SecretString::from(text.0.as_str())),
            Self::Encrypted(_) => None,
        }
    }
}

/// A cleartext secret. It is wiped when it is dropped, and `Debug` does not show it.
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
        // Serialized directly: an intermediate `String` would not be wiped.
        serializer.serialize_str(&self.0)
    }
}

impl std::fmt::Debug for ClearText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}
