//! Client secrets: how they are generated, and how they are stored: encrypted to the recipients, or in
//! cleartext if the user explicitly asks for it.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroizing;

use super::by_owner::ByOwner;
use super::journal::SealedFor;
use super::sops::SopsFile;
use crate::error::{Error, Result};
use crate::recipients::{Encrypted, Recipients};

/// Hydra's own alphabet, `[A-Za-z0-9_.~-]`, without `~` and `-`.
///
/// Leaving out two of its 66 characters makes 64: each character encodes exactly six random bits,
/// and all are equally likely. `-` and `~` are the two because a secret that starts with `-` is
/// mistaken for a flag, and one that starts with `~` for a home directory.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";

/// Characters in a secret. At six bits each, that is 192 bits. BCrypt in Hydra v1 reads at most 72
/// bytes.
const LENGTH: usize = 32;

/// Generates a client secret: 32 characters of `[A-Za-z0-9_.]`, 192 random bits.
pub fn client_secret() -> Result<SecretString> {
    let mut random = Zeroizing::new([0_u8; LENGTH]);
    getrandom::fill(random.as_mut()).map_err(|error| {
        Error::secret("the operating system gave no random bytes for a client secret")
            .because(error.to_string())
    })?;
    // The capacity is exact, so converting the text into a secret moves it without a copy.
    let mut secret = String::with_capacity(LENGTH);
    secret.extend(random.iter().map(|byte| character(*byte)));
    Ok(SecretString::from(secret))
}

/// Maps the low six bits to a character. 256 is a multiple of 64, so there is no bias.
fn character(byte: u8) -> char {
    char::from(ALPHABET[usize::from(byte & 63)])
}

/// How secrets are stored. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Seal {
    /// Encrypted; each recipient alone can open every secret.
    To(Recipients),
    /// Encrypted to the recipients of the client's owner.
    ByOwner(ByOwner),
    /// In cleartext.
    InClear,
}

impl Seal {
    /// Seals the secret of a client of that owner. Fails without a recipient for it (exit 6).
    pub fn seal(&self, owner: Option<&str>, secret: &SecretString) -> Result<SealedFor> {
        if let Self::InClear = self {
            return Ok(SealedFor {
                recipients: Vec::new(),
                secret: Sealed::in_clear(secret.expose_secret().to_owned().into()),
            });
        }
        let recipients = self.recipients(owner).ok_or_else(nobody)?;
        Ok(SealedFor {
            recipients: recipients.names().map(str::to_owned).collect(),
            secret: Sealed::Encrypted(recipients.encrypt(secret)?),
        })
    }

    /// Who can open the secret of a client of that owner; `None` if nobody could, or anybody.
    pub fn recipients(&self, owner: Option<&str>) -> Option<&Recipients> {
        match self {
            Self::To(recipients) => Some(recipients),
            Self::ByOwner(by_owner) => by_owner.recipients(owner),
            Self::InClear => None,
        }
    }

    /// Whether the secret of a client of that owner can be stored.
    pub fn takes(&self, owner: Option<&str>) -> bool {
        matches!(self, Self::InClear) || self.recipients(owner).is_some()
    }

    /// All recipients, with the glob of the owners whose secrets they can open, if not all.
    pub fn groups(&self) -> Vec<(Option<&str>, &Recipients)> {
        match self {
            Self::To(recipients) => vec![(None, recipients)],
            Self::ByOwner(by_owner) => by_owner.groups().collect(),
            Self::InClear => Vec::new(),
        }
    }
}

/// The error for a secret that nobody could open.
pub(super) fn nobody() -> Error {
    Error::secret("there is no recipient to encrypt the secret to")
}

/// A secret as it is stored: one or two members of a JSON line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Members", untagged)]
pub enum Sealed {
    /// Encrypted to the recipients.
    Encrypted(Encrypted),
    /// The secret itself.
    Clear(ClearMember),
    /// In a SOPS file. No line of a secrets file has it.
    #[serde(skip)]
    Sops(Box<SopsFile>),
}

/// The member of a line that holds a secret in clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClearMember {
    client_secret: ClearText,
}

/// The members of a line that may hold a secret.
#[derive(Deserialize)]
struct Members {
    #[serde(rename = "encrypted_client_secret")]
    openpgp: Option<String>,
    #[serde(rename = "age_encrypted_client_secret")]
    age: Option<String>,
    client_secret: Option<ClearText>,
}

impl TryFrom<Members> for Sealed {
    type Error = &'static str;

    fn try_from(members: Members) -> Result<Self, Self::Error> {
        match (members.openpgp, members.age, members.client_secret) {
            (None, None, None) => Err("no secret"),
            (None, None, Some(client_secret)) => Ok(Self::Clear(ClearMember { client_secret })),
            (openpgp, age, None) => Ok(Self::Encrypted(Encrypted { openpgp, age })),
            _ => Err("a secret in clear beside an encrypted one"),
        }
    }
}

impl Sealed {
    /// A secret in clear.
    pub(super) fn in_clear(client_secret: ClearText) -> Self {
        Self::Clear(ClearMember { client_secret })
    }

    /// The stored text, which distinguishes one sealed secret from another.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Encrypted(message) => message.either(),
            Self::Clear(clear) => &clear.client_secret.0,
            Self::Sops(file) => file.secret.as_deref().unwrap_or_default(),
        }
    }

    /// The messages, if it is encrypted.
    pub fn encrypted(&self) -> Option<&Encrypted> {
        match self {
            Self::Encrypted(message) => Some(message),
            Self::Clear(_) | Self::Sops(_) => None,
        }
    }

    /// The secret, if it is in cleartext.
    pub fn clear(&self) -> Option<SecretString> {
        match self {
            Self::Clear(clear) => Some(SecretString::from(clear.client_secret.0.as_str())),
            Self::Encrypted(_) | Self::Sops(_) => None,
        }
    }

    /// Whether nobody can read it without a key.
    pub fn is_encrypted(&self) -> bool {
        !matches!(self, Self::Clear(_))
    }
}

/// A cleartext secret. It is wiped when it is dropped, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(super) struct ClearText(Zeroizing<String>);

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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

    use std::collections::{BTreeMap, BTreeSet};

    use secrecy::ExposeSecret;

    use super::{character, client_secret};

    #[test]
    fn each_character_is_equally_likely() {
        let mut counts = BTreeMap::new();
        for byte in 0..=u8::MAX {
            *counts.entry(character(byte)).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 64);
        assert!(counts.values().all(|count| *count == 4), "{counts:?}");
    }

    #[test]
    fn a_secret_has_the_length_and_the_characters_hydra_takes() {
        let mut seen = BTreeSet::new();
        for _ in 0..200 {
            let secret = client_secret().unwrap().expose_secret().to_owned();
            assert_eq!(secret.len(), 32);
            let known = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
            assert!(secret.chars().all(known), "{secret}");
            assert!(seen.insert(secret), "the same secret twice");
        }
    }
}
