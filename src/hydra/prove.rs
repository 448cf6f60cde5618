//! Proof that a secret is a client's own, from the public endpoint, which changes nothing.
//!
//! Source: RFC 7009, section 2.1: the revocation endpoint authenticates the client first. With a
//! token that nobody issued it answers 200 to the right secret and 401 to any other (measured on
//! v1.11.10, v2.1.2, v2.3.0 and v26.2.0).

use std::future::Future;

use bytes::Bytes;
use secrecy::{ExposeSecret as _, SecretString};
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

use super::answer::Answer;
use super::failure::Failure;
use super::http::Http;
use crate::client::ClientId;

/// What the public endpoint says of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It is the client's.
    Right,
    /// It is not.
    Wrong,
    /// Nothing certain: no public endpoint is known, or it did not answer.
    Unknown,
}

/// Proves secrets.
pub trait Prove {
    /// Whether `secret` is the client's, which authenticates with `method`
    /// (`token_endpoint_auth_method`).
    fn prove(
        &self,
        id: &ClientId,
        secret: &SecretString,
        method: &str,
    ) -> impl Future<Output = Proof>;
}

/// Proves secrets by Hydra's public endpoint, if its address is known.
#[derive(Debug, Clone)]
pub struct Prover {
    public: Option<Http>,
}

impl Prover {
    /// A prover that asks the public endpoint behind `public`, or none.
    #[must_use]
    pub fn new(public: Option<Http>) -> Self {
        Self { public }
    }
}

impl Prove for Prover {
    async fn prove(&self, id: &ClientId, secret: &SecretString, method: &str) -> Proof {
        // With any other method the endpoint answers 401 whatever the secret (measured).
        let by_secret = matches!(method, "client_secret_basic" | "client_secret_post");
        let Some(http) = self.public.as_ref().filter(|_| by_secret) else {
            return Proof::Unknown;
        };
        let wrong = SecretString::from("hydra-gitops-asks-with-a-wrong-secret");
        match ask(http, id, secret, method).await {
            // Whoever takes any secret for right proves nothing.
            Proof::Right if ask(http, id, &wrong, method).await != Proof::Wrong => Proof::Unknown,
            proof => proof,
        }
    }
}

/// What the endpoint answers, whoever it belongs to.
async fn ask(http: &Http, id: &ClientId, secret: &SecretString, method: &str) -> Proof {
    match revoke_made_up_token(http, id, secret, method).await {
        Ok(answer) if answer.status == 200 => Proof::Right,
        Ok(answer) if refuses_client(&answer) => Proof::Wrong,
        Ok(Answer { status, .. }) => {
            tracing::debug!(client_id = ?id.as_str(), status, "the public endpoint proves nothing");
            Proof::Unknown
        }
        Err(failure) => {
            tracing::debug!(client_id = ?id.as_str(), failure = ?failure.to_string(), "the public endpoint proves nothing");
            Proof::Unknown
        }
    }
}

/// Whether Hydra itself says that the secret is not the client's (RFC 6749, section 5.2). A gateway
/// before it answers 401 too, to everybody.
fn refuses_client(answer: &Answer) -> bool {
    #[derive(serde::Deserialize)]
    struct Refusal {
        error: String,
    }
    answer.status == 401
        && serde_json::from_slice::<Refusal>(&answer.body)
            .is_ok_and(|refusal| refusal.error == "invalid_client")
}

/// Sends the revocation.
async fn revoke_made_up_token(
    http: &Http,
    id: &ClientId,
    secret: &SecretString,
    method: &str,
) -> Result<Answer, Failure> {
    let mut url = http.endpoint().base().clone();
    url.set_path(&format!("{}oauth2/revoke", url.path()));
    let mut form = Serializer::new(String::new());
    form.append_pair("token", "hydra-gitops-asks-whether-the-secret-is-right");
    let mut basic = None;
    if method == "client_secret_post" {
        form.append_pair("client_id", id.as_str());
        form.append_pair("client_secret", secret.expose_secret());
    } else {
        // RFC 6749, section 2.3.1: both are form-encoded before they are joined.
        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let password = SecretString::from(encode(secret.expose_secret()));
        basic = Some((encode(id.as_str()), password));
    }
    let form = Bytes::from_owner(Zeroizing::new(form.finish().into_bytes()));
    http.post_form(url, form, basic, secret).await
}
