//! A client as Hydra reports it: its JSON, kept as text until it is compared.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{ClientId, Identity, Name, ResourceName};

/// A client that Hydra reports.
///
/// It keeps the text of the answer (about 1.3 kB per client) rather than a tree of values, which would
/// take ten times the memory for thousands of clients, most of which are never compared.
#[derive(Debug, Clone)]
pub struct Existing {
    id: ClientId,
    client_name: Option<String>,
    owner: Option<String>,
    name: Option<Name>,
    created_at: Option<Timestamp>,
    body: Box<RawValue>,
}

/// The members that identify a client.
#[derive(Deserialize)]
struct Header {
    client_id: String,
    client_name: Option<String>,
    owner: Option<String>,
    created_at: Option<String>,
}

impl Existing {
    /// Reads the client's identity. The error says what is wrong with the JSON.
    ///
    /// # Errors
    /// When the JSON is not a client: it is not an object, or has no `client_id`.
    pub fn from_json(body: Box<RawValue>) -> Result<Self, String> {
        let header: Header = serde_json::from_str(body.get()).map_err(|error| error.to_string())?;
        let id = ClientId::new(header.client_id).ok_or("`client_id` is empty")?;
        let non_empty = |text: Option<String>| text.filter(|text| !text.is_empty());
        let client_name = non_empty(header.client_name);
        let owner = non_empty(header.owner);
        let name = client_name.clone().zip(owner.clone());
        let created_at = header.created_at.and_then(|time| time.parse().ok());
        Ok(Self {
            id,
            client_name,
            owner,
            name: name.map(|(client_name, owner)| Name { client_name, owner }),
            created_at,
            body,
        })
    }

    /// The client's id.
    #[must_use]
    pub fn id(&self) -> &ClientId {
        &self.id
    }

    /// `client_name`, unless it is empty.
    #[must_use]
    pub fn client_name(&self) -> Option<&str> {
        self.client_name.as_deref()
    }

    /// `owner`, unless it is empty.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// The client's name with its owner, if it has both.
    #[must_use]
    pub fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    /// Whether `identity` is that of this client.
    #[must_use]
    pub fn is(&self, identity: &Identity) -> bool {
        match identity {
            Identity::Id(id) => self.id == *id,
            Identity::Name(name) => self.name.as_ref() == Some(name),
            Identity::Resource(resource) => self.owner() == Some(resource.as_str()),
        }
    }

    /// The identities by which a manifest may mean this client.
    pub fn identities(&self) -> impl Iterator<Item = Identity> {
        let name = self.name.clone().map(Identity::Name);
        let resource = self.owner().map(ResourceName::of_owner);
        let id = std::iter::once(Identity::Id(self.id.clone()));
        id.chain(name).chain(resource.map(Identity::Resource))
    }

    /// When the client was created, to the second, by the clock of the Hydra that created it.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }

    /// The same client without its JSON, to save memory for clients that are not compared.
    #[must_use]
    pub fn without_json(mut self) -> Self {
        self.body = RawValue::NULL.to_owned();
        self
    }

    /// The client's JSON object as Hydra wrote it.
    #[must_use]
    pub fn json(&self) -> &str {
        self.body.get()
    }
}
