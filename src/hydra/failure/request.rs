//! How a request to Hydra can fail, and whether a retry can help.

use std::time::Duration;

use jiff::Timestamp;

use super::cause::Cause;
use crate::duration;
use crate::error::{Error, ErrorKey, Hint, Kind};

/// A failed request.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The request, such as `GET http://host/clients/x`. Never contains credentials.
    pub request: String,
    /// What went wrong.
    pub cause: Cause,
    /// Whether Hydra itself refused a create.
    refused: bool,
    /// Whether Hydra answered the same request for another client.
    is_clients_own: bool,
    /// The server's clock when it answered, from the `Date` header.
    date: Option<Box<Timestamp>>,
    /// A hint that is more specific than the cause's own.
    pub(crate) advice: Option<&'static str>,
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
            date: None,
            advice: None,
            tries: None,
        }
    }

    /// Adds a hint that is more specific than the cause's own.
    pub(crate) fn advise(mut self, advice: Option<&'static str>) -> Self {
        self.advice = advice.or(self.advice);
        self
    }

    /// Records that Hydra itself refused a create.
    pub fn refused_by_hydra(mut self) -> Self {
        self.refused = true;
        self
    }

    /// Records the server's clock when it answered.
    pub fn at(mut self, date: Option<Timestamp>) -> Self {
        self.date = date.map(Box::new);
        self
    }

    /// The server's clock when it answered; `None` if the response had no date.
    pub fn date(&self) -> Option<Timestamp> {
        self.date.as_deref().copied()
    }

    /// Records the number of attempts and the time they took.
    pub(crate) fn tried(&mut self, attempts: u32, elapsed: Duration) {
        self.tries = (attempts > 1).then(|| Box::new((attempts, elapsed)));
    }

    /// Whether retrying the same request may succeed.
    pub fn is_transient(&self) -> bool {
        self.cause.is_transient()
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
        self.cause.is_lasting()
    }

    /// Whether every other request would fail in the same way: Hydra is unreachable or refuses our
    /// credentials.
    pub fn concerns_all(&self) -> bool {
        self.cause.concerns_all()
    }

    /// Whether the failure may concern only the client that was requested. Hydra's own errors (500,
    /// and 400 when its database has a conflict) and malformed responses may. A lost connection,
    /// rejected credentials, and a server that is down or busy do not.
    pub fn may_be_clients_own(&self) -> bool {
        let is_hydras = matches!(self.cause.status(), Some(400 | 500));
        !self.concerns_all() && (is_hydras || !self.is_transient())
    }

    /// Records that Hydra answered the same request for another client.
    pub(crate) fn clients_own(mut self) -> Self {
        self.is_clients_own = true;
        self
    }

    /// Whether the failure concerns only the requested client, and other clients can be read.
    pub fn is_clients_own(&self) -> bool {
        self.is_clients_own || self.is_ambiguous()
    }

    /// Whether the failure is that several clients share one name. Other clients are not affected.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self.cause, Cause::Ambiguous(_))
    }

    /// Whether Hydra itself says that the client already exists.
    pub fn is_conflict(&self) -> bool {
        self.refused && matches!(self.cause, Cause::Status { status: 409, .. })
    }

    /// How long the server asked us to wait before retrying.
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.cause {
            Cause::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        const UNREADABLE: &str = "Hydra answers other requests, so look for this one in its log; a client whose `jwks` Hydra before v2.2 stored and cannot read back has to be removed from its database";
        let unreadable = self.cause.status() == Some(500) && self.is_clients_own();
        self.advice
            .or(unreadable.then_some(UNREADABLE))
            .or_else(|| self.cause.hint())
    }

    /// What went wrong, in short, without the request.
    pub fn reason(&self) -> String {
        self.cause.to_string()
    }

    /// Identifies the failure regardless of how often the request was tried.
    fn key(&self) -> ErrorKey {
        ErrorKey::new(format!("`{}` failed: {}", self.request, self.cause))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` failed: {}", self.request, self.cause)?;
        if let Some((attempts, elapsed)) = self.tries.as_deref() {
            write!(
                f,
                " (tried {attempts} times in {})",
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
