//! Prepares the creation of a client: its id, its secret, its request.

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::time::Instant;

use super::create::CreateContext;
use super::made_id::{id_after, id_of, random_id};
use crate::client::{ClientId, Existing, Field, Identity, SecretSource, request_body};
use crate::error::{Error, Result};
use crate::hydra::{Body, Create, Failure, Prove, Read};
use crate::plan::Creation;
use crate::vault::{Append, Clock, Intent, IntentDetails, Ticket, Vault, client_secret};

pub(super) struct Attempt<'a> {
    pub(super) creation: &'a Creation,
    pub(super) id: Option<ClientId>,
    /// Whether the id is random and was generated for this request.
    pub(super) is_random: bool,
    /// If the id is derived from the client's name: how many of the ids before it belong to other
    /// clients.
    pub(super) taken: Option<usize>,
    /// The secret in the request: from the manifest, or generated here.
    pub(super) secret: Option<SecretString>,
    /// The journal's intent, if the create is journaled.
    pub(super) ticket: Option<Ticket>,
    /// Intents of earlier, killed runs for the same client. Their requests may still arrive.
    pub(super) left_open: Vec<(Ticket, Intent)>,
    pub(super) body: Body,
    /// What is known about the request, once it may have reached Hydra.
    pub(super) sent: Option<Sent>,
}

/// A request that may have reached Hydra.
#[derive(Debug)]
pub(super) struct Sent {
    /// When it was first sent.
    pub(super) first: Instant,
    /// The server's clock when it answered that the client exists.
    pub(super) date: Option<Timestamp>,
    /// Whether the request may have created the client, despite the responses so far. Otherwise
    /// Hydra answered that the client already exists.
    pub(super) may_have_created: bool,
}

impl<H: Create + Read + Prove, A: Append, C: Clock> CreateContext<'_, H, A, C> {
    /// Chooses the id, generates the secret, and journals the create before anything is sent.
    pub(super) async fn prepare<'c>(&self, creation: &'c Creation) -> Result<Attempt<'c>> {
        let client = &creation.client;
        let given = client.client_id();
        let left_open = self.left_open(creation);
        let chooses_id = given.is_none() && !self.server_chooses_ids;
        // Reuse the id of an earlier attempt, so that its late request and ours collide.
        let mut earlier = left_open.iter().map(|(_, intent)| intent);
        let earlier = earlier.find_map(|intent| ClientId::new(intent.client_id.clone()?));
        let of_name = id_of(creation).filter(|_| chooses_id);
        let is_other = earlier.is_some() && earlier != of_name;
        let taken = (of_name.is_some() && !is_other).then_some(0);
        let made = earlier.or(of_name).filter(|_| chooses_id);
        let is_random = chooses_id && made.is_none();
        let random = is_random.then(random_id).flatten();
        let id = given.or(made).or(random);
        let secret = match creation.secret {
            SecretSource::Generated => Some(client_secret()?),
            SecretSource::Given => client.given_secret().cloned(),
            SecretSource::None => None,
        };
        let (id_ref, secret_ref) = (id.as_ref(), secret.as_ref());
        let (ticket, body) = self.intend(creation, id_ref, secret_ref).await?;
        Ok(Attempt {
            creation,
            id,
            is_random,
            taken,
            secret,
            ticket,
            left_open,
            body,
            sent: None,
        })
    }

    /// Journals a create if its secret is generated here, if its id is written down, or if the server
    /// chooses ids: then a second request would create a second client. Returns the intent and the
    /// request's body.
    async fn intend(
        &self,
        creation: &Creation,
        id: Option<&ClientId>,
        secret: Option<&SecretString>,
    ) -> Result<(Option<Ticket>, Body)> {
        let is_generated = creation.secret == SecretSource::Generated;
        let mut ticket = None;
        let about = about(creation, id);
        let has_file = self.vault.is_some_and(|vault| vault.writes_file(&about));
        if is_generated || self.server_chooses_ids || has_file {
            let made_here = secret.filter(|_| is_generated);
            ticket = Some(self.keeper()?.intend(&about, made_here).await?);
        }
        let text = request_body(&creation.client, id, secret)
            .map_err(|error| Error::unexpected("cannot write the request").because(error))?;
        let hidden = creation.client.hidden().chain(secret).cloned();
        Ok((ticket, Body::new(text, id.cloned(), hidden.collect())))
    }

    /// Moves on to the next id derived from the name, because the current one belongs to another
    /// client.
    pub(super) async fn with_next_id<'c>(
        &self,
        mut attempt: Attempt<'c>,
        taken: usize,
    ) -> Result<Attempt<'c>> {
        let id = id_after(attempt.creation, taken);
        let (id_ref, secret) = (id.as_ref(), attempt.secret.as_ref());
        let (ticket, body) = self.intend(attempt.creation, id_ref, secret).await?;
        if let Some(refused) = std::mem::replace(&mut attempt.ticket, ticket) {
            self.keeper()?.discard(&refused).await?;
        }
        attempt.body = body;
        attempt.id = id;
        attempt.taken = Some(taken);
        attempt.sent = None;
        Ok(attempt)
    }

    pub(super) fn left_open(&self, creation: &Creation) -> Vec<(Ticket, Intent)> {
        let left_open = |vault: &Vault<A, C>| vault.left_open(&known_as(creation));
        self.vault.map(left_open).unwrap_or_default()
    }

    pub(super) fn keeper(&self) -> Result<&Vault<A, C>> {
        self.vault
            .ok_or_else(|| Error::secret("no secrets file is open"))
    }
}

