//! A client's values.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::Value as Json;

use super::{ClientId, Field, Identity, Name};

/// The value of one field. Which variant a field holds follows from its [`Shape`](super::Shape).
#[derive(Debug, Clone)]
pub enum Value {
    /// A string ([`Shape::Text`](super::Shape::Text), [`Shape::Lifespan`](super::Shape::Lifespan)).
    Text(String),
    /// A secret; `Debug` does not show it.
    Secret(SecretString),
    /// Strings, in the manifest's order ([`Shape::List`](super::Shape::List),
    /// [`Shape::Scope`](super::Shape::Scope)).
    List(Vec<String>),
    /// A switch.
    Flag(bool),
    /// An integer.
    Number(i64),
    /// A JSON value, with its numbers as they were written.
    Json(Json),
}

/// Where the secret of a client comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretSource {
    /// Nobody gave one and Hydra would make one: it is generated here.
    Generated,
    /// The manifest gives it; it is sent and never written out.
    Given,
    /// The client authenticates without one.
    None,
}

/// An OAuth 2.0 client as a manifest describes it: what it says, and nothing that it does not say.
#[derive(Debug, Clone, Default)]
pub struct Client {
    values: BTreeMap<Field, Value>,
    is_resource: bool,
}

impl Client {
    /// Sets a field, and returns what it held before.
    pub fn set(&mut self, field: Field, value: Value) -> Option<Value> {
        self.values.insert(field, value)
    }

    /// Notes that it is described by a Kubernetes resource, whose `NAME/NAMESPACE` is its owner.
    pub fn set_resource(&mut self) {
        self.is_resource = true;
    }

    /// Whether it is described by a Kubernetes resource.
    #[must_use]
    pub fn is_resource(&self) -> bool {
        self.is_resource
    }

    /// The value of a field, if the manifest says one.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&Value> {
        self.values.get(&field)
    }

    /// The text of a field; `None` when it is absent or empty, which is the same to Hydra.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&str> {
        match self.get(field) {
            Some(Value::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The strings of a field; empty when it is absent.
    #[must_use]
    pub fn list(&self, field: Field) -> &[String] {
        match self.get(field) {
            Some(Value::List(list)) => list,
            _ => &[],
        }
    }

    /// All that the manifest says, in Hydra's order of fields.
    pub fn values(&self) -> impl Iterator<Item = (Field, &Value)> {
        self.values.iter().map(|(field, value)| (*field, value))
    }

    /// The client's own id, if the manifest gives one.
    #[must_use]
    pub fn client_id(&self) -> Option<ClientId> {
        self.text(Field::ClientId).and_then(ClientId::new)
    }

    /// Who the client is; `None` when a later run could not know it again.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        if let Some(id) = self.client_id() {
            return Some(Identity::Id(id));
        }
        self.name().map(Identity::Name)
    }

    /// The client's name with its owner, if the manifest gives both.
    #[must_use]
    pub fn name(&self) -> Option<Name> {
        let client_name = self.text(Field::ClientName)?.to_owned();
        let owner = self.text(Field::Owner)?.to_owned();
        Some(Name { client_name, owner })
    }

    /// Whether its `jwks` is a set without keys (RFC 7517, section 5), which says nothing.
    #[must_use]
    pub fn has_no_keys(&self) -> bool {
        let Some(Value::Json(Json::Object(set))) = self.get(Field::Jwks) else {
            return false;
        };
        match set.get("keys") {
            None | Some(Json::Null) => true,
            Some(Json::Array(keys)) => keys.is_empty(),
            Some(_) => false,
        }
    }

    /// The secret that the manifest gives; an empty one is none.
    #[must_use]
    pub fn given_secret(&self) -> Option<&SecretString> {
        use secrecy::ExposeSecret as _;
        match self.get(Field::ClientSecret) {
            Some(Value::Secret(secret)) if !secret.expose_secret().is_empty() => Some(secret),
            _ => None,
        }
    }

    /// Where the client's secret comes from.
    ///
    /// Public clients (`none`) have no secret, and `private_key_jwt` proves the client by its key
    /// (OpenID Connect Core 1.0, section 9).
    #[must_use]
    pub fn secret_source(&self) -> SecretSource {
        if self.given_secret().is_some() {
            return SecretSource::Given;
        }
        match self.text(Field::TokenEndpointAuthMethod) {
            Some("none" | "private_key_jwt") => SecretSource::None,
            _ => SecretSource::Generated,
        }
    }
}
