//! Verifies at the public endpoint that a secret belongs to a client, without changing anything.
//!
//! Source: RFC 7009, section 2.1: the revocation endpoint authenticates the client first. For a
//! token that was never issued, it answers 200 to the right secret and 401 to any other (measured
//! on v1.11.10, v2.1.2, v2.3.0 and v26.2.0).

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

use crate::client::ClientId;
use crate::hydra::failure::{Cause, Failure, RetryPolicy};
use crate::hydra::transport::Http;

/// The pauses before each retry of a verification. A busy server that fails once must not leave a
/// secret unconfirmed, and a server that is down must not delay each client for long.
const PAUSES: &[Duration] = &[Duration::from_millis(200), Duration::from_secs(1)];

/// What the public endpoint says about a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The secret is the client's.
    Right,
    /// The secret is not the client's.
    Wrong,
    /// Unknown: no public endpoint is configured, or it did not answer.
    Unknown,
}

/// Verifies secrets.
pub trait Prove {
    /// Whether `secret` belongs to the client, which authenticates with `method`
    /// (`token_endpoint_auth_method`).
    fn prove(
        &self,
        id: &ClientId,
        secret: &SecretString,
        method: &str,
    ) -> impl Future<Output = Proof>;
}

#[derive(Debug, Clone)]
pub(crate) struct Prover {
    public: Option<Http>,
}

impl Prover {
    pub(crate) fn new(public: Option<Http>) -> Self {
        Self { public }
    }

    /// Whether the public endpoint accepts `secret` for the client, which authenticates with
    /// `method`. `None` if the client authenticates without a secret, or if no endpoint is
    /// configured. Fails when the retry policy gave up without a certain answer, or when the
    /// endpoint accepts any secret.
    pub(crate) async fn accepts(
        &self,
        id: &ClientId,
        secret: &SecretString,
        method: &str,
        retry_policy: &RetryPolicy,
    ) -> Result<Option<bool>, Failure> {
        let Some(trial) = self.trial(id, method) else {
            return Ok(None);
        };
        let mut waiting = retry_policy.begin();
        loop {
            match trial.proves(secret).await {
                Ok(accepted) => return Ok(Some(accepted)),
                Err(failure) => waiting.pause(failure).await.map_err(|failure| {
                    failure.advise("check that `--public-url` (`HYDRA_PUBLIC_URL`) is the base address of Hydra's public API")
                })?,
            }
        }
    }

    /// For clients with any other method, the endpoint answers 401 to every secret (measured).
    fn trial<'a>(&'a self, id: &'a ClientId, method: &'a str) -> Option<Trial<'a>> {
        let by_secret = matches!(method, "client_secret_basic" | "client_secret_post");
        let http = self.public.as_ref().filter(|_| by_secret)?;
        Some(Trial { http, id, method })
    }
}

impl Prove for Prover {
    async fn prove(&self, id: &ClientId, secret: &SecretString, method: &str) -> Proof {
        let Some(trial) = self.trial(id, method) else {
            return Proof::Unknown;
        };
        let mut pauses = PAUSES.iter();
        loop {
            match trial.proves(secret).await {
                Ok(true) => return Proof::Right,
                Ok(false) => return Proof::Wrong,
                Err(failure) => {
                    tracing::debug!(client_id = ?id.as_str(), failure = ?failure.to_string(), "the public endpoint proves nothing");
                    match pauses.next().filter(|_| failure.is_transient()) {
                        Some(pause) => tokio::time::sleep(*pause).await,
                        None => return Proof::Unknown,
                    }
                }
            }
        }
    }
}

/// A client whose secret the endpoint can tell from a wrong one.
struct Trial<'a> {
    http: &'a Http,
    id: &'a ClientId,
    method: &'a str,
}

impl Trial<'_> {
    /// Whether the endpoint accepts the secret and refuses a wrong one: an endpoint that accepts
    /// any secret verifies nothing.
    async fn proves(&self, secret: &SecretString) -> Result<bool, Failure> {
        if !self.accepts(secret).await? {
            return Ok(false);
        }
        let wrong = SecretString::from("hydra-gitops-asks-with-a-wrong-secret");
        if self.accepts(&wrong).await? {
            let request = format!("POST {}", self.url());
            let cause = Cause::Foreign("it accepts any secret, and so proves none".to_owned());
            return Err(Failure::new(request, cause));
        }
        Ok(true)
    }

    /// Whether the endpoint accepts the secret. It may accept wrong ones too. Requests the
    /// revocation of a token that was never issued.
    async fn accepts(&self, secret: &SecretString) -> Result<bool, Failure> {
        let mut form = Serializer::new(String::new());
        form.append_pair("token", "hydra-gitops-asks-whether-the-secret-is-right");
        let mut basic = None;
        if self.method == "client_secret_post" {
            form.append_pair("client_id", self.id.as_str());
            form.append_pair("client_secret", secret.expose_secret());
        } else {
            // RFC 6749, section 2.3.1: id and secret are form-encoded before they are joined.
            let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            let password = SecretString::from(encode(secret.expose_secret()));
            basic = Some((encode(self.id.as_str()), password));
        }
        let form = Bytes::from_owner(Zeroizing::new(form.finish().into_bytes()));
        let answer = self.http.post_form(self.url(), form, basic, secret).await?;
        match answer.status {
            200 => Ok(true),
            // Hydra itself says that the secret is not the client's (RFC 6749, section 5.2). A
            // gateway in front of it may answer 401 to everybody.
            401 if answer.has_error("invalid_client") => Ok(false),
            _ => Err(answer.refusal()),
        }
    }

    fn url(&self) -> Url {
        let mut url = self.http.endpoint().base().clone();
        url.set_path(&format!("{}oauth2/revoke", url.path()));
        url
    }
}
