//! The only write: creating a client.

use std::future::Future;

use bytes::Bytes;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use super::reader::Reader;
use crate::client::ClientId;
use crate::hydra::failure::{Cause, Failure};
use crate::hydra::transport::Http;

/// Creates clients.
pub trait Create {
    /// Sends a single `POST`, without retries.
    ///
    /// # Errors
    /// When the response is not a 201. [`Failure::may_have_happened`] tells whether the client may
    /// exist anyway.
    fn create(&self, body: &Body) -> impl Future<Output = Result<Created, Failure>>;
}

/// A request body, which may contain a secret. It is wiped when the last copy is dropped.
#[derive(Clone)]
pub struct Body {
    json: Bytes,
    /// The id in the body. The client gets it, unless the server chooses ids.
    id: Option<ClientId>,
    /// The secrets in the body, which no message may contain.
    secrets: Vec<SecretString>,
}

impl Body {
    /// Takes ownership of the bytes without copying them, with the id and the secrets they contain.
    pub fn new(json: Zeroizing<Vec<u8>>, id: Option<ClientId>, secrets: Vec<SecretString>) -> Self {
        let json = Bytes::from_owner(json);
        Self { json, id, secrets }
    }

    /// The JSON.
    pub fn bytes(&self) -> &[u8] {
        &self.json
    }
}

/// A client that Hydra created.
#[derive(Debug)]
pub struct Created {
    /// The client's id.
    pub id: ClientId,
    /// The client's secret, if the response contains it.
    pub secret: Option<SecretString>,
    /// The whole response, as JSON.
    pub json: SecretString,
}

/// The write side of a Hydra: it can create clients, and nothing else.
#[derive(Debug, Clone)]
pub(crate) struct Creator {
    http: Http,
    clients: Url,
}

impl Creator {
    pub(crate) fn new(reader: &Reader) -> Self {
        Self {
            http: reader.getter.http.clone(),
            clients: reader.dialect().clients.clone(),
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    client_id: String,
    client_secret: Option<SecretString>,
}

impl Create for Creator {
    async fn create(&self, body: &Body) -> Result<Created, Failure> {
        let (url, json, secrets) = (&self.clients, &body.json, &body.secrets);
        let answer = self.http.post(url.clone(), json.clone(), secrets);
        let answer = answer.await?;
        match answer.status {
            201 => {}
            200..=299 => return Err(answer.foreign()),
            _ => return Err(answer.refusal_of_create()),
        }
        // Never show the content of this response: it contains the secret.
        let parsed: Answer = answer.parse().map_err(|_| {
            let bytes = answer.body.len();
            let cut = format!("the response (HTTP 201, {bytes} bytes) is incomplete");
            answer.failure(Cause::Lost(cut))
        })?;
        let id = ClientId::new(parsed.client_id)
            .ok_or_else(|| answer.failure(Cause::Lost("the answer names no client".to_owned())))?;
        if body.id.as_ref().is_some_and(|sent| *sent != id) {
            let id = answer.shown(id.as_str());
            let other = format!("the answer is about another client, `{id}`");
            return Err(answer.failure(Cause::Foreign(other)));
        }
        let is_given = |secret: &SecretString| !secret.expose_secret().is_empty();
        let secret = parsed.client_secret.filter(is_given);
        let json = String::from_utf8_lossy(&answer.body).into_owned().into();
        Ok(Created { id, secret, json })
    }
}
