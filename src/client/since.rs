//! Versions of Hydra, and which of them a field or a check belongs to.

use std::fmt;
use std::str::FromStr;

/// A version of Hydra, as far as its behaviour depends on it: `v2.3.0` is 2.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HydraVersion {
    major: u32,
    minor: u32,
}

impl HydraVersion {
    /// The oldest supported version.
    pub const OLDEST: Self = Self::new(1, 11);

    /// A version by its numbers.
    #[must_use]
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }
}

impl fmt::Display for HydraVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}", self.major, self.minor)
    }
}

impl FromStr for HydraVersion {
    type Err = String;

    /// Reads what `/version` answers and what people type: `v2.3.0`, `2.3`, `v26.2.0-distroless`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text
            .strip_prefix('v')
            .unwrap_or(text)
            .split(['.', '-', '+']);
        let mut number = || parts.next()?.parse::<u32>().ok();
        let read = number()
            .zip(number())
            .map(|(major, minor)| Self { major, minor });
        match read {
            Some(version) if version >= Self::OLDEST => Ok(version),
            Some(version) => Err(format!(
                "{version} is older than {}, the oldest supported version",
                Self::OLDEST
            )),
            None => Err("write a version such as `v2.3` or `v26.2.0`".to_owned()),
        }
    }
}

/// The versions that have a field, or that refuse a client. A server silently drops a field that it
/// does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// v1.11 and everything later.
    V1,
    /// v1.11 only.
    V1Only,
    /// v1.11 to v2.1.
    BeforeV2_2,
    /// v2.1 and later.
    V2_1,
    /// v2.2 and later.
    V2_2,
    /// v25.4 and later.
    V25,
    /// v26.2 and later.
    V26,
}

impl Since {
    /// The first version.
    #[must_use]
    pub const fn first(self) -> HydraVersion {
        match self {
            Self::V1 | Self::V1Only | Self::BeforeV2_2 => HydraVersion::OLDEST,
            Self::V2_1 => HydraVersion::new(2, 1),
            Self::V2_2 => HydraVersion::new(2, 2),
            Self::V25 => HydraVersion::new(25, 4),
            Self::V26 => HydraVersion::new(26, 2),
        }
    }

    /// Whether this version is one of them.
    #[must_use]
    pub fn includes(self, version: HydraVersion) -> bool {
        let end = match self {
            Self::V1Only => Some(HydraVersion::new(2, 0)),
            Self::BeforeV2_2 => Some(HydraVersion::new(2, 2)),
            _ => None,
        };
        version >= self.first() && end.is_none_or(|end| version < end)
    }
}

#[cfg(test)]
mod tests {
    use super::{HydraVersion, Since};

    #[test]
    fn versions_are_read_as_servers_report_them_and_people_type_them() {
        for (text, version) in [
            ("v1.11.10", Some((1, 11))),
            ("2.3", Some((2, 3))),
            ("v2.2.0-rc.1", Some((2, 2))),
            ("v25.4.0+abc", Some((25, 4))),
            ("v26.2.0-distroless", Some((26, 2))),
            ("v1.10.6", None),
            ("2", None),
            ("vv2.3", None),
            ("master", None),
            ("", None),
        ] {
            let version = version.map(|(major, minor)| HydraVersion::new(major, minor));
            assert_eq!(text.parse::<HydraVersion>().ok(), version, "{text}");
        }
    }

    #[test]
    fn a_field_belongs_to_its_versions() {
        let v = HydraVersion::new;
        assert!(Since::V1.includes(v(1, 11)) && Since::V1.includes(v(26, 2)));
        assert!(Since::V1Only.includes(v(1, 11)) && !Since::V1Only.includes(v(2, 0)));
        let old = Since::BeforeV2_2;
        assert!(old.includes(v(1, 11)) && old.includes(v(2, 1)) && !old.includes(v(2, 2)));
        assert!(!Since::V2_2.includes(v(2, 1)) && Since::V2_2.includes(v(2, 3)));
        assert!(!Since::V26.includes(v(25, 4)) && Since::V26.includes(v(26, 2)));
    }
}
