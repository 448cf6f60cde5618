//! What was sent and must not be shown: some servers repeat what they refuse.
//!
//! Only what is shown passes through here. What is interpreted is always what the server said, or a
//! word of its answer that happens to be a header's value would change what it means.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName};
use secrecy::{ExposeSecret as _, SecretString};

use super::Endpoint;

/// So few characters of a secret are not looked for, unless it has no more.
const FEW: usize = 8;

/// Shorter ones are looked for as whole words only: the rest of a text would be full of them.
const SHORT: usize = 4;

/// Texts that are not shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Hidden(Vec<SecretString>);

impl Hidden {
    /// What lets requests with these headers in, and the password behind one of them.
    ///
    /// A short value of any header but `Authorization` is no credential but the name of a tenant or
    /// a switch, and may be shown.
    pub(super) fn new(headers: &HeaderMap, endpoint: &Endpoint) -> Self {
        let sensitive = headers.iter().filter(|(_, value)| value.is_sensitive());
        let words = sensitive.flat_map(|(name, value)| {
            let words = credentials(name, value.to_str().unwrap_or_default());
            words.filter(move |word| name == AUTHORIZATION || !is_short(word))
        });
        let password = endpoint.credentials();
        let password = password.map(|(_, password)| password.expose_secret());
        Self(words.chain(password).map(SecretString::from).collect())
    }

    /// The same, and one more.
    pub(super) fn and(mut self, secret: SecretString) -> Self {
        self.0.push(secret);
        self
    }

    /// `text` without any of them, as they are or as JSON writes them.
    pub(super) fn mask(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| {
            let secret = secret.expose_secret();
            let escaped = SecretString::from(serde_json::Value::from(secret).to_string());
            let escaped = escaped.expose_secret();
            let escaped = escaped.get(1..escaped.len() - 1).unwrap_or_default();
            masked(&masked(&text, secret), escaped)
        })
    }
}

/// The words of a header's value; of `Authorization` those behind the scheme, such as `Bearer`.
fn credentials<'v>(name: &HeaderName, value: &'v str) -> impl Iterator<Item = &'v str> {
    let has_scheme = name == AUTHORIZATION && value.split_whitespace().nth(1).is_some();
    value.split_whitespace().skip(usize::from(has_scheme))
}

fn is_short(text: &str) -> bool {
    text.chars().count() < SHORT
}

/// `text` without the secret, and without what of it is repeated from its start, if that is more
/// than a few characters.
fn masked(text: &str, secret: &str) -> String {
    let head: String = secret.chars().take(FEW).collect();
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(&*head).filter(|_| !head.is_empty()) {
        masked.push_str(before);
        let in_word =
            masked.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric);
        let shows = is_short(secret) && in_word;
        masked.push_str(if shows { secret } else { "***" });
        let more = secret.chars().skip(FEW).zip(after.chars());
        let same = more.take_while(|(secret, text)| secret == text);
        let length = same.map(|(_, text)| text.len_utf8()).sum();
        rest = after.get(length..).unwrap_or_default();
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{Hidden, masked};
    use crate::hydra::Endpoint;
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

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
    fn every_word_that_may_let_in_is_hidden() {
        let shown = |endpoint: &str, name: &'static str, value: &'static str, text: &str| {
            let mut value = HeaderValue::from_static(value);
            value.set_sensitive(true);
            let headers = HeaderMap::from_iter([(HeaderName::from_static(name), value)]);
            Hidden::new(&headers, &Endpoint::parse(endpoint).unwrap()).mask(text)
        };
        for (endpoint, name, value, text, expected) in [
            (
                "http://h",
                "authorization",
                "Bearer t0k",
                "Bearer t0k",
                "Bearer ***",
            ),
            ("http://h", "authorization", "t0k", "no t0k", "no ***"),
            (
                "http://h",
                "cookie",
                "a=secret; b=hidden",
                "a=secret; b=hidden",
                "*** ***",
            ),
            ("http://h", "x-tenant", "a", "not a tenant", "not a tenant"),
            (
                "http://u:pw@h",
                "x-key",
                "quo\"te",
                "\"quo\\\"te\" pw",
                "\"***\" ***",
            ),
        ] {
            assert_eq!(shown(endpoint, name, value, text), expected);
        }
    }
}
