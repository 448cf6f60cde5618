//! The reason a server gives for refusing a request: what it means, and how much of it is shown.

/// At most this many characters of a server's reason are shown.
const MAX_REASON: usize = 500;

/// Substrings of the reason of a 500 that blame the request itself: retrying cannot help.
const LASTING: &[&str] = &["unmarshal", "invalid character", "cannot decode"];

/// Substrings of the reason of a 400 that name a transient database conflict.
const PASSING: &[&str] = &[
    "unable to serialize access",
    "concurrent update",
    "deadlock",
    "database is locked",
    "sqlite_busy",
    "too many clients",
    "too many connections",
];

/// Substrings of v1.11's reason when it expects a proxy to terminate TLS.
const WANTS_TLS: &[&str] = &["unrecognizable"];

/// Substrings of the reason when Hydra's database has no tables yet.
const NO_TABLES: &[&str] = &["locate the table"];

/// The reason a server gives.
#[derive(Debug, Clone, Default)]
pub struct Reason {
    shown: Box<str>,
    meaning: Option<Meaning>,
}

/// What a reason means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// With a 500: the request is at fault, and retrying cannot help.
    Lasting,
    /// With a 400: a conflict with another request.
    Passing,
    /// TLS must be terminated in front of the server.
    WantsTls,
    /// The database has no tables.
    NoTables,
}

impl Reason {
    /// The reason in a response body. `mask` is applied before it is shown.
    pub(crate) fn of_body(body: &[u8], mask: impl Fn(&str) -> String) -> Self {
        Self::new(&text_of(body), mask)
    }

    /// The meaning is taken from the full text, before masking.
    fn new(text: &str, mask: impl Fn(&str) -> String) -> Self {
        let shown = mask(text);
        Self {
            shown: shown.trim().chars().take(MAX_REASON).collect(),
            meaning: meaning(&text.to_lowercase()),
        }
    }

    /// The text to show; may be empty.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether the reason has this meaning.
    pub(crate) fn means(&self, meaning: Meaning) -> bool {
        self.meaning == Some(meaning)
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        Self::new(text, str::to_owned)
    }
}

fn meaning(text: &str) -> Option<Meaning> {
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let meanings = [
        (LASTING, Meaning::Lasting),
        (PASSING, Meaning::Passing),
        (WANTS_TLS, Meaning::WantsTls),
        (NO_TABLES, Meaning::NoTables),
    ];
    let found = meanings.iter().find(|(words, _)| says(words));
    found.map(|(_, meaning)| *meaning)
}

/// Extracts Hydra's reason from the shapes that its versions use.
fn text_of(body: &[u8]) -> String {
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
    // The two sentences that start every refusal of a client carry no information (RFC 7591,
    // 3.2.2).
    match reason.split_once("Client's Metadata. ") {
        Some((_, telling)) => telling.to_owned(),
        None => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::{Meaning, Reason};
    use crate::redact::Redactor;

    #[test]
    fn a_hidden_word_is_understood_and_not_shown() {
        let redactor = Redactor::default().and("locked".into());
        let body = br#"{"error": "x", "error_description": "the database is locked"}"#;
        let reason = Reason::of_body(body, |text| redactor.mask(text));
        assert_eq!(reason.shown(), "the database is ***");
        assert!(reason.means(Meaning::Passing));
    }

    #[test]
    fn a_secret_is_hidden_before_a_long_reason_is_cut() {
        let redactor = Redactor::default().and("0123456789".into());
        let text = format!("{}0123456789", "x".repeat(496));
        let shown = Reason::new(&text, |text| redactor.mask(text))
            .shown()
            .to_owned();
        assert!(shown.ends_with("xxx***"), "{shown}");
    }
}
