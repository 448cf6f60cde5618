//! Generates client secrets from the operating system's random number generator.

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

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
