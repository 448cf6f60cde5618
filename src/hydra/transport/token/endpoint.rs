//! A token by client credentials (RFC 6749, section 4.4).

use std::time::Duration;

use bytes::Bytes;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::tokens::{Fetched, NoToken, is_token};
use crate::hydra::transport::{Answer, Http};
use crate::hydra::{Cause, Failure, Reason};
use crate::redact::Redactor;

const ADVICE: &str =
    "check `--token-url`, `--token-client-id` and the secret in `--token-client-secret-file`";

/// Asks a token endpoint for a token.
pub(crate) struct TokenEndpoint {
    pub(crate) http: Http,
    pub(crate) url: Url,
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
}

/// A successful answer (section 5.1).
#[derive(Deserialize)]
struct Issued {
    access_token: SecretString,
    token_type: String,
    expires_in: Option<f64>,
}

impl TokenEndpoint {
    /// Fetches a token. `mask` hides earlier ones.
    pub(super) async fn fetch(&self, mask: &Redactor) -> Result<Fetched, NoToken> {
        let form = Bytes::from_static(b"grant_type=client_credentials");
        // Section 2.3.1: both are encoded before they are put together.
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let id = encoded(&self.client_id);
        let secret = SecretString::from(encoded(self.client_secret.expose_secret()));
        let post = self.http.post_form(
            self.url.clone(),
            form,
            Some((id, secret)),
            &self.client_secret,
        );
        let answer = post.await.map_err(|failure| no_token(&failure))?;
        let failed = |why: String| no_token(&answer.failure(Cause::Foreign(why)));
        if answer.status != 200 {
            let shown = |text: &str| mask.mask(&answer.shown(text));
            return Err(no_token(&refusal(
                &answer,
                Reason::of_body(&answer.body, shown),
            )));
        }
        let issued: Issued = answer
            .parse()
            .map_err(|_| failed("the answer is not that of a token endpoint".to_owned()))?;
        if !issued.token_type.eq_ignore_ascii_case("bearer") {
            return Err(failed("the token is not a bearer token".to_owned()));
        }
        if !is_token(issued.access_token.expose_secret()) {
            let what = "the token has characters that are not allowed in one";
            return Err(failed(what.to_owned()));
        }
        let lifetime = issued.expires_in.filter(|seconds| *seconds > 0.0);
        Ok(Fetched {
            value: issued.access_token,
            lifetime: lifetime.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        })
    }
}

fn refusal(answer: &Answer, reason: Reason) -> Failure {
    answer.failure(Cause::Status {
        status: answer.status,
        reason,
        retry_after: answer.retry_after(),
    })
}

/// What may heal is tried again, because the request that needs the token was not sent.
fn no_token(failure: &Failure) -> NoToken {
    let why = format!("no access token: {failure}");
    NoToken {
        cause: match failure.is_transient() {
            true => Cause::NoConnection(why),
            false => Cause::Unusable(why),
        },
        advice: ADVICE,
    }
}
