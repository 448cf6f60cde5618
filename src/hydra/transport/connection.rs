//! The connection to Hydra: TCP, TLS or a unix socket, with the user's certificates and headers.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::{Authorities, ClientCertificate, Endpoint, Proxy, Tokens};
use crate::error::{Error, Result};
use crate::redact::{Redactor, is_short};

/// How to connect: everything that the connection flags resolve to.
#[derive(Debug)]
pub(crate) struct Connection {
    pub endpoint: Endpoint,
    /// A bearer token (RFC 6750, section 2.1). It overrides the endpoint's user and password.
    pub access_token: Option<SecretString>,
    /// Fetches bearer tokens instead.
    pub tokens: Option<Arc<Tokens>>,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub proxy: Option<Proxy>,
    /// The certificate authorities to trust instead of the system's.
    pub authorities: Option<Authorities>,
    pub client_certificate: Option<ClientCertificate>,
    pub skip_tls_verify: bool,
    /// Tell Hydra that a proxy terminates TLS: `X-Forwarded-Proto: https`.
    pub fake_tls_termination: bool,
    pub request_timeout: Duration,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

impl Connection {
    pub(crate) fn plain(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            access_token: None,
            tokens: None,
            headers: Vec::new(),
            proxy: None,
            authorities: None,
            client_certificate: None,
            skip_tls_verify: false,
            fake_tls_termination: false,
            request_timeout: Duration::from_secs(30),
        }
    }

    /// Whether the connection uses TLS, to Hydra or to the proxy.
    pub(crate) fn speaks_tls(&self) -> bool {
        self.endpoint.speaks_tls() || self.proxy.as_ref().is_some_and(Proxy::speaks_tls)
    }

    /// The HTTP client for this connection: HTTP/1.1, no redirects.
    pub(crate) fn client(&self) -> Result<reqwest::Client> {
        let mut builder = self.trust(self.builder()?);
        if let Some(ClientCertificate(identity)) = &self.client_certificate {
            builder = builder.identity(identity.clone());
        }
        builder.build().map_err(|error| {
            let error = error.without_url();
            Error::usage("the connection's settings do not fit together").because(error)
        })
    }

    /// A client that shows the server's certificate, whatever it is. It has no credentials, and must
    /// not get any.
    pub(super) fn unchecked_client(&self) -> Option<reqwest::Client> {
        let builder = self.builder().ok()?.tls_info(true).tls_certs_only([]);
        builder.tls_danger_accept_invalid_certs(true).build().ok()
    }

    /// What all clients of this connection have in common.
    fn builder(&self) -> Result<reqwest::ClientBuilder> {
        // Fails only if a provider is already installed, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT.min(self.request_timeout))
            .timeout(self.request_timeout)
            .user_agent(concat!("hydra-gitops/", env!("CARGO_PKG_VERSION")))
            // Ignore the environment here: we read the proxy variables ourselves.
            .no_proxy();
        if let Some(socket) = self.endpoint.socket() {
            builder = builder.unix_socket(socket);
        }
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.to_reqwest()?);
        }
        Ok(builder)
    }

    /// Which certificates to trust. The system's store is opened only if it is needed: without one,
    /// `http://` and sockets still work.
    fn trust(&self, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        match &self.authorities {
            _ if self.skip_tls_verify => builder
                .tls_certs_only([])
                .tls_danger_accept_invalid_certs(true),
            Some(Authorities(certificates)) => builder.tls_certs_only(certificates.clone()),
            None if self.speaks_tls() => builder,
            None => builder.tls_certs_only([]),
        }
    }

    /// The headers of each request. The library's default headers would keep only the first of
    /// several with the same name.
    pub(crate) fn headers(&self) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        if let Some(value) = self.authorization()? {
            headers.insert(AUTHORIZATION, value);
        }
        if self.fake_tls_termination {
            headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
        }
        for (name, value) in &self.headers {
            headers.append(name.clone(), value.clone());
        }
        Ok(headers)
    }

    fn authorization(&self) -> Result<Option<HeaderValue>> {
        if self.tokens.is_some() {
            // Each request gets the current one.
            return Ok(None);
        }
        let text = if let Some(token) = &self.access_token {
            Zeroizing::new(format!("Bearer {}", token.expose_secret()))
        } else if let Some((user, password)) = self.endpoint.credentials() {
            let pair = Zeroizing::new(format!("{user}:{}", password.expose_secret()));
            Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
        } else {
            return Ok(None);
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            Error::usage("the access token has characters that no HTTP header can hold")
                .hint("check it for line breaks and blanks")
        })?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

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
