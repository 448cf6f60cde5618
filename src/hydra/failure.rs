//! How a request to Hydra can fail, and what that means for a second try.

use std::time::Duration;

use jiff::Timestamp;

use super::reason::{Meaning, Reason};
use crate::duration;
use crate::error::{Error, Kind};

/// A request that did not end as it should.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The request, as `GET http://host/clients/x`; never with credentials.
    pub request: String,
    /// What went wrong.
    pub cause: Cause,
    /// Whether it is Hydra's own word that a create was refused.
    refused: bool,
    /// Whether Hydra answered the same question about another client.
    is_clients_own: bool,
    /// What the server's clock showed when it answered, as the answer says.
    date: Option<Box<Timestamp>>,
    /// What to do about it, where more is known than the cause tells.
    pub(super) advice: Option<&'static str>,
    /// How often and for how long it was tried, when more than once.
    tries: Option<Box<(u32, Duration)>>,
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
    /// The answer sends us elsewhere, where nobody follows.
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
            refused: false,
            is_clients_own: false,
            date: None,
            advice: None,
            tries: None,
        }
    }

    /// Notes what to do about it, where more is known than the cause tells.
    pub(super) fn advise(mut self, advice: Option<&'static str>) -> Self {
        self.advice = advice.or(self.advice);
        self
    }

    /// Notes that this is Hydra's own word that it refused a create.
    #[must_use]
    pub fn refused_by_hydra(mut self) -> Self {
        self.refused = true;
        self
    }

    /// Notes what the server's clock showed when it answered.
    #[must_use]
    pub fn at(mut self, date: Option<Timestamp>) -> Self {
        self.date = date.map(Box::new);
        self
    }

    /// What the server's clock showed when it answered; `None` where it did not say.
    #[must_use]
    pub fn date(&self) -> Option<Timestamp> {
        self.date.as_deref().copied()
    }

    /// Notes how often the request was tried, and for how long.
    pub(super) fn tried(&mut self, attempts: u32, elapsed: Duration) {
        self.tries = (attempts > 1).then(|| Box::new((attempts, elapsed)));
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
    /// A refusal in Hydra's own words and a connection that never stood are the only proofs that it
    /// did not. Whatever else comes back may come from a gateway that delivered the request before.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        let was_never_sent = matches!(self.cause, Cause::NoConnection(_) | Cause::Unusable(_));
        !was_never_sent && !self.refused
    }

    /// Whether the server failed over the request itself, which stays so.
    pub(super) fn is_the_requests_fault(&self) -> bool {
        matches!(&self.cause, Cause::Status { reason, .. } if reason.means(Meaning::Lasting))
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

    /// Whether the failure can be about the one client that was asked about. What Hydra itself cannot
    /// do (500, and 400 when its database has a conflict) and an answer that makes no sense may be;
    /// a lost connection, a refusal of our credentials and a server that is down or busy are not.
    #[must_use]
    pub fn may_be_clients_own(&self) -> bool {
        let status = match self.cause {
            Cause::Status { status, .. } => Some(status),
            _ => None,
        };
        !self.concerns_all() && (!self.is_transient() || matches!(status, Some(400 | 500)))
    }

    /// Notes that Hydra answered the same question about another client.
    pub(super) fn clients_own(mut self) -> Self {
        self.is_clients_own = true;
        self
    }

    /// Whether the failure is about the one client that was asked about, and others can be read.
    #[must_use]
    pub fn is_clients_own(&self) -> bool {
        self.is_clients_own || self.is_ambiguous()
    }

    /// Whether it is about one name that several clients have, and about no other client.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        matches!(self.cause, Cause::Ambiguous(_))
    }

    /// Whether Hydra itself says that the client exists already.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.refused && matches!(self.cause, Cause::Status { status: 409, .. })
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
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` failed: {}", self.request, self.reason())?;
        if let Some((attempts, elapsed)) = self.tries.as_deref() {
            write!(
                f,
                "{TRIED}{attempts} times in {})",
                duration::show(*elapsed)
            )?;
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
        let error = Self::new(kind, failure.to_string());
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
