//! Redacts what we sent from text that is displayed: some servers repeat what they reject.
//!
//! Only displayed text is redacted. Code that interprets an answer always sees the original;
//! otherwise a word that happens to equal a header's value would change its meaning.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::spelling::{forms, repeated};
use crate::client::{MASK, text_without_passwords};

/// Shorter secrets are only matched as whole words, because they would match all over a text.
const SHORT: usize = 4;

/// A secret of at least this length cannot be a word in our own messages.
const LONG: usize = 12;

/// The maximum length of foreign text that is shown, in bytes.
const MOST: usize = 4096;

/// Knows the secrets and redacts them from text, in every spelling.
#[derive(Debug, Clone, Default)]
pub(crate) struct Redactor {
    /// The credentials of a connection.
    credentials: Arc<[SecretString]>,
    /// The secrets of a single request.
    own: Vec<SecretString>,
}

impl Redactor {
    pub(crate) fn of_secrets(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        let is_some = |secret: &SecretString| !secret.expose_secret().is_empty();
        Self {
            credentials: secrets.into_iter().filter(is_some).collect(),
            own: Vec::new(),
        }
    }

    pub(crate) fn and(mut self, secret: SecretString) -> Self {
        self.own.push(secret);
        self
    }

    /// Redacts foreign text for display: removes the secrets and passwords in URLs, and truncates
    /// it to a readable length.
    pub(crate) fn mask(&self, text: &str) -> String {
        text_without_passwords(&self.masked(text, 1)).into_owned()
    }

    /// Redacts an error message, as a safety net: its foreign parts should have been masked
    /// already. Most of the message is our own text, and a password that is an ordinary word would
    /// blank it out, so only long secrets are redacted.
    pub(crate) fn guard(&self, text: &str) -> String {
        self.masked(text, LONG)
    }

    /// Redacts secrets of at least `least` characters.
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

/// Drops the last word of a truncated text, because it may be half a secret.
fn cut(text: String) -> String {
    let end = text.rfind(char::is_whitespace).unwrap_or(0);
    format!("{}…", &text[..end])
}

/// Whether a text is too short to be matched within words.
pub(crate) fn is_short(text: &str) -> bool {
    text.chars().count() < SHORT
}

/// Removes user and password from the URL and returns them percent-decoded.
pub(crate) fn take_credentials(url: &mut Url) -> Option<(String, SecretString)> {
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let user = decode(url.username());
    let password = url.password().map(decode);
    if user.is_empty() && password.is_none() {
        return None;
    }
    // Both fail only for URLs without a host, which were rejected earlier.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Some((user, SecretString::from(password.unwrap_or_default())))
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
