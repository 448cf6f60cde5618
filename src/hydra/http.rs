//! One request, one answer: limits, no redirects, and every fault with the request it belongs to.
//!
//! There are two verbs here, `GET` and `POST`, and no way to send another: a client that exists can
//! be neither changed nor deleted through this crate.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;
use zeroize::Zeroizing;

use super::broken::classify;
use super::failure::{Cause, Failure};
use super::{Connection, Endpoint};
use crate::error::Result;

/// The longest answer that is read, in bytes. The largest page holds 1,000 clients; this leaves
/// each of them 64 KiB.
const MAX_ANSWER: usize = 64 << 20;

/// The longest part of a foreign reason that is shown.
const MAX_REASON: usize = 500;

/// A client for Hydra's HTTP API.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client,
    endpoint: Endpoint,
}

/// An answer, read to its end.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Zeroizing<Vec<u8>>,
    request: String,
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

impl Answer {
    /// A failure of the request this answers.
    pub(super) fn failure(&self, cause: Cause) -> Failure {
        Failure::new(self.request.clone(), cause).after_status(self.status)
    }

    /// A failure of the request this answers, whose status says nothing of what was asked.
    pub(super) fn unsettled(&self, cause: Cause) -> Failure {
        Failure::new(self.request.clone(), cause)
    }

    /// The failure that a status other than the expected one means.
    pub(super) fn refusal(&self) -> Failure {
        self.failure(Cause::Status {
            status: self.status,
            reason: reason(&self.body),
            retry_after: retry_after(&self.headers),
        })
    }

    /// The answer without a secret that was sent: some repeat what they refuse.
    pub(super) fn without(mut self, secret: &str) -> Self {
        let escaped = serde_json::Value::from(secret).to_string();
        let text = Zeroizing::new(String::from_utf8_lossy(&self.body).replace(secret, "***"));
        let text = text.replace(escaped.trim_matches('"'), "***");
        self.body = Zeroizing::new(text.into_bytes());
        self
    }

    /// Whether this is Hydra's own word that there is no such client.
    ///
    /// A wrong path and a proxy answer 404 too, some with JSON, and so does Hydra's router, with
    /// an object under `error`; only this sentence counts (measured on v1.11.10 and v2.3.0).
    pub(super) fn is_absent_client(&self) -> bool {
        #[derive(serde::Deserialize)]
        struct Absent {
            error: String,
        }
        self.status == 404
            && serde_json::from_slice::<Absent>(&self.body)
                .is_ok_and(|absent| absent.error == "Unable to locate the resource")
    }

    /// What to say of an answer that is none of Hydra's.
    pub(super) fn foreign(&self) -> Failure {
        let kind = self
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map_or_else(|| "no content type".to_owned(), |kind| format!("`{kind}`"));
        let status = self.status;
        self.failure(Cause::Foreign(format!(
            "the answer (HTTP {status}, {kind}) is not Hydra's"
        )))
    }
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

/// Hydra's reason in the several shapes its versions give it.
fn reason(body: &[u8]) -> String {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(body) else {
        return String::new();
    };
    let text = |json: &serde_json::Value, key: &str| {
        let text = json.get(key).and_then(serde_json::Value::as_str);
        text.unwrap_or_default().trim().to_owned()
    };
    let nested = json
        .get("error")
        .filter(|error| error.is_object())
        .unwrap_or(&json);
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
    // The two sentences that every refused client starts with say nothing (RFC 7591, 3.2.2).
    let telling = reason
        .split_once("Client's Metadata. ")
        .map_or(&*reason, |(_, rest)| rest);
    telling.trim().chars().take(MAX_REASON).collect()
}

/// `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()?;
    let wait = date.duration_since(jiff::Timestamp::now());
    Some(Duration::try_from(wait).unwrap_or_default())
}