/// The identities by which the journal knows a client. Older versions wrote down a resource under its
/// name and owner.
pub(super) fn known_as(creation: &Creation) -> Vec<Identity> {
    let named = creation.client.name().map(Identity::Name);
    let named = named.filter(|_| matches!(creation.identity, Some(Identity::Resource(_))));
    creation.identity.iter().cloned().chain(named).collect()
}

/// What the journal records about a client that is about to be created with that id.
pub(crate) fn about<'a>(creation: &'a Creation, id: Option<&'a ClientId>) -> IntentDetails<'a> {
    IntentDetails {
        client_id: id,
        client_name: creation.client.text(Field::ClientName),
        owner: creation.client.text(Field::Owner),
        is_resource: creation.client.resource().is_some(),
        secret_name: creation.client.secret_name(),
        method: method(creation),
    }
}

impl Attempt<'_> {
    /// The intent and the generated secret, if there is one.
    pub(super) fn made(&self) -> Option<(&Ticket, &SecretString)> {
        let is_made = self.creation.secret == SecretSource::Generated;
        let made = self.ticket.as_ref().zip(self.secret.as_ref());
        made.filter(|_| is_made)
    }

    /// If the client's derived id turns out to belong to another client, which was renamed: how
    /// many of the ids before it are taken.
    pub(super) fn is_anothers(&self, existing: &Existing) -> Option<usize> {
        let identity = self.creation.identity.as_ref()?;
        let has_its_id = self.id.as_ref() == Some(existing.id());
        self.taken.filter(|_| has_its_id && !existing.is(identity))
    }

    /// Records the outcome of a request that was sent at `at` and may have reached Hydra.
    pub(super) fn has_come_to(&mut self, failure: &Failure, at: Instant) {
        let sent = self.sent.get_or_insert(Sent {
            first: at,
            date: None,
            may_have_created: false,
        });
        if failure.is_conflict() {
            // Any other response may come from a gateway, and its date too.
            sent.date = failure.date();
        }
        sent.may_have_created |= failure.may_have_happened();
    }

    pub(super) fn may_exist(&self) -> bool {
        let sent = self.sent.as_ref();
        sent.is_some_and(|sent| sent.may_have_created)
    }
}

pub(super) fn method(creation: &Creation) -> &str {
    let said = creation.client.text(Field::TokenEndpointAuthMethod);
    said.unwrap_or("client_secret_basic")
}
