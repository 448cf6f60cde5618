//! What was sent and must not be shown: some servers repeat what they refuse.
//!
//! Only what is shown passes through here. What is interpreted is always what the server said, or a
//! word of its answer that happens to be a header's value would change what it means.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

use super::spelling::{forms, repeated};
use crate::client::{MASK, text_without_passwords};

/// Shorter secrets are looked for as whole words only: the rest of a text would be full of them.
const SHORT: usize = 4;

/// From this length on, a secret is not one of the words that this program says itself.
const LONG: usize = 12;

/// The most of a foreign text that is shown, in bytes.
const MOST: usize = 4096;

/// Knows what must not be shown, in every spelling, and takes it out of texts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Redactor {
    /// What lets requests of a connection in.
    credentials: Arc<[SecretString]>,
    /// What a single request holds.
    own: Vec<SecretString>,
}

impl Redactor {
    /// Of these secrets.
    pub(crate) fn of_secrets(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        let is_some = |secret: &SecretString| !secret.expose_secret().is_empty();
        Self {
            credentials: secrets.into_iter().filter(is_some).collect(),
            own: Vec::new(),
        }
    }

    /// The same, and one more.
    pub(crate) fn and(mut self, secret: SecretString) -> Self {
        self.own.push(secret);
        self
    }

    /// A foreign text as it may be shown: without any of them, without passwords of addresses, and
    /// not longer than anybody reads.
    pub(crate) fn mask(&self, text: &str) -> String {
        text_without_passwords(&self.masked(text, 1)).into_owned()
    }

    /// A sentence about a failure, without any of them. The words are our own for the most part, and
    /// a password that is one of them would take it out: what is foreign in them was masked before,
    /// and this is for what somebody forgot.
    pub(crate) fn guard(&self, text: &str) -> String {
        self.masked(text, LONG)
    }

    /// `text` without those of at least so many characters.
    fn masked(&self, text: &str, least: usize) -> String {
        let secrets = self.credentials.iter().chain(&self.own);
        let secrets = secrets.map(|secret| secret.expose_secret());
        let wanted: Vec<_> = secrets
            .filter(|secret| !secret.is_empty() && secret.chars().count() >= least)
            .flat_map(forms)
            .collect();
        let mut shown = String::new();
        let mut rest = text;
        while let Some(char) = rest.chars().next() {
            if shown.len() >= MOST {
                return cut(shown);
            }
            let before = text[..text.len() - rest.len()].chars().next_back();
            let lengths = wanted.iter().filter_map(|secret| {
                let length = repeated(secret, rest)?;
                let after = rest[length..].chars().next();
                let is_in_word = [before, after]
                    .into_iter()
                    .flatten()
                    .any(char::is_alphanumeric);
                (!is_in_word || !is_short(secret.expose_secret())).then_some(length)
            });
            match lengths.max() {
                Some(length) => {
                    shown.push_str(MASK);
                    rest = &rest[length..];
                }
                None => {
                    shown.push(char);
                    rest = &rest[char.len_utf8()..];
                }
            }
        }
        shown
    }
}

/// A text that was cut, without its last word: it may be half a secret.
fn cut(text: String) -> String {
    let end = text.rfind(char::is_whitespace).unwrap_or(0);
    format!("{}…", &text[..end])
}

/// Whether a text is too short to be looked for within words.
pub(crate) fn is_short(text: &str) -> bool {
    text.chars().count() < SHORT
}

#[cfg(test)]
mod tests {
    use super::{MOST, Redactor};

    fn masked(text: &str, secret: &str) -> String {
        Redactor::default().and(secret.into()).mask(text)
    }

    #[test]
    fn a_secret_is_masked_and_what_is_repeated_of_it() {
        for (text, secret, shown) in [
            ("bad 0123456789, really", "0123456789", "bad ***, really"),
            ("01234567 and 0123456789x", "0123456789", "*** and ***x"),
            ("a ü0123456é7 b", "ü0123456é789", "a *** b"),
            ("word xword", "word", "*** x***"),
            ("0123456", "0123456789", "0123456"),
            ("nothing", "", "nothing"),
        ] {
            assert_eq!(masked(text, secret), shown);
        }
    }

    #[test]
    fn a_short_secret_is_masked_where_it_stands_alone() {
        for (text, secret, shown) in [
            ("short pw, pw", "pw", "short ***, ***"),
            ("a bad `a` aa a", "a", "*** bad `***` aa ***"),
            ("pwd", "pw", "pwd"),
        ] {
            assert_eq!(masked(text, secret), shown);
        }
    }

    #[test]
    fn of_a_long_text_only_the_start_is_read() {
        let text = format!("{} hunter2!", "x ".repeat(32 << 20));
        let shown = masked(&text, "hunter2!");
        assert!(
            shown.len() < 2 * MOST && shown.ends_with('…'),
            "{}",
            shown.len()
        );
        let text = format!("{}hunter2", "x".repeat(MOST - 3));
        assert!(!masked(&text, "hunter2!").contains("hun"));
    }
}
