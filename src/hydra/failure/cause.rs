//! How a request to Hydra can fail, whether a retry can help, and the hint.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::reason::{Meaning, Reason};
use crate::duration;
use crate::error::{Error, ErrorKey, Hint, Kind};

const UNREADABLE: &str = "Hydra answers other requests: look for this one in its log. Hydra before v2.2 can store a client's `jwks` that it cannot read back; remove that client from Hydra's database";

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

/// Why the certificate of a server is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadCertificate {
    /// No authority that is trusted here signed it.
    Untrusted,
    /// It would be refused whoever signed it: its host, its dates, its purpose.
    Unfit,
}

/// A failed request.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The request, such as `GET http://host/clients/x`. Never contains credentials.
    pub request: String,
    /// What went wrong.
    pub cause: Cause,
    refused: bool,
    is_clients_own: bool,
    has_stale_token: bool,
    bad_certificate: Option<BadCertificate>,
    date: Option<Box<Timestamp>>,
    /// A hint that is more specific than the cause's own.
    advice: Option<&'static str>,
    /// The number of attempts and the time they took, if there were several.
    tries: Option<Box<(u32, Duration)>>,
}

impl Failure {
    /// The failure of a single attempt.
    pub fn new(request: impl Into<String>, cause: Cause) -> Self {
        Self {
            request: request.into(),
            cause,
            refused: false,
            is_clients_own: false,
            has_stale_token: false,
            bad_certificate: None,
            date: None,
            advice: None,
            tries: None,
        }
    }

    /// Adds a hint that is more specific than the cause's own.
    pub(crate) fn advise(mut self, advice: impl Into<Option<&'static str>>) -> Self {
        self.advice = advice.into().or(self.advice);
        self
    }

    /// Masks the text. The reason of a status is masked when it is read.
    pub(crate) fn masked(mut self, mask: impl Fn(&str) -> String) -> Self {
        if let Cause::NoConnection(why)
        | Cause::Unusable(why)
        | Cause::Lost(why)
        | Cause::Ambiguous(why)
        | Cause::Redirect(why)
        | Cause::Foreign(why) = &mut self.cause
        {
            *why = mask(why);
        }
        self
    }

    /// Records that Hydra itself refused a create.
    pub fn refused_by_hydra(mut self) -> Self {
        self.refused = true;
        self
    }

    /// Records that the request was refused because of its token, and that the next request has
    /// another one.
    pub(crate) fn because_of_its_token(mut self) -> Self {
        self.has_stale_token = true;
        self
    }

    /// Whether the same request may be accepted with the token that it would have now.
    pub(crate) fn has_stale_token(&self) -> bool {
        self.has_stale_token
    }

    /// Records that the server's certificate was refused here.
    pub(crate) fn with_bad_certificate(mut self, bad: BadCertificate) -> Self {
        self.bad_certificate = Some(bad);
        self
    }

    /// Why the server's certificate was refused here, if it was.
    pub(crate) fn bad_certificate(&self) -> Option<BadCertificate> {
        self.bad_certificate
    }

    /// Records the server's clock when it answered, from the `Date` header.
    pub fn at(mut self, date: Option<Timestamp>) -> Self {
        self.date = date.map(Box::new);
        self
    }

    /// The server's clock when it answered; `None` if the response had no date.
    pub(crate) fn date(&self) -> Option<Timestamp> {
        self.date.as_deref().copied()
    }

    /// Records the number of attempts and the time they took.
    pub(super) fn tried(&mut self, attempts: u32, elapsed: Duration) {
        self.tries = (attempts > 1).then(|| Box::new((attempts, elapsed)));
    }

