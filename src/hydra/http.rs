//! One request, one answer: limits, no redirects, and every fault with the request it belongs to.
//!
//! There are two verbs here, `GET` and `POST`, and no way to send another: a client that exists can
//! be neither changed nor deleted through this crate.

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Client, RequestBuilder, Response};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;
use zeroize::Zeroizing;

use super::answer::Answer;
use super::broken::classify;
use super::failure::{Cause, Failure};
use super::{Connection, Endpoint};
use crate::error::Result;

/// The longest answer that is read, in bytes. The largest page holds 1,000 clients; this leaves
/// each of them 64 KiB.
const MAX_ANSWER: usize = 64 << 20;

/// A client for Hydra's HTTP API.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client,
    endpoint: Endpoint,
}

impl Http {
    /// Prepares the connection; nothing is sent yet.
    ///
    /// # Errors
    /// Wrong usage (exit 64): certificates or headers that cannot be used.
    pub fn new(connection: &Connection) -> Result<Self> {
        Ok(Self {
            client: connection.client()?,
            endpoint: connection.endpoint.clone(),
        })
    }

    /// The address this speaks to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(super) async fn get(&self, url: Url) -> Result<Answer, Failure> {
        let request = self.name("GET", &url);
        read(self.client.get(url), request).await
    }

    pub(super) async fn post(&self, url: Url, json: Bytes) -> Result<Answer, Failure> {
        let request = self.name("POST", &url);
        let builder = self.client.post(url);
        let builder = builder.header(CONTENT_TYPE, "application/json").body(json);
        read(builder, request).await
    }

    /// Posts a form, with user and password where they are given (RFC 7617).
    pub(super) async fn post_form(
        &self,
        url: Url,
        form: Bytes,
        basic: Option<(String, SecretString)>,
    ) -> Result<Answer, Failure> {
        let request = self.name("POST", &url);
        let mut builder = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        if let Some((user, password)) = basic {
            builder = builder.basic_auth(user, Some(password.expose_secret()));
        }
        read(builder, request).await
    }

    /// The request in words, with the socket in place of its stand-in host.
    fn name(&self, method: &str, url: &Url) -> String {
        match self.endpoint.socket() {
            Some(_) => format!(
                "{method} {}{}",
                self.endpoint,
                &url[url::Position::BeforePath..]
            ),
            None => format!("{method} {url}"),
        }
    }
}

async fn read(builder: RequestBuilder, request: String) -> Result<Answer, Failure> {
    let fail = |cause| Failure::new(request.clone(), cause);
    tracing::debug!(%request, "send");
    let mut response = builder
        .send()
        .await
        .map_err(|error| fail(classify(error)))?;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    if response.status().is_redirection() {
        return Err(fail(Cause::Redirect(redirect(&response))));
    }
    // From here on the answer's status is known, whatever becomes of the rest.
    let fail = |cause| fail(cause).after_status(status);
    let too_long = || {
        let limit = MAX_ANSWER >> 20;
        fail(Cause::Foreign(format!(
            "the answer is longer than {limit} MiB"
        )))
    };
    let declared = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
    if declared > MAX_ANSWER {
        return Err(too_long());
    }
    let mut body = Zeroizing::new(Vec::with_capacity(declared));
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| fail(classify(error)))?
    {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    tracing::debug!(%request, status, bytes = body.len(), "answer");
    Ok(Answer {
        status,
        headers,
        body,
        request,
    })
}

fn redirect(response: &Response) -> String {
    let to = response
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| Url::parse(value).ok())
        .and_then(|url| url.host_str().map(str::to_owned));
    let status = response.status().as_u16();
    match to {
        Some(host) => {
            format!("the answer is a redirect (HTTP {status}) to `{host}`, which is not followed")
        }
        None => format!("the answer is a redirect (HTTP {status}), which is not followed"),
    }
}
