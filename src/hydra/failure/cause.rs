//! What went wrong with a request: its text, whether it is transient, and what to do about it.

use std::fmt;
use std::time::Duration;

use super::reason::{Meaning, Reason};

/// What went wrong with a request.
#[derive(Debug, Clone)]
pub enum Cause {
    /// No connection, though there may be one soon (refused, timed out). Nothing was sent.
    NoConnection(String),
    /// No connection, and waiting cannot help (certificate, unknown name). Nothing was sent.
    Unusable(String),
    /// The request may have arrived; its answer did not (reset, time-out, cut off).
    Lost(String),
    /// Hydra, or what stands before it, said no.
    Status {
        /// The HTTP status code.
        status: u16,
        /// The reason given, if one could be read.
        reason: Reason,
        /// How long the server asks to wait (`Retry-After`, RFC 9110, section 10.2.3).
        retry_after: Option<Duration>,
    },
    /// Hydra answers, but names more than one client.
    Ambiguous(String),
    /// The answer sends us elsewhere, where nobody follows.
    Redirect(String),
    /// An answer came, but not one that Hydra gives (HTML, no JSON, too long).
    Foreign(String),
}

impl Cause {
    /// The same with its text masked. The reason of a status is masked from the start.
    pub(crate) fn mask(self, mask: impl Fn(String) -> String) -> Self {
        match self {
            Self::NoConnection(why) => Self::NoConnection(mask(why)),
            Self::Unusable(why) => Self::Unusable(mask(why)),
            Self::Lost(why) => Self::Lost(mask(why)),
            Self::Ambiguous(why) => Self::Ambiguous(mask(why)),
            Self::Redirect(why) => Self::Redirect(mask(why)),
            Self::Foreign(why) => Self::Foreign(mask(why)),
            Self::Status { .. } => self,
        }
    }

    /// Whether the same request may succeed a little later.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::NoConnection(_) | Self::Lost(_) => true,
            Self::Unusable(_) | Self::Ambiguous(_) | Self::Redirect(_) | Self::Foreign(_) => false,
            Self::Status { status, reason, .. } => match status {
                429 | 502..=504 => true,
                500 => !reason.means(Meaning::Lasting),
                400 => reason.means(Meaning::Passing),
                _ => false,
            },
        }
    }

    /// Whether every other request would fail likewise: Hydra cannot be reached, or refuses us.
    pub(super) fn concerns_all(&self) -> bool {
        matches!(
            self,
            Self::NoConnection(_)
                | Self::Unusable(_)
                | Self::Status {
                    status: 401 | 403 | 407,
                    ..
                }
        )
    }

    /// What to do about it.
    pub(super) fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoConnection(_) => Some("check that Hydra's admin API listens there"),
            Self::Unusable(_) => Some("check `--endpoint` (`HYDRA_ADMIN_URL`)"),
            Self::Lost(_) => {
                Some("check the way to Hydra, or allow more time with `--request-timeout`")
            }
            Self::Ambiguous(_) => Some("give the manifest the `client_id` of the one it means"),
            Self::Redirect(_) | Self::Foreign(_) => Some(
                "check that `--endpoint` is the base address of Hydra's admin API, with a proxy's path prefix if there is one",
            ),
            Self::Status { status: 401, .. } => Some(
                "give a valid token with `--access-token` or `OAUTH2_ACCESS_TOKEN`, or user and password in the endpoint",
            ),
            Self::Status { status: 403, .. } => Some(
                "give a token that may use Hydra's admin API, or ask whoever runs the gateway before it",
            ),
            Self::Status { status: 407, .. } => Some(
                "the proxy wants user and password: give them in its address, as `HTTP_PROXY=http://USER:PASSWORD@HOST:PORT`",
            ),
            Self::Status {
                status: 502,
                reason,
                ..
            } if reason.means(Meaning::WantsTls) => Some(
                "v1.11 answers so where TLS has to end before it: say `--fake-tls-termination`, or go through what ends it",
            ),
            Self::Status { reason, .. } if reason.means(Meaning::NoTables) => Some(
                "Hydra's database has no tables: run `hydra migrate sql`; v1.11 with `DSN=memory` loses them under load until it is restarted",
            ),
            Self::Status { .. } => None,
        }
    }

    /// The status, where Hydra or what stands before it answered.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the server failed over the request itself, which stays so.
    pub(super) fn is_lasting(&self) -> bool {
        matches!(self, Self::Status { reason, .. } if reason.means(Meaning::Lasting))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoConnection(why)
            | Self::Unusable(why)
            | Self::Lost(why)
            | Self::Ambiguous(why)
            | Self::Redirect(why)
            | Self::Foreign(why) => f.write_str(why),
            Self::Status { status, reason, .. } => match reason.shown() {
                "" => write!(f, "HTTP {status}"),
                reason => write!(f, "HTTP {status}: {reason}"),
            },
        }
    }
}
