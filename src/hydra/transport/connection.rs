//! The connection to Hydra: TCP, TLS or a unix socket, with the user's certificates and headers.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::{Authorities, ClientCertificate, Endpoint, Proxy};
use crate::error::{Error, Result};

/// How to connect: everything that the connection flags resolve to.
#[derive(Debug)]
pub(crate) struct Connection {
    pub endpoint: Endpoint,
    /// A bearer token (RFC 6750, section 2.1). It overrides the endpoint's user and password.
    pub access_token: Option<SecretString>,
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
            builder = builder.unix_socket(socket.clone());
        }
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.to_reqwest()?);
        }
        builder = self.trust(builder);
        if let Some(ClientCertificate(identity)) = &self.client_certificate {
            builder = builder.identity(identity.clone());
        }
        builder.build().map_err(|error| {
            let error = error.without_url();
            Error::usage("the connection's settings do not fit together").because(error)
        })
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
