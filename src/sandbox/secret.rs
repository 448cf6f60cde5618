//! Client secrets: made at random, kept as a salted hash only.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::RngCore as _;
use rand::rngs::OsRng;
use rand::seq::SliceRandom as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What Hydra makes a secret of, when none is sent.
const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
const LENGTH: usize = 26;
const SALT_LENGTH: usize = 16;

/// A fresh secret: 26 characters.
pub(super) fn generate() -> String {
    (0..LENGTH)
        .filter_map(|_| ALPHABET.choose(&mut OsRng))
        .map(|byte| char::from(*byte))
        .collect()
}

/// Random bytes as text, for tokens that need not mean anything.
pub(super) fn random_token() -> String {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// A secret that can be compared with, and no longer read: salt and SHA-256, both in base64.
///
/// One round is enough for secrets that protect nothing; Hydra itself takes its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hashed {
    salt: String,
    sha256: String,
}

impl Hashed {
    /// Hashes `secret` with a salt of its own.
    pub(super) fn new(secret: &str) -> Self {
        let mut salt = [0; SALT_LENGTH];
        OsRng.fill_bytes(&mut salt);
        let salt = STANDARD.encode(salt);
        let sha256 = digest(&salt, secret);
        Self { salt, sha256 }
    }

    /// Whether this is the hash of `secret`.
    pub(super) fn is_of(&self, secret: &str) -> bool {
        digest(&self.salt, secret) == self.sha256
    }
}

fn digest(salt: &str, secret: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(secret);
    STANDARD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::{Hashed, generate};

    #[test]
    fn a_generated_secret_looks_like_hydras() {
        let secret = generate();
        assert_eq!(secret.len(), 26);
        let allowed = |char: char| char.is_ascii_alphanumeric() || "_.~-".contains(char);
        assert!(secret.chars().all(allowed));
        assert_ne!(secret, generate());
    }

    #[test]
    fn a_hash_knows_its_secret_and_no_other() {
        let hashed = Hashed::new("correct horse");
        assert!(hashed.is_of("correct horse"));
        assert!(!hashed.is_of("correct horsf"));
        assert_ne!(hashed, Hashed::new("correct horse"));
    }
}
