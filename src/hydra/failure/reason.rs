//! The reason a server gives for refusing a request: what it means, and how much of it is shown.

/// At most this many characters of a server's reason are shown.
const MAX_REASON: usize = 500;

/// What substrings of a reason mean, in lower case.
const MEANINGS: &[(Meaning, &[&str])] = &[
    (
        Meaning::Lasting,
        &[
            "unmarshal",
            "invalid character",
            "cannot decode",
            // PostgreSQL cannot store a value: class 22 of its error codes (appendix A).
            "sqlstate 22",
            "invalid byte sequence",
            "value too long",
        ],
    ),
    (
        Meaning::Passing,
        &[
            "unable to serialize access",
            "concurrent update",
            "deadlock",
            "database is locked",
            "sqlite_busy",
            "too many clients",
            "too many connections",
        ],
    ),
    (Meaning::WantsTls, &["unrecognizable"]),
    (Meaning::NoTables, &["locate the table"]),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// With a 500: the request is at fault, and retrying cannot help.
    Lasting,
    /// With a 400: a conflict with another request in the database.
    Passing,
    /// v1.11 expects a proxy to terminate TLS.
    WantsTls,
    /// The database has no tables.
    NoTables,
}

/// The reason a server gives.
#[derive(Debug, Clone, Default)]
pub struct Reason {
    shown: Box<str>,
    meaning: Option<Meaning>,
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
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    pub(super) fn means(&self, meaning: Meaning) -> bool {
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
    let found = MEANINGS.iter().find(|(_, words)| says(words));
    found.map(|(meaning, _)| *meaning)
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
    let nested = json.get("error").filter(|error| error.is_object());
    let nested = nested.unwrap_or(&json);
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
