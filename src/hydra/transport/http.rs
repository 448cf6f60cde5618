//! One request, one response: size limits, no redirects, and each error names its request.
//!
//! There are only two methods here, `GET` and `POST`: this crate cannot change or delete an
//! existing client.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use super::classify::{classify, wants_password, wants_tls};
use super::{Connection, Endpoint, Proxy, Tokens};
use crate::error::Result;
use crate::hydra::{Cause, Failure};
use crate::redact::Redactor;
use crate::wiped;

/// The longest response that is read, in bytes. The largest page holds 1,000 clients, which leaves
/// 64 KiB for each.
const MAX_ANSWER: usize = 64 << 20;

#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: Client,
    headers: HeaderMap,
    tokens: Option<Arc<Tokens>>,
    pub(crate) time_out: Duration,
    redactor: Redactor,
    endpoint: Endpoint,
    proxy: Option<Proxy>,
}

impl Http {
    /// Prepares the connection. Nothing is sent yet. Fails with wrong usage (exit 64) if
    /// certificates or headers are invalid.
    pub(crate) fn new(connection: &Connection) -> Result<Self> {
        let headers = connection.headers()?;
        let (endpoint, proxy) = (&connection.endpoint, connection.proxy.as_ref());
        Ok(Self {
            client: connection.client()?,
            redactor: Redactor::of_connection(&headers, endpoint, proxy),
            headers,
            tokens: connection.tokens.clone(),
            time_out: connection.request_timeout,
            endpoint: connection.endpoint.clone(),
            proxy: connection.proxy.clone(),
        })
    }

    /// Waits for each answer no longer than `limit`, if there is one.
    pub(crate) fn patient_for(mut self, limit: Option<Duration>) -> Self {
        self.time_out = limit.map_or(self.time_out, |limit| limit.min(self.time_out));
        self
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(crate) async fn get(&self, url: Url) -> Result<Answer, Failure> {
        let request = self.name("GET", &url);
        let send = || {
            let builder = self.client.get(url.clone()).headers(self.headers.clone());
            self.authorized(builder, request.clone(), self.redactor.clone())
        };
        let answer = send().await?;
        match answer.has_stale_token {
            true => send().await,
            false => Ok(answer),
        }
    }

    /// Fetches a token, if one is needed and there is none.
    pub(crate) async fn fetch_token(&self) -> Result<(), Failure> {
        if let Some(tokens) = &self.tokens {
            tokens
                .current(&self.name("GET", self.endpoint.base()))
                .await?;
        }
        Ok(())
    }

    /// Posts JSON. `secrets`, which are in the body, are masked in everything shown of the response.
    /// It is sent once: whoever sent it knows what to look for before it may be sent again, also
    /// where its token was stale.
    pub(crate) async fn post(
        &self,
        url: Url,
        json: Bytes,
        secrets: &[SecretString],
    ) -> Result<Answer, Failure> {
        let request = self.name("POST", &url);
        let builder = self.client.post(url).headers(self.headers.clone());
        let builder = builder.header(CONTENT_TYPE, "application/json").body(json);
        let redactor = self.redactor_with(secrets);
        self.authorized(builder, request, redactor).await
    }

    /// Posts a form, with basic authentication if user and password are given (RFC 7617). `secret`
    /// is in one of them, and is masked like in [`Self::post`].
    pub(crate) async fn post_form(
        &self,
        url: Url,
        form: Bytes,
        basic: Option<(String, SecretString)>,
        secret: &SecretString,
    ) -> Result<Answer, Failure> {
        let request = self.name("POST", &url);
        let mut headers = self.headers.clone();
        if basic.is_some() {
            headers.remove(AUTHORIZATION);
        }
        let form_type = "application/x-www-form-urlencoded";
        let builder = self.client.post(url).headers(headers).body(form);
        let mut builder = builder.header(CONTENT_TYPE, form_type);
        if let Some((user, password)) = basic {
            builder = builder.basic_auth(user, Some(password.expose_secret()));
        }
        let redactor = self.redactor_with(std::slice::from_ref(secret));
        self.send(builder, request, redactor).await
    }

    fn redactor_with(&self, secrets: &[SecretString]) -> Redactor {
        let secrets = secrets.iter().cloned();
        secrets.fold(self.redactor.clone(), Redactor::and)
    }

    /// Names the request in messages. For a socket, its path replaces the stand-in host.
    fn name(&self, method: &str, url: &Url) -> String {
        match self.endpoint.socket() {
            Some(_) => {
                let path = &url[url::Position::BeforePath..];
                format!("{method} {}{path}", self.endpoint)
            }
            // Over plain HTTP, the response may come from the proxy itself.
            None => match self.proxy.as_ref().filter(|_| !self.endpoint.speaks_tls()) {
                Some(proxy) => format!("{method} {url} through {}", proxy.address()),
                None => format!("{method} {url}"),
            },
        }
    }

    /// Sends a request with the current token, where tokens are fetched.
    async fn authorized(
        &self,
        builder: RequestBuilder,
        request: String,
        redactor: Redactor,
    ) -> Result<Answer, Failure> {
        let Some(tokens) = &self.tokens else {
            return self.send(builder, request, redactor).await;
        };
        let token = tokens.current(&request).await?;
        let builder = builder.header(AUTHORIZATION, token.header.clone());
        let redactor = token.secrets().fold(redactor, Redactor::and);
        let mut answer = self.send(builder, request, redactor).await?;
        answer.has_stale_token = tokens.is_stale(&token, answer.status).await;
        answer.advice = (answer.status == 401).then(|| tokens.advice());
        Ok(answer)
    }

    /// Sends a request and reads the whole response. Errors never contain a secret.
    async fn send(
        &self,
        builder: RequestBuilder,
        request: String,
        redactor: Redactor,
    ) -> Result<Answer, Failure> {
        let answer = self.exchange(builder, request, &redactor).await;
        answer.map_err(|failure| failure.masked(|text| redactor.guard(text)))
    }

    async fn exchange(
        &self,
        builder: RequestBuilder,
        request: String,
        redactor: &Redactor,
    ) -> Result<Answer, Failure> {
        let broken = |error| classify(error, request.clone(), &self.endpoint, self.proxy.as_ref());
        tracing::debug!(%request, "send");
        let sent = builder.timeout(self.time_out).send();
        let mut response = sent.await.map_err(broken)?;
        if response.status().is_redirection() {
            return Err(redirect(&response, request, redactor));
        }
        // From here on the status is known, whatever happens to the body.
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = read(&mut response, broken, || {
            let limit = MAX_ANSWER >> 20;
            let cause = Cause::Foreign(format!("the answer is longer than {limit} MiB"));
            Failure::new(request.clone(), cause)
        });
        let body = body.await?;
        if let (407, Some(proxy)) = (status, &self.proxy) {
            return Err(wants_password(proxy, request));
        }
        if status == 400 && !self.endpoint.speaks_tls() && wants_tls(&body) {
            let cause = Cause::Foreign("the server there speaks TLS".to_owned());
            return Err(Failure::new(request, cause)
                .advise("write `https://` instead of `http://` in `--endpoint`"));
        }
        tracing::debug!(%request, status, bytes = body.len(), "answer");
        Ok(Answer {
            status,
            headers,
            body,
            request,
            redactor: redactor.clone(),
            has_stale_token: false,
            advice: None,
        })
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) request: String,
    /// Masks the secrets of the request in everything that is shown of the response.
    pub(crate) redactor: Redactor,
    /// Whether the request was refused because of its token, and the next one has another.
    has_stale_token: bool,
    /// What to do if this is a failure, where more is known than the status.
    advice: Option<&'static str>,
}

impl Answer {
    /// A failure of the request that this response answers.
    pub(crate) fn failure(&self, cause: Cause) -> Failure {
        let failure = Failure::new(self.request.clone(), cause).advise(self.advice);
        let failure = failure.masked(|text| self.redactor.guard(text));
        match self.has_stale_token {
            true => failure.because_of_its_token(),
            false => failure,
        }
    }

