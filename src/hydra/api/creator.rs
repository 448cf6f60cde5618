//! The one thing that is ever written: a new client.

use std::future::Future;

use bytes::Bytes;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::dialect::Dialect;
use super::reader::Reader;
use crate::client::ClientId;
use crate::hydra::failure::{Cause, Failure};
use crate::hydra::transport::Http;

/// Creates clients.
pub trait Create {
    /// Sends one `POST`, once.
    ///
    /// # Errors
    /// When the answer was no 201; [`Failure::may_have_happened`] tells whether the client may
    /// exist all the same.
    fn create(&self, body: &Body) -> impl Future<Output = Result<Created, Failure>>;
}

/// A request's body, which may hold a secret: wiped when its last copy is dropped.
#[derive(Clone)]
pub struct Body {
    json: Bytes,
    /// The id in it, which is the created client's, unless the server is to choose one.
    id: Option<ClientId>,
    /// The secret in it, which no message may repeat.
    secret: Option<SecretString>,
}

impl Body {
    /// Takes the bytes over without copying them, with the id and the secret that are in them.
    #[must_use]
    pub fn new(
        json: Zeroizing<Vec<u8>>,
        id: Option<ClientId>,
        secret: Option<SecretString>,
    ) -> Self {
        let json = Bytes::from_owner(json);
        Self { json, id, secret }
    }

    /// The JSON.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.json
    }
}

/// A client that Hydra created.
#[derive(Debug)]
pub struct Created {
    /// The id it has.
    pub id: ClientId,
    /// The secret that Hydra says it has, if it says one.
    pub secret: Option<SecretString>,
}

/// The write side of a Hydra: it can create clients, and nothing else.
#[derive(Debug, Clone)]
pub struct Creator {
    http: Http,
    dialect: Dialect,
}

impl Creator {
    /// The write side of the Hydra that `reader` reads.
    #[must_use]
    pub fn new(reader: &Reader) -> Self {
        Self {
            http: reader.http().clone(),
            dialect: reader.dialect().clone(),
        }
    }
}

/// The members of a 201 that matter.
#[derive(Deserialize)]
struct Answer {
    client_id: String,
    client_secret: Option<SecretString>,
}

impl Create for Creator {
    async fn create(&self, body: &Body) -> Result<Created, Failure> {
        let answer = self
            .http
            .post(
                self.dialect.clients_url(),
                body.json.clone(),
                body.secret.clone(),
            )
            .await?;
        match answer.status {
            201 => {}
            200..=299 => return Err(answer.foreign()),
            _ => return Err(answer.refusal_of_create()),
        }
        // What the answer says is never shown: it holds the secret.
        let parsed: Answer = serde_json::from_slice(&answer.body).map_err(|_| {
            answer.failure(Cause::Lost(format!(
                "the answer (HTTP 201, {} bytes) could not be read to its end",
                answer.body.len()
            )))
        })?;
        let id = ClientId::new(parsed.client_id)
            .ok_or_else(|| answer.failure(Cause::Lost("the answer names no client".to_owned())))?;
        if body.id.as_ref().is_some_and(|sent| *sent != id) {
            let id = answer.shown(id.as_str());
            let other = format!("the answer is about another client, `{id}`");
            return Err(answer.failure(Cause::Foreign(other)));
        }
        let secret = parsed
            .client_secret
            .filter(|secret| !secret.expose_secret().is_empty());
        Ok(Created { id, secret })
    }
}
