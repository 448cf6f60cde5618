//! Why a server refused: what that means, and what of it is shown.

/// The longest part of a foreign reason that is shown.
const MAX_REASON: usize = 500;

/// Words in the reason of a 500 that name a fault of the request itself, which stays.
const LASTING: &[&str] = &["unmarshal", "invalid character", "cannot decode"];

/// Words in the reason of a 400 that name a database's passing conflict.
const PASSING: &[&str] = &[
    "unable to serialize access",
    "concurrent update",
    "deadlock",
    "database is locked",
    "sqlite_busy",
    "too many clients",
    "too many connections",
];

/// Words of v1.11 where TLS has to end before it.
const WANTS_TLS: &[&str] = &["unrecognizable"];

/// Words of a Hydra whose database is empty.
const NO_TABLES: &[&str] = &["locate the table"];

/// The reason that a server gives.
#[derive(Debug, Clone, Default)]
pub struct Reason {
    shown: Box<str>,
    meaning: Option<Meaning>,
}

/// What is told from the words of a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// With a 500: it is the request's fault, which stays.
    Lasting,
    /// With a 400: another request was in the way.
    Passing,
    /// TLS has to end before the server.
    WantsTls,
    /// The database has no tables.
    NoTables,
}

impl Reason {
    /// The reason in an answer's body, `masked` before it is shown.
    pub(crate) fn of_body(body: &[u8], mask: impl Fn(&str) -> String) -> Self {
        Self::new(&text_of(body), mask)
    }

    /// What is told from the words is told from all of them, hidden or not.
    fn new(text: &str, mask: impl Fn(&str) -> String) -> Self {
        let shown = mask(text);
        Self {
            shown: shown.trim().chars().take(MAX_REASON).collect(),
            meaning: meaning(&text.to_lowercase()),
        }
    }

    /// What to show of it; may be empty.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether it means that.
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

/// Hydra's reason in the several shapes its versions give it.
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
    // The two sentences that every refused client starts with say nothing (RFC 7591, 3.2.2).
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