    /// The server's clock (`Date`, RFC 9110, section 6.6.1), truncated to a second.
    pub(crate) fn date(&self) -> Option<Timestamp> {
        http_date(self.headers.get(DATE)?.to_str().ok()?)
    }

    /// `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3).
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        let wait = http_date(text)?.duration_since(crate::now::now());
        Some(Duration::try_from(wait).unwrap_or_default())
    }

    pub(crate) fn parse<'a, T: Deserialize<'a>>(&'a self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.body)
    }

    pub(crate) fn shown(&self, text: &str) -> String {
        self.redactor.mask(text)
    }
}

/// Parses an HTTP date (RFC 9110, section 5.6.7).
fn http_date(text: &str) -> Option<Timestamp> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new();
    parser.parse_timestamp(text).ok()
}

async fn read(
    response: &mut Response,
    broken: impl Fn(reqwest::Error) -> Failure,
    too_long: impl Fn() -> Failure,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let declared = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
    if declared > MAX_ANSWER {
        return Err(too_long());
    }
    let mut body = Zeroizing::new(Vec::with_capacity(declared));
    while let Some(chunk) = response.chunk().await.map_err(&broken)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(too_long());
        }
        wiped::extend(&mut body, &chunk, MAX_ANSWER);
    }
    Ok(body)
}

/// A redirect, which is never followed: shows the target, without secrets in its path.
fn redirect(response: &Response, request: String, redactor: &Redactor) -> Failure {
    let location = response.headers().get(LOCATION);
    let location = location.and_then(|value| value.to_str().ok());
    let to = location.and_then(|value| Url::parse(value).ok());
    let host = to.as_ref().and_then(Url::host_str);
    let shown = host.map(|host| format!(" to `{}`", redactor.mask(host)));
    let (status, shown) = (response.status().as_u16(), shown.unwrap_or_default());
    let what = format!("the answer is a redirect (HTTP {status}){shown}, which is not followed");
    let is_upgrade = to.as_ref().is_some_and(|to| {
        to.scheme() == "https"
            && response.url().scheme() == "http"
            && host == response.url().host_str()
    });
    Failure::new(request, Cause::Redirect(what)).advise(is_upgrade.then_some(
        "the server requires TLS: write `https://` instead of `http://` in `--endpoint`, and give the TLS port if it is a different one",
    ))
}
