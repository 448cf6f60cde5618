//! How a request to Hydra can fail, and what that means for a second try.

use std::time::Duration;

use super::reason::{Meaning, Reason};
use crate::duration;
use crate::error::Error;

/// A request that did not end as it should.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The request, as `GET http://host/clients/x`; never with credentials.
    pub request: String,
    /// What went wrong.
    pub cause: Cause,
    /// Whether the answer began with a 201 before it failed.
    created: bool,
    /// What to do about it, where more is known than the cause tells.
    advice: Option<&'static str>,
    /// How often and for how long it was tried, when more than once.
    tries: Option<(u32, Duration)>,
}

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
    /// The answer sends us elsewhere, where nobody follows. Nothing was done.
    Redirect(String),
    /// An answer came, but not one that Hydra gives (HTML, no JSON, too long).
    Foreign(String),
}

/// What begins the words about how often was tried, which end with `)`.
const TRIED: &str = " (tried ";

impl Failure {
    /// A failure of one attempt.
    #[must_use]
    pub fn new(request: impl Into<String>, cause: Cause) -> Self {
        Self {
            request: request.into(),
            cause,
            created: false,
            advice: None,
            tries: None,
        }
    }

    /// Notes what to do about it, where more is known than the cause tells.
    pub(super) fn advise(mut self, advice: Option<&'static str>) -> Self {
        self.advice = advice.or(self.advice);
        self
    }

    /// Notes the status of the answer that failed later on.
    pub(super) fn after_status(mut self, status: u16) -> Self {
        self.created = status == 201;
        self
    }

    /// Whether Hydra said that it created the client, though the rest of its answer was lost.
    #[must_use]
    pub fn says_created(&self) -> bool {
        self.created
    }

    /// Notes how often the request was tried, and for how long.
    pub(super) fn tried(&mut self, attempts: u32, elapsed: Duration) {
        self.tries = (attempts > 1).then_some((attempts, elapsed));
    }

