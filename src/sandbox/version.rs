//! The versions of Hydra that the sandbox can be.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// A version of Ory Hydra whose admin API differs from that of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Version {
    /// The last of the v1 line: `/clients`, `limit` and `offset`.
    V1_11_10,
    /// Stands for v2.0.0 to v2.0.2: ids cannot be chosen, and `Link` headers skip clients.
    V2_0_2,
    /// Stands for v2.0.3 to v2.1.2: ids cannot be chosen.
    V2_1_2,
    /// Ids can be chosen again; malformed bodies are a 400.
    V2_2_0,
    /// What most users run.
    #[default]
    V2_3_0,
    /// Keyset pagination with opaque tokens, `/clients` beside `/admin/clients`.
    V25_4_0,
    /// Like v25.4.0, but stricter about URLs.
    V26_2_0,
}

impl Version {
    /// Every version, oldest first.
    pub const ALL: &[Self] = &[
        Self::V1_11_10,
        Self::V2_0_2,
        Self::V2_1_2,
        Self::V2_2_0,
        Self::V2_3_0,
        Self::V25_4_0,
        Self::V26_2_0,
    ];

    /// The version as Hydra writes it, with the `v`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1_11_10 => "v1.11.10",
            Self::V2_0_2 => "v2.0.2",
            Self::V2_1_2 => "v2.1.2",
            Self::V2_2_0 => "v2.2.0",
            Self::V2_3_0 => "v2.3.0",
            Self::V25_4_0 => "v25.4.0",
            Self::V26_2_0 => "v26.2.0",
        }
    }

    /// Whether a client's id may be chosen by whoever creates it.
    #[must_use]
    pub fn lets_ids_be_chosen(self) -> bool {
        !matches!(self, Self::V2_0_2 | Self::V2_1_2)
    }

    pub(super) fn is_v1(self) -> bool {
        self == Self::V1_11_10
    }

    /// Keyset pages, `/clients` without a redirect, and ids with a `/` that can be looked up.
    pub(super) fn is_calendar(self) -> bool {
        self >= Self::V25_4_0
    }

    /// The bytes of a secret that count: BCrypt, which v1 uses, reads no more than 72.
    pub(super) fn significant(self, secret: &str) -> &[u8] {
        let most = if self.is_v1() { 72 } else { usize::MAX };
        &secret.as_bytes()[..secret.len().min(most)]
    }

    /// From v2.2 on Hydra checks the keys of a client before it stores them, and says what is wrong
    /// with a body instead of answering 500.
    pub(super) fn checks_bodies(self) -> bool {
        self >= Self::V2_2_0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Version {
    type Err = Error;

    /// Reads a version, with or without the `v`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let number = text.strip_prefix('v').unwrap_or(text);
        let mut all = Self::ALL.iter().copied();
        all.find(|version| version.as_str().strip_prefix('v') == Some(number))
            .ok_or_else(|| Error::usage(format!("the sandbox has no Hydra version `{text}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn a_version_is_read_with_and_without_the_v() {
        for version in Version::ALL {
            let name = version.to_string();
            assert_eq!(name.parse::<Version>().ok(), Some(*version));
            assert_eq!(name[1..].parse::<Version>().ok(), Some(*version));
        }
        assert!("v2.4.0".parse::<Version>().is_err());
        assert!("vv2.3.0".parse::<Version>().is_err());
    }
}
