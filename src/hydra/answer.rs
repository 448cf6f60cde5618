//! An answer of Hydra's, or of whatever stands before it: what it says, in every version's shape.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::failure::{Cause, Failure};
use super::hidden::Hidden;
use super::reason::Reason;

/// An answer, read to its end.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Zeroizing<Vec<u8>>,
    pub(super) request: String,
    /// What nothing that is said of it may repeat.
    pub(super) hidden: Hidden,
}

impl Answer {
    /// A failure of the request this answers.
    pub(super) fn failure(&self, cause: Cause) -> Failure {
        Failure::new(self.request.clone(), cause).after_status(self.status)
    }

    /// A failure of the request this answers, whose status says nothing of what was asked.
    pub(super) fn unsettled(&self, cause: Cause) -> Failure {
        Failure::new(self.request.clone(), cause)
    }

    /// The failure that a status other than the expected one means.
    pub(super) fn refusal(&self) -> Failure {
        self.failure(Cause::Status {
            status: self.status,
            reason: Reason::of_body(&self.body, &self.hidden),
            retry_after: retry_after(&self.headers),
        })
    }

    /// The answer, of which nothing that is said may repeat the secret either.
    pub(super) fn hiding(mut self, secret: SecretString) -> Self {
        self.hidden = self.hidden.and(secret);
        self
    }

    /// Whether this is Hydra's own word that there is no such client.
    ///
    /// A wrong path and a proxy answer 404 too, some with JSON, and so does Hydra's router, with
    /// an object under `error`; only this sentence counts (measured on v1.11.10 and v2.3.0).
    pub(super) fn is_absent_client(&self) -> bool {
        #[derive(serde::Deserialize)]
        struct Absent {
            error: String,
        }
        self.status == 404
            && serde_json::from_slice::<Absent>(&self.body)
                .is_ok_and(|absent| absent.error == "Unable to locate the resource")
    }

    /// What to say of an answer that is none of Hydra's.
    pub(super) fn foreign(&self) -> Failure {
        let kind = self
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map_or_else(
                || "no content type".to_owned(),
                |kind| format!("`{}`", self.hidden.mask(kind)),
            );
        let status = self.status;
        self.failure(Cause::Foreign(format!(
            "the answer (HTTP {status}, {kind}) is not Hydra's"
        )))
    }
}

/// `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()?;
    let wait = date.duration_since(crate::now::now());
    Some(Duration::try_from(wait).unwrap_or_default())
}
