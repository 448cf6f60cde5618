//! A response, read to the end.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use zeroize::Zeroizing;

use super::redactor::Redactor;
use crate::hydra::{Cause, Failure};

/// A response, read to the end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) request: String,
    /// Masks the secrets of the request in everything that is shown of the response.
    pub(crate) redactor: Redactor,
}

impl Answer {
    /// A failure of the request that this response answers.
    pub(crate) fn failure(&self, cause: Cause) -> Failure {
        Failure::new(self.request.clone(), cause).masked(|text| self.redactor.guard(text))
    }

    /// The server's clock (`Date`, RFC 9110, section 6.6.1), truncated to a second.
    pub(crate) fn date(&self) -> Option<Timestamp> {
        http_date(self.headers.get(DATE)?.to_str().ok()?)
    }

    /// `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3).
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        let wait = http_date(text)?.duration_since(crate::now::now());
        Some(Duration::try_from(wait).unwrap_or_default())
    }

    /// Text from the response, masked for display.
    pub(crate) fn shown(&self, text: &str) -> String {
        self.redactor.mask(text)
    }
}

/// Parses an HTTP date (RFC 9110, section 5.6.7).
fn http_date(text: &str) -> Option<Timestamp> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new();
    parser.parse_timestamp(text).ok()
}