    /// Whether the same request may succeed a little later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.cause {
            Cause::NoConnection(_) | Cause::Lost(_) => true,
            Cause::Unusable(_) | Cause::Ambiguous(_) | Cause::Redirect(_) | Cause::Foreign(_) => {
                false
            }
            Cause::Status { status, reason, .. } => match status {
                429 | 502..=504 => true,
                500 => !reason.means(Meaning::Lasting),
                400 => reason.means(Meaning::Passing),
                _ => false,
            },
        }
    }

    /// Whether a request that should create something may have done so all the same.
    ///
    /// A refusal by Hydra itself (any 4xx but the time-out of a gateway) and a connection that
    /// never stood are the only proofs that it did not.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        match &self.cause {
            Cause::NoConnection(_) | Cause::Unusable(_) | Cause::Redirect(_) => false,
            Cause::Lost(_) | Cause::Ambiguous(_) | Cause::Foreign(_) => true,
            Cause::Status { status, .. } => *status == 408 || !(400..500).contains(status),
        }
    }

    /// Whether every other request would fail likewise: Hydra cannot be reached, or refuses us.
    #[must_use]
    pub fn concerns_all(&self) -> bool {
        matches!(
            self.cause,
            Cause::NoConnection(_)
                | Cause::Unusable(_)
                | Cause::Status {
                    status: 401 | 403 | 407,
                    ..
                }
        )
    }

    /// Whether it is about one name that several clients have, and about no other client.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        matches!(self.cause, Cause::Ambiguous(_))
    }

    /// Whether Hydra says that the client exists already.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self.cause, Cause::Status { status: 409, .. })
    }

    /// How long the server asked to wait before the next try.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.cause {
            Cause::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What a failure said, without how often was tried: the same for the same failure.
    #[must_use]
    pub fn without_tries(said: &str) -> String {
        let mut parts = said.split(TRIED);
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            text.push_str(part.split_once(')').map_or(part, |(_, rest)| rest));
        }
        text
    }

    /// What went wrong, in a few words, without the request.
    #[must_use]
    pub fn reason(&self) -> String {
        match &self.cause {
            Cause::NoConnection(why)
            | Cause::Unusable(why)
            | Cause::Lost(why)
            | Cause::Ambiguous(why)
            | Cause::Redirect(why)
            | Cause::Foreign(why) => why.clone(),
            Cause::Status { status, reason, .. } => match reason.shown() {
                "" => format!("HTTP {status}"),
                reason => format!("HTTP {status}: {reason}"),
            },
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match &self.cause {
            _ if self.advice.is_some() => self.advice,
            Cause::NoConnection(_) => Some(
                "check that Hydra's admin API listens there, or wait longer with `--fail-after`",
            ),
            Cause::Unusable(_) => Some("check `--endpoint` (`HYDRA_ADMIN_URL`)"),
            Cause::Lost(_) => {
                Some("check the way to Hydra, or allow more time with `--request-timeout`")
            }
            Cause::Ambiguous(_) => Some("give the manifest the `client_id` of the one it means"),
            Cause::Redirect(_) | Cause::Foreign(_) => Some(
                "check that `--endpoint` is the base address of Hydra's admin API, with a proxy's path prefix if there is one",
            ),
            Cause::Status { status: 401, .. } => Some(
                "give a valid token with `--access-token` or `OAUTH2_ACCESS_TOKEN`, or user and password in the endpoint",
            ),
            Cause::Status { status: 403, .. } => Some(
                "give a token that may use Hydra's admin API, or ask whoever runs the gateway before it",
            ),
            Cause::Status { status: 407, .. } => Some(
                "the proxy wants user and password: give them in its address, as `HTTP_PROXY=http://USER:PASSWORD@HOST:PORT`",
            ),
            Cause::Status {
                status: 502,
                reason,
                ..
            } if reason.means(Meaning::WantsTls) => Some(
                "v1.11 answers so where TLS has to end before it: say `--fake-tls-termination`, or go through what ends it",
            ),
            Cause::Status { reason, .. } if reason.means(Meaning::NoTables) => Some(
                "Hydra's database has no tables: run `hydra migrate sql`; v1.11 with `DSN=memory` loses them under load until it is restarted",
            ),
            Cause::Status { .. } => None,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` failed: {}", self.request, self.reason())?;
        if let Some((attempts, elapsed)) = self.tries {
            write!(f, "{TRIED}{attempts} times in {})", duration::show(elapsed))?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let error = Self::hydra(failure.to_string());
        match failure.hint() {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, Failure};

    fn status(status: u16, reason: &str) -> Failure {
        Failure::new(
            "POST http://h/clients",
            Cause::Status {
                status,
                reason: reason.into(),
                retry_after: None,
            },
        )
    }

    #[test]
    fn the_same_failure_reads_the_same_however_often_was_tried() {
        let said = |attempts, seconds| {
            let mut failure = status(503, "busy (very)");
            failure.tried(attempts, std::time::Duration::from_secs(seconds));
            format!("{failure}; and so on")
        };
        let text = "`POST http://h/clients` failed: HTTP 503: busy (very); and so on";
        assert_ne!(said(8, 2), text);
        assert_eq!(Failure::without_tries(&said(8, 2)), text);
    }

    #[test]
    fn the_databases_passing_faults_are_told_from_lasting_ones() {
        assert!(status(500, "database is locked").is_transient());
        assert!(
            status(400, "Unable to serialize access due to a concurrent update").is_transient()
        );
        assert!(status(503, "").is_transient());
        assert!(!status(400, "redirect_uris must not contain fragments").is_transient());
        assert!(!status(500, "json: cannot unmarshal number into Go value").is_transient());
        assert!(!status(409, "").is_transient());
    }

    #[test]
    fn only_a_refusal_proves_that_nothing_was_created() {
        assert!(!status(400, "").may_have_happened());
        assert!(!status(429, "").may_have_happened());
        assert!(status(500, "").may_have_happened());
        assert!(status(502, "").may_have_happened());
        assert!(status(408, "").may_have_happened());
    }
}
