//! A line of the journal: a client that is about to be created, written before it is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::record::{FORMAT, Record};
use super::seal::Sealed;
use crate::client::{ClientId, Identity, Name};

/// The client whose secret is about to be sent.
#[derive(Debug)]
pub struct About<'a> {
    /// Its id, where it is known before.
    pub client_id: Option<&'a ClientId>,
    /// Whether the id is a random one made for this very request.
    pub own_id: bool,
    /// Its name.
    pub client_name: Option<&'a str>,
    /// Its owner.
    pub owner: Option<&'a str>,
    /// How it authenticates.
    pub method: &'a str,
}

/// A secret that is about to be sent, with all that is needed to put it where it belongs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Names this intent among the journal's lines.
    pub name: String,
    /// The client's id; `None` where the server chooses it.
    pub client_id: Option<String>,
    /// Whether the id is a random one made for this very request, which nobody else can have.
    #[serde(default)]
    pub own_id: bool,
    /// The client's name.
    pub client_name: Option<String>,
    /// The client's owner.
    pub owner: Option<String>,
    /// How the client authenticates (`token_endpoint_auth_method`), for a proof of the secret.
    pub method: String,
    /// The Hydra it is to be created in.
    pub endpoint: String,
    /// When the secret was made.
    pub created_at: Timestamp,
    /// When its request was last sent, where that was later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// Whether the client is known to have the secret, whose record was lost after that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirmed: bool,
    /// Fingerprints of the keys that open the secret.
    pub recipients: Vec<String>,
    /// The secret.
    #[serde(flatten)]
    pub secret: Sealed,
}

/// A line of the journal: an object with one member, which names the kind of entry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Entry {
    /// The journal's first line: the version of its format.
    Journal(u32),
    /// A secret is about to be sent.
    Intent(Box<Intent>),
    /// The request of an intent is sent again, or later than the intent was written.
    Sent {
        /// The intent's name.
        intent: String,
        /// When.
        at: Timestamp,
    },
    /// The secret of the intent of that name is no client's.
    Discarded(String),
}

impl Intent {
    /// Who the client is.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        if let Some(id) = self.client_id.clone().and_then(ClientId::new) {
            return Some(Identity::Id(id));
        }
        let (client_name, owner) = self.client_name.clone().zip(self.owner.clone())?;
        Some(Identity::Name(Name { client_name, owner }))
    }

    /// When its request was sent last, as far as it was written down.
    #[must_use]
    pub fn last_sent(&self) -> Timestamp {
        self.sent_at.unwrap_or(self.created_at)
    }

    /// Whether this is about the client of that identity. A client with an id is meant by its name and
    /// owner as well, once it is there.
    #[must_use]
    pub fn is_about(&self, identity: &Identity) -> bool {
        match identity {
            Identity::Id(id) => self.client_id.as_deref() == Some(id.as_str()),
            Identity::Name(name) => {
                self.client_name.as_deref() == Some(&name.client_name)
                    && self.owner.as_deref() == Some(&name.owner)
            }
        }
    }

    /// The record of the client, once it exists with that id.
    #[must_use]
    pub fn record(&self, id: &ClientId, unconfirmed: bool) -> Record {
        Record {
            format: FORMAT,
            client_id: id.to_string(),
            client_name: self.client_name.clone(),
            endpoint: self.endpoint.clone(),
            created_at: self.created_at,
            recipients: self.recipients.clone(),
            secret: self.secret.clone(),
            unconfirmed,
        }
    }
}

/// An open intent. It is closed by recording or discarding it.
#[derive(Debug, Clone)]
#[must_use = "an open intent has to be recorded or discarded"]
pub struct Ticket(pub(super) String);
