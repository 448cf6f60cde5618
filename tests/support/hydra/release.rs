//! The Hydras that can be built here.

use std::fmt;

/// A real server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Release {
    V1,
    /// Chooses ids itself and refuses one that is chosen for it.
    V2_1,
    V2,
}

impl Release {
    pub(crate) const ALL: [Self; 3] = [Self::V1, Self::V2_1, Self::V2];

    /// The version, with the `v`; also the folder's name under `tests/servers`.
    pub(crate) fn version(self) -> &'static str {
        match self {
            Self::V1 => "v1.11.10",
            Self::V2_1 => "v2.1.2",
            Self::V2 => "v2.3.0",
        }
    }

    /// Go's name of the program.
    pub(super) fn package(self) -> &'static str {
        match self {
            Self::V1 => "github.com/ory/hydra",
            Self::V2_1 | Self::V2 => "github.com/ory/hydra/v2",
        }
    }

    /// The flag that lets it do without TLS. In production v2 needs none, behind a gateway.
    pub(super) fn flag(self, is_production: bool) -> Option<&'static str> {
        match self {
            Self::V1 => Some("--dangerous-force-http"),
            Self::V2_1 | Self::V2 => (!is_production).then_some("--dev"),
        }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.version())
    }
}
