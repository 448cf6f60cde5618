//! A create that is written to the journal before its request is sent.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::clock::{Clock, Moment};
use super::seal::{ClearText, Sealed};
use super::store::{FORMAT, Record};
use crate::client::{ClientId, Identity, Name};
use crate::text::count;

/// How long, in seconds, a request may be in transit if an old journal does not say.
const ON_ITS_WAY: u32 = 60;

/// The client that is about to be created.
#[derive(Debug)]
pub struct IntentDetails<'a> {
    /// Its id, if known in advance.
    pub client_id: Option<&'a ClientId>,
    /// Its name.
    pub client_name: Option<&'a str>,
    /// Its owner.
    pub owner: Option<&'a str>,
    /// Its authentication method.
    pub method: &'a str,
}

/// A sealed secret, and who can open it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SealedFor {
    /// Fingerprints of the keys that open it; empty for a cleartext secret.
    pub recipients: Vec<String>,
    /// The secret.
    #[serde(flatten)]
    pub secret: Sealed,
}

/// A pending create, with everything needed to store its secret in the right place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire")]
pub struct Intent {
    /// Identifies this intent within the journal.
    pub name: String,
    /// The client's id; `None` if the server chooses it.
    pub client_id: Option<String>,
    /// The client's name.
    pub client_name: Option<String>,
    /// The client's owner.
    pub owner: Option<String>,
    /// How the client authenticates (`token_endpoint_auth_method`), used to verify the secret.
    pub method: String,
    /// The Hydra it is to be created in.
    pub endpoint: String,
    /// When the secret was generated (RFC 3339, UTC).
    pub created_at: Timestamp,
    /// When the period starts during which its request may still arrive.
    pub sent: Moment,
    /// Length of that period, in seconds.
    pub arrives_within: u32,
    /// Whether the client is known to have the secret, although its record was lost afterwards.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub confirmed: bool,
    /// The secret in each of its sealed forms; empty if none is generated here.
    pub sealed: Vec<SealedFor>,
}

/// An intent as it appears in journals, including format 1, which has a single secret and its
/// recipients as top-level fields.
#[derive(Deserialize)]
struct Wire {
    name: String,
    client_id: Option<String>,
    client_name: Option<String>,
    owner: Option<String>,
    method: String,
    endpoint: String,
    created_at: Timestamp,
    sent: Option<Moment>,
    sent_at: Option<Timestamp>,
    arrives_within: Option<u32>,
    #[serde(default)]
    confirmed: bool,
    sealed: Option<Vec<SealedFor>>,
    #[serde(default)]
    recipients: Vec<String>,
    encrypted_client_secret: Option<String>,
    client_secret: Option<ClearText>,
}

impl TryFrom<Wire> for Intent {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let old = match (wire.encrypted_client_secret, wire.client_secret) {
            (Some(message), None) => Some(Sealed::Encrypted(message)),
            (None, Some(text)) => Some(Sealed::Clear(text)),
            (None, None) => None,
            (Some(_), Some(_)) => return Err("two secrets"),
        };
        let sealed = match (wire.sealed, old) {
            (Some(sealed), None) => sealed,
            (None, Some(secret)) => vec![SealedFor {
                recipients: wire.recipients,
                secret,
            }],
            _ => return Err("no list of sealed secrets, or a secret beside it"),
        };
        let old = Moment {
            at: wire.sent_at.unwrap_or(wire.created_at),
            boot: None,
        };
        Ok(Self {
            name: wire.name,
            client_id: wire.client_id,
            client_name: wire.client_name,
            owner: wire.owner,
            method: wire.method,
            endpoint: wire.endpoint,
            created_at: wire.created_at,
            sent: wire.sent.unwrap_or(old),
            arrives_within: wire.arrives_within.unwrap_or(ON_ITS_WAY),
            confirmed: wire.confirmed,
            sealed,
        })
    }
}

/// A line of the journal: an object with one member whose name is the kind of entry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Entry {
    /// The version of the journal's format. It is the first line, and is repeated where another
    /// version of this program continues the journal.
    Journal(u32),
    /// A client is about to be created.
    Intent(Box<Intent>),
    /// The request of an intent is sent again, or later than the intent was written; or a machine
    /// took over the intent and cannot tell how old it is.
    Sent {
        /// The intent's name.
        intent: String,
        /// When the period starts now.
        #[serde(flatten)]
        sent: Moment,
    },
    /// The intent of this name no longer needs a record.
    Discarded(String),
}

impl Intent {
    /// The identity of the client.
    pub fn identity(&self) -> Option<Identity> {
        if let Some(id) = self.client_id.clone().and_then(ClientId::new) {
            return Some(Identity::Id(id));
        }
        self.client().map(Identity::Name)
    }

    /// The client's name and owner, if it has both.
    pub fn client(&self) -> Option<Name> {
        let (client_name, owner) = self.client_name.clone().zip(self.owner.clone())?;
        Some(Name { client_name, owner })
    }

    /// The first sealed form of the secret, if one was generated.
    pub fn secret(&self) -> Option<&Sealed> {
        self.sealed.first().map(|one| &one.secret)
    }

    /// How long its request may still take to arrive; `None` once it can no longer arrive. If the
    /// age of the intent is unknown, the period counts from now.
    pub fn arrives_in(&self, clock: &impl Clock) -> Option<Duration> {
        let limit = SignedDuration::from_secs(i64::from(self.arrives_within));
        let left = limit - clock.since(&self.sent).unwrap_or_default();
        Duration::try_from(left).ok().filter(|left| !left.is_zero())
    }

    /// The records of the client that now exists as `id`, one for each form of its secret.
    pub fn records(&self, id: &ClientId, unconfirmed: bool) -> impl Iterator<Item = Record> {
        self.sealed.iter().map(move |one| Record {
            format: FORMAT,
            client_id: id.to_string(),
            client_name: self.client_name.clone(),
            endpoint: self.endpoint.clone(),
            created_at: self.created_at,
            recipients: one.recipients.clone(),
            secret: one.secret.clone(),
            unconfirmed,
        })
    }
}

/// Counts what intents hold: `2 secrets`, `1 create` if no secret was generated, or both.
pub fn count_intents<'a>(intents: impl IntoIterator<Item = &'a Intent>) -> String {
    let (creates, secrets): (Vec<_>, Vec<_>) = intents
        .into_iter()
        .partition(|intent| intent.sealed.is_empty());
    match (secrets.len(), creates.len()) {
        (secrets, 0) => count(secrets, "secret"),
        (0, creates) => count(creates, "create"),
        (secrets, creates) => {
            let secrets = count(secrets, "secret");
            format!("{secrets} and {}", count(creates, "other create"))
        }
    }
}

/// A handle to an open intent, which is closed by recording or discarding it.
#[derive(Debug, Clone)]
#[must_use = "an open intent has to be recorded or discarded"]
pub struct Ticket(pub(super) String);

impl Ticket {
    /// Whether both refer to the same intent.
    pub fn is(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