    pub(crate) fn is_transient(&self) -> bool {
        match &self.cause {
            Cause::NoConnection(_) | Cause::Lost(_) => true,
            Cause::Status { status, reason, .. } => match status {
                429 | 502..=504 => true,
                500 => !reason.means(Meaning::Lasting),
                400 => reason.means(Meaning::Passing),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a failed create may have created the client anyway.
    ///
    /// Only two things prove that it did not: a refusal from Hydra itself, and a connection that
    /// was never established. Any other response may come from a gateway that had already forwarded
    /// the request.
    pub fn may_have_happened(&self) -> bool {
        let was_never_sent = matches!(self.cause, Cause::NoConnection(_) | Cause::Unusable(_));
        !was_never_sent && !self.refused
    }

    /// Whether the server failed because of the request itself: retrying cannot help.
    pub(crate) fn is_the_requests_fault(&self) -> bool {
        matches!(&self.cause, Cause::Status { reason, .. } if reason.means(Meaning::Lasting))
    }

    /// Whether every other request would fail in the same way: Hydra is unreachable or refuses our
    /// credentials.
    pub(crate) fn concerns_all(&self) -> bool {
        let is_unreachable = matches!(self.cause, Cause::NoConnection(_) | Cause::Unusable(_));
        is_unreachable || matches!(self.status(), Some(401 | 403 | 407))
    }

    /// Whether the failure may concern only the client that was requested. Hydra's own errors (500,
    /// and 400 when its database has a conflict) and malformed responses may. A lost connection,
    /// rejected credentials, and a server that is down or busy do not.
    pub(crate) fn may_be_clients_own(&self) -> bool {
        let is_hydras = matches!(self.status(), Some(400 | 500));
        !self.concerns_all() && (is_hydras || !self.is_transient())
    }

    /// Records that Hydra answered the same request for another client.
    pub(crate) fn clients_own(mut self) -> Self {
        self.is_clients_own = true;
        self
    }

    /// Whether the failure concerns only the requested client, and other clients can be read.
    pub(crate) fn is_clients_own(&self) -> bool {
        self.is_clients_own || self.is_ambiguous()
    }

    /// Whether the failure is that several clients share one name. Other clients are not affected.
    pub(crate) fn is_ambiguous(&self) -> bool {
        matches!(self.cause, Cause::Ambiguous(_))
    }

    /// Whether Hydra itself says that the client already exists.
    pub(crate) fn is_conflict(&self) -> bool {
        self.refused && self.status() == Some(409)
    }

    /// The HTTP status, if Hydra or a proxy in front of it answered.
    pub(crate) fn status(&self) -> Option<u16> {
        match self.cause {
            Cause::Status { status, .. } => Some(status),
            _ => None,
        }
    }

    /// How long the server asked us to wait before retrying.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self.cause {
            Cause::Status { retry_after, .. } => retry_after,
            _ => None,
        }
    }

    /// What the user can do about it.
    fn hint(&self) -> Option<&'static str> {
        if self.advice.is_some() {
            return self.advice;
        }
        Some(match &self.cause {
            Cause::NoConnection(_) => "check that Hydra's admin API listens there",
            Cause::Unusable(_) => "check `--endpoint` (`HYDRA_ADMIN_URL`)",
            Cause::Lost(_) => "check the way to Hydra, or allow more time with `--request-timeout`",
            Cause::Ambiguous(_) => "give the manifest the `client_id` of the one it means",
            Cause::Redirect(_) | Cause::Foreign(_) => {
                "check that `--endpoint` is the base address of Hydra's admin API, with a proxy's path prefix if there is one"
            }
            Cause::Status { status, reason, .. } => match status {
                401 => {
                    "give a valid token with `--access-token` or `OAUTH2_ACCESS_TOKEN`, or user and password in the endpoint"
                }
                403 => {
                    "give a token that may use Hydra's admin API, or ask whoever runs the gateway before it"
                }
                407 => {
                    "the proxy wants user and password: give them in its address, as `HTTP_PROXY=http://USER:PASSWORD@HOST:PORT`"
                }
                500 if self.is_clients_own => UNREADABLE,
                502 if reason.means(Meaning::WantsTls) => {
                    "Hydra v1.11 expects a proxy in front of it to terminate TLS: give `--fake-tls-termination`, or set `--endpoint` to that proxy"
                }
                _ if reason.means(Meaning::NoTables) => {
                    "Hydra's database has no tables: run `hydra migrate sql`; v1.11 with `DSN=memory` loses them under load until it is restarted"
                }
                _ => return None,
            },
        })
    }

    /// What tells it from other failures.
    pub(crate) fn key(&self) -> ErrorKey {
        ErrorKey::new(self.once())
    }

    /// Describes the failure regardless of how often the request was tried.
    fn once(&self) -> String {
        format!("`{}` failed: {}", self.request, self.cause)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.once())?;
        if let Some((attempts, elapsed)) = self.tries.as_deref() {
            let elapsed = duration::show(*elapsed);
            write!(f, " (tried {attempts} times in {elapsed})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let kind = match failure.is_clients_own() {
            true => Kind::Unexpected,
            false => Kind::Hydra,
        };
        let error = Self::new(kind, failure.to_string()).with_key(failure.key());
        match failure.hint() {
            Some(hint) if matches!(failure.cause, Cause::NoConnection(_)) => error.hint(
                Hint::retry(format!("{hint}, or wait longer with `--fail-after`"), hint),
            ),
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, Error, Failure};

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
    fn the_same_failure_has_one_key_however_often_was_tried() {
        let failed = |reason, attempts, seconds| {
            let mut failure = status(503, reason);
            failure.tried(attempts, std::time::Duration::from_secs(seconds));
            Error::from(failure)
        };
        let [once, often] = [failed("busy (very)", 1, 0), failed("busy (very)", 8, 2)];
        assert_ne!(once.to_string(), often.to_string());
        assert_eq!(once.key(), often.key());
        assert_ne!(once.key(), failed("busy", 1, 0).key());
    }

    #[test]
    fn the_databases_passing_faults_are_told_from_lasting_ones() {
        assert!(status(500, "database is locked").is_transient());
        assert!(
            status(400, "Unable to serialize access due to a concurrent update").is_transient()
        );
        assert!(status(503, "").is_transient());
        assert!(!status(400, "redirect_uris must not contain fragments").is_transient());
        assert!(!status(500, "ERROR: value too long (SQLSTATE 22001)").is_transient());
        assert!(
            status(
                500,
                "FATAL: the database system is shutting down (SQLSTATE 57P01)"
            )
            .is_transient()
        );
        assert!(!status(500, "json: cannot unmarshal number into Go value").is_transient());
        assert!(!status(409, "").is_transient());
    }

    #[test]
    fn only_hydras_own_refusal_proves_that_nothing_was_created() {
        for code in [302, 400, 401, 403, 404, 408, 409, 429, 500, 502] {
            assert!(status(code, "").may_have_happened(), "{code}");
            assert!(!status(code, "").is_conflict(), "{code}");
        }
        assert!(!status(400, "").refused_by_hydra().may_have_happened());
        let conflict = status(409, "").refused_by_hydra();
        assert!(!conflict.may_have_happened() && conflict.is_conflict());
        let refused = Failure::new("POST h", Cause::NoConnection(String::new()));
        assert!(!refused.may_have_happened());
    }
}
