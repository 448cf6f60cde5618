//! What is prepared before a client is created: its id, its secret, its request.

use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::create::Creating;
use crate::client::{ClientId, Field, Identity, Name, SecretSource, request_body};
use crate::error::{Error, Result};
use crate::hydra::{Body, Create, Prove, Read};
use crate::plan::Creation;
use crate::secrets::{About, Append, Clock, Intent, Ticket, Vault, client_secret};

/// One create under way.
pub(super) struct Attempt<'a> {
    pub(super) creation: &'a Creation,
    pub(super) id: Option<ClientId>,
    pub(super) own_id: bool,
    pub(super) secret: Option<SecretString>,
    pub(super) ticket: Option<Ticket>,
    /// Secrets of earlier, killed runs for the same client, whose requests may arrive late.
    pub(super) left_open: Vec<(Ticket, Intent)>,
    pub(super) body: Body,
    /// Whether an attempt may have created the client though its answer was lost.
    pub(super) may_exist: bool,
    /// Whether Hydra answered 201, and only the rest of the answer was lost.
    pub(super) says_created: bool,
}

impl<H: Create + Read + Prove, A: Append, C: Clock> Creating<'_, H, A, C> {
    /// Chooses the id, makes the secret, and keeps it safe, before anything is sent.
    pub(super) async fn prepare<'c>(&self, creation: &'c Creation) -> Result<Attempt<'c>> {
        let client = &creation.client;
        let given = client.client_id();
        let left_open = self.left_open(creation);
        let chooses_id = given.is_none() && !self.server_chooses_ids;
        // An id that an earlier try had is used again, so that its late request and ours collide.
        let mut earlier = left_open.iter().map(|(_, intent)| intent);
        let earlier = earlier.find(|intent| intent.client_id.is_some());
        let own_id = chooses_id && earlier.is_none_or(|intent| intent.own_id);
        let earlier = earlier.and_then(|intent| intent.client_id.clone());
        let id = given.or_else(|| {
            let new = || new_id(creation).to_string();
            chooses_id
                .then(|| ClientId::new(earlier.unwrap_or_else(new)))
                .flatten()
        });
        let (secret, ticket) = match creation.secret {
            SecretSource::Generated => {
                let secret = client_secret()?;
                let about = About {
                    client_id: id.as_ref(),
                    own_id,
                    client_name: client.text(Field::ClientName),
                    owner: client.text(Field::Owner),
                    method: method(creation),
                };
                let ticket = self.keeper()?.intend(&about, &secret).await?;
                (Some(secret), Some(ticket))
            }
            SecretSource::Given => (client.given_secret().cloned(), None),
            SecretSource::None => (None, None),
        };
        let body = body(creation, id.as_ref(), secret.as_ref())?;
        Ok(Attempt {
            creation,
            id,
            own_id,
            secret,
            ticket,
            left_open,
            body,
            may_exist: false,
            says_created: false,
        })
    }

    /// Secrets of earlier, killed runs for the same client.
    pub(super) fn left_open(&self, creation: &Creation) -> Vec<(Ticket, Intent)> {
        let id = creation.client.client_id();
        let name = match &creation.identity {
            Some(Identity::Name(name)) => Some(name),
            Some(Identity::Id(_)) | None => None,
        };
        let left_open = self.vault.map(|vault| vault.left_open(id.as_ref(), name));
        left_open.unwrap_or_default()
    }

    pub(super) fn keeper(&self) -> Result<&Vault<A, C>> {
        self.vault
            .ok_or_else(|| Error::secret("no secrets file is open"))
    }
}

fn body(creation: &Creation, id: Option<&ClientId>, secret: Option<&SecretString>) -> Result<Body> {
    let text = request_body(&creation.client, id, secret)
        .map_err(|error| Error::unexpected("cannot write the request").because(error))?;
    Ok(Body::new(text, id.cloned(), secret.cloned()))
}

impl Attempt<'_> {
    /// The id that was made from the client's name, if that is the one it has.
    pub(super) fn id_of_name(&self) -> Option<&ClientId> {
        let by_name = matches!(self.creation.identity, Some(Identity::Name(_)));
        let is_made = self.own_id && self.ticket.is_none() && by_name;
        self.id.as_ref().filter(|_| is_made)
    }

    /// The same with another id that is made from its name, for which the first ones are taken.
    pub(super) fn with_next_id(mut self, taken: usize) -> Result<Self> {
        if let Some(Identity::Name(name)) = &self.creation.identity {
            self.id = ClientId::new(id_after(name, taken).to_string());
            self.body = body(self.creation, self.id.as_ref(), self.secret.as_ref())?;
        }
        Ok(self)
    }
}

/// An id for a client whose manifest has none. With a generated secret it is random, and the journal
/// remembers it. Without one nothing remembers it, so that it is made from the client's name: when
/// a request arrives late, that of the next run meets it, and makes no second client.
fn new_id(creation: &Creation) -> Uuid {
    match (&creation.identity, creation.secret) {
        (Some(Identity::Name(name)), SecretSource::Given | SecretSource::None) => id_of(name),
        _ => Uuid::new_v4(),
    }
}

/// The id that is made from a name.
#[must_use]
pub fn id_of(name: &Name) -> Uuid {
    id_after(name, 0)
}

/// The same where so many of them are other clients'.
fn id_after(name: &Name, taken: usize) -> Uuid {
    let Name { client_name, owner } = name;
    let length = owner.len();
    let text = format!("hydra-gitops client id {taken}\n{length}\n{owner}{client_name}");
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(text)[..16]);
    // RFC 9562, section 5.8: a UUID of a making of its own.
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// How the client authenticates.
pub(super) fn method(creation: &Creation) -> &str {
    let said = creation.client.text(Field::TokenEndpointAuthMethod);
    said.unwrap_or("client_secret_basic")
}
