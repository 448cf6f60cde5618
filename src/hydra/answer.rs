//! An answer of Hydra's, or of whatever stands before it: what it says, in every version's shape.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use zeroize::Zeroizing;

use super::failure::{Cause, Failure};

/// The longest part of a foreign reason that is shown.
const MAX_REASON: usize = 500;

/// So few characters of a secret are not looked for.
const FEW: usize = 8;

/// An answer, read to its end.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Zeroizing<Vec<u8>>,
    pub(super) request: String,
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
            reason: reason(&self.body),
            retry_after: retry_after(&self.headers),
        })
    }

    /// The answer without a secret that was sent: some repeat what they refuse.
    pub(super) fn without(mut self, secret: &str) -> Self {
        let escaped = serde_json::Value::from(secret).to_string();
        let text = masked(&String::from_utf8_lossy(&self.body), secret);
        let mut text = masked(&text, escaped.trim_matches('"'));
        self.body = Zeroizing::new(std::mem::take(&mut *text).into_bytes());
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
            .map_or_else(|| "no content type".to_owned(), |kind| format!("`{kind}`"));
        let status = self.status;
        self.failure(Cause::Foreign(format!(
            "the answer (HTTP {status}, {kind}) is not Hydra's"
        )))
    }
}

/// `text` without the secret, and without what of it is repeated from its start, if that is more
/// than a few characters.
fn masked(text: &str, secret: &str) -> Zeroizing<String> {
    let head: String = secret.chars().take(FEW).collect();
    let mut masked = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(&*head).filter(|_| !head.is_empty()) {
        masked.push_str(before);
        masked.push_str("***");
        let more = secret.chars().skip(FEW).zip(after.chars());
        let same = more.take_while(|(secret, text)| secret == text);
        let length = same.map(|(_, text)| text.len_utf8()).sum();
        rest = after.get(length..).unwrap_or_default();
    }
    masked.push_str(rest);
    masked
}

/// Hydra's reason in the several shapes its versions give it.
fn reason(body: &[u8]) -> String {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(body) else {
        return String::new();
    };
    let text = |json: &serde_json::Value, key: &str| {
        let text = json.get(key).and_then(serde_json::Value::as_str);
        text.unwrap_or_default().trim().to_owned()
    };
    let nested = json
        .get("error")
        .filter(|error| error.is_object())
        .unwrap_or(&json);
    let mut reason = text(nested, "error_description");
    for key in ["message", "reason", "error_hint", "error_debug"] {
        let part = text(nested, key);
        if !reason.contains(&part) {
            reason = format!("{reason} {part}");
        }
    }
    if reason.trim().is_empty() {
        reason = text(nested, "error");
    }
    // The two sentences that every refused client starts with say nothing (RFC 7591, 3.2.2).
    let telling = reason
        .split_once("Client's Metadata. ")
        .map_or(&*reason, |(_, rest)| rest);
    telling.trim().chars().take(MAX_REASON).collect()
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
    let wait = date.duration_since(jiff::Timestamp::now());
    Some(Duration::try_from(wait).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_secret_is_masked_and_what_is_repeated_of_it() {
        for (text, secret, shown) in [
            ("bad 0123456789, really", "0123456789", "bad ***, really"),
            ("01234567 and 0123456789x", "0123456789", "*** and ***x"),
            ("a ü0123456é7 b", "ü0123456é789", "a *** b"),
            ("short pw pw", "pw", "short *** ***"),
            ("0123456", "0123456789", "0123456"),
            ("nothing", "", "nothing"),
        ] {
            assert_eq!(*masked(text, secret), shown);
        }
    }
}
