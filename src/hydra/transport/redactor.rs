//! The secrets that a connection to Hydra sends, and that must not be shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::{Endpoint, Proxy};
pub(crate) use crate::redact::Redactor;
use crate::redact::is_short;

impl Redactor {
    /// Collects the credentials of a connection: those in its headers, user and password, and those
    /// for the proxy.
    ///
    /// A short value of any header other than `Authorization` is not a credential but a tenant's
    /// name or a switch, and may be shown.
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
}

/// The credentials in a header's value: each word of it (for `Authorization`, the words after the
/// scheme, such as `Bearer`), a password inside a word, and the value of a `name=value` pair, as in
/// cookies.
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::Redactor;
    use crate::hydra::{Endpoint, Proxy};
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

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
}
