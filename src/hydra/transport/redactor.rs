//! What was sent and must not be shown: some servers repeat what they refuse.
//!
//! Only what is shown passes through here. What is interpreted is always what the server said, or a
//! word of its answer that happens to be a header's value would change what it means.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::spelling::{forms, repeated};
use super::{Endpoint, Proxy};
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
    /// Of what lets requests with these headers in, the password behind one of them, and what the
    /// proxy on the way is given.
    ///
    /// A short value of any header but `Authorization` is no credential but the name of a tenant or
    /// a switch, and may be shown.
    pub(crate) fn of_connection(
        headers: &HeaderMap,
        endpoint: &Endpoint,
        proxy: Option<&Proxy>,
    ) -> Self {
        let sensitive = headers.iter().filter(|(_, value)| value.is_sensitive());
        let mut found: Vec<SecretString> = sensitive
            .flat_map(|(name, value)| credentials(name, value.to_str().unwrap_or_default()))
            .collect();
        found.extend(endpoint.credentials().into_iter().flat_map(of_pair));
        let through = proxy.and_then(Proxy::credentials);
        found.extend(through.iter().flat_map(of_pair));
        Self::of_secrets(found)
    }

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

/// What lets in, of a header's value: its words, of `Authorization` those behind the scheme, such as
/// `Bearer`; the password in one of them, and what follows a name, as in cookies.
fn credentials(name: &HeaderName, value: &str) -> Vec<SecretString> {
    let is_authorization = *name == AUTHORIZATION;
    let has_scheme = is_authorization && value.split_whitespace().nth(1).is_some();
    let mut found = Vec::new();
    for word in value.split_whitespace().skip(usize::from(has_scheme)) {
        if !is_authorization && is_short(word) {
            continue;
        }
        found.push(SecretString::from(word));
        let named = word.trim_end_matches([';', ',']).split_once('=');
        let named = named.map(|(_, value)| value.trim_matches('"'));
        found.extend(
            named
                .filter(|value| !is_short(value))
                .map(SecretString::from),
        );
        let decoded = STANDARD.decode(word).ok().filter(|_| is_authorization);
        let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some((user, password)) = decoded
            .map(Zeroizing::new)
            .as_ref()
            .and_then(|pair| pair.split_once(':'))
        {
            found.extend(of_pair(&(user.to_owned(), SecretString::from(password))));
        }
    }
    found
}

/// The password, and the pair as basic authentication encodes it (RFC 7617). A user without a
/// password is a token.
fn of_pair((user, password): &(String, SecretString)) -> Vec<SecretString> {
    let password = password.expose_secret();
    let secret = if password.is_empty() { user } else { password };
    let pair = format!("{user}:{password}");
    let encoded = STANDARD.encode(&pair);
    [secret.to_owned(), encoded, pair]
        .map(SecretString::from)
        .to_vec()
}

fn is_short(text: &str) -> bool {
    text.chars().count() < SHORT
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{MOST, Redactor};
    use crate::hydra::{Endpoint, Proxy};
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

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
    fn every_word_that_may_let_in_is_hidden() {
        let shown = |endpoint: &str, name: &'static str, value: &'static str, text: &str| {
            let mut value = HeaderValue::from_static(value);
            value.set_sensitive(true);
            let headers = HeaderMap::from_iter([(HeaderName::from_static(name), value)]);
            Redactor::of_connection(&headers, &Endpoint::parse(endpoint).unwrap(), None).mask(text)
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

    #[test]
    fn what_a_proxy_is_given_is_hidden_like_the_rest() {
        let endpoint = Endpoint::parse("http://u:hunter1@h").unwrap();
        let get = |name: &str| (name == "HTTP_PROXY").then(|| "http://me:hunter%2F2@p".to_owned());
        let proxy = Proxy::from_environment(&endpoint, get).unwrap();
        let redactor = Redactor::of_connection(&HeaderMap::new(), &endpoint, proxy.as_ref());
        assert_eq!(
            redactor.mask("hunter1 hunter/2 hunter%2f2 hunter&#x2f;2 bWU6aHVudGVyLzI= x@y"),
            "*** *** *** *** *** x@y"
        );
        assert_eq!(redactor.mask("http://a:b@c"), "http://***@c");
    }

    #[test]
    fn of_our_own_words_only_what_is_surely_a_secret_is_taken() {
        let redactor = Redactor::of_secrets(["Hydra".into(), "0123456789-abc".into()]);
        let said = redactor.guard("not Hydra's: 0123456789-abc");
        assert_eq!(said, "not Hydra's: ***");
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
