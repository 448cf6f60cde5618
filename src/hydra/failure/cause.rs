//! What went wrong with a request: the text, whether it is transient, and the hint.

use std::fmt;
use std::time::Duration;

use super::reason::{Meaning, Reason};

/// What went wrong with a request.
#[derive(Debug, Clone)]
pub enum Cause {
    /// No connection, but one may succeed soon (refused, timed out). Nothing was sent.
    NoConnection(String),
    /// No connection, and retrying cannot help (certificate, unknown name). Nothing was sent.
    Unusable(String),
    /// The request may have arrived, but its response did not (reset, timed out, truncated).
    Lost(String),
    /// Hydra, or a proxy in front of it, refused the request.
    Status {
        /// The HTTP status code.
        status: u16,
        /// The reason it gave, if it could be read.
        reason: Reason,
        /// How long the server asks to wait (`Retry-After`, RFC 9110, section 10.2.3).
        retry_after: Option<Duration>,
    },
    /// Hydra answers, but several clients match.
    Ambiguous(String),
    /// A redirect, which is never followed.
    Redirect(String),
    /// A response that Hydra does not give (HTML, invalid JSON, too long).
    Foreign(String),
}

impl Cause {
    /// Masks the text. The reason of a status is masked when it is read.
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

    /// Whether retrying the same request may succeed.
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

    /// Whether every other request would fail in the same way: Hydra is unreachable or refuses our
    /// credentials.
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

    /// What the user can do about it.
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

    /// The HTTP status, if Hydra or a proxy in front of it answered.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the server failed because of the request itself: retrying cannot help.
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
