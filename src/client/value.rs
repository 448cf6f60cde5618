//! A client as a manifest describes it: the values of its fields.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value as Json;

use super::by_field::ByField;
use super::{ClientId, Field, Identity, Name, ResourceName};

/// The value of one field. The variant is determined by the field's [`Shape`](super::Shape).
#[derive(Debug, Clone)]
pub enum Value {
    /// A string ([`Shape::Text`](super::Shape::Text), [`Shape::Lifespan`](super::Shape::Lifespan)).
    Text(String),
    /// A secret; `Debug` does not show it.
    Secret(SecretString),
    /// Strings, in the manifest's order ([`Shape::List`](super::Shape::List),
    /// [`Shape::Scope`](super::Shape::Scope)).
    List(Vec<String>),
    /// A boolean.
    Flag(bool),
    /// An integer.
    Number(i64),
    /// A JSON value, with its numbers as they were written.
    Json(Box<Json>),
}

/// Where the secret of a client comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretSource {
    /// None is given and Hydra would generate one, so it is generated here.
    Generated,
    /// The manifest contains it. It is sent, but not recorded.
    Given,
    /// The client authenticates without a secret.
    None,
}

/// What a field holds that nobody may see.
#[derive(Debug, Clone)]
pub struct Hidden {
    /// The secrets in it.
    pub secrets: Vec<SecretString>,
    /// The value without them: each is [`MASK`](super::MASK). The rest is as the manifest has it.
    pub masked: Json,
}

/// An OAuth 2.0 client as a manifest describes it: only the fields that the manifest sets.
#[derive(Debug, Clone, Default)]
pub struct Client {
    values: ByField<Value>,
    /// Fields that hold secrets which are not the client's own.
    hidden: ByField<Hidden>,
    is_resource: bool,
    /// The `secretName` of the Kubernetes resource that describes it.
    secret_name: Option<String>,
}

impl Client {
    /// Sets a field, and returns its previous value.
    pub fn set(&mut self, field: Field, value: Value) -> Option<Value> {
        self.values.set(field, value)
    }

    /// Says that a field contains secrets, and is never to be shown.
    pub fn hide(&mut self, field: Field, hidden: Hidden) {
        self.hidden.set(field, hidden);
    }

    /// The value of a hidden field without its secrets.
    pub(crate) fn masked(&self, field: Field) -> Option<&Json> {
        self.hidden.get(field).map(|hidden| &hidden.masked)
    }

    /// Whether a field contains a secret that is not the client's own.
    #[must_use]
    pub fn is_hidden(&self, field: Field) -> bool {
        self.hidden.has(field)
    }

    /// Whether any field does.
    #[must_use]
    pub fn has_hidden(&self) -> bool {
        !self.hidden.is_empty()
    }

    /// The secrets in fields that are hidden.
    pub fn hidden(&self) -> impl Iterator<Item = &SecretString> {
        self.hidden.iter().flat_map(|(_, hidden)| &hidden.secrets)
    }

    /// One with room for so many fields.
    pub(crate) fn for_fields(count: usize) -> Self {
        Self {
            values: ByField::for_fields(count),
            ..Self::default()
        }
    }

    /// One that a Kubernetes resource describes, whose `NAME/NAMESPACE` becomes its owner. The
    /// resource names the Secret that applications read.
    pub(crate) fn of_resource(secret_name: Option<String>) -> Self {
        Self {
            is_resource: true,
            secret_name,
            ..Self::default()
        }
    }

    /// Removes a field.
    pub(crate) fn unset(&mut self, field: Field) {
        self.values.unset(field);
    }

    /// The value of a field, if the manifest sets it.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&Value> {
        self.values.get(field)
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

    /// The fields that the manifest sets, in Hydra's order.
    pub fn values(&self) -> impl Iterator<Item = (Field, &Value)> {
        self.values.iter()
    }

    /// The client's own id, if the manifest gives one.
    #[must_use]
    pub fn client_id(&self) -> Option<ClientId> {
        self.text(Field::ClientId).and_then(ClientId::new)
    }

    /// The identity of the client; `None` if a later run could not recognize it.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        let id = self.client_id().map(Identity::Id);
        match self.is_resource {
            true => self.resource().map(Identity::Resource),
            false => id.or_else(|| self.name().map(Identity::Name)),
        }
    }

    /// The name and namespace of the Kubernetes resource that describes it, if one does.
    #[must_use]
    pub fn resource(&self) -> Option<ResourceName> {
        let owner = self.text(Field::Owner).filter(|_| self.is_resource)?;
        Some(ResourceName::of_owner(owner))
    }

    /// The name of the Kubernetes Secret that applications read, if a resource names one.
    #[must_use]
    pub fn secret_name(&self) -> Option<&str> {
        self.secret_name.as_deref()
    }

    /// The client's name with its owner, if the manifest gives both.
    #[must_use]
    pub fn name(&self) -> Option<Name> {
        let client_name = self.text(Field::ClientName)?.to_owned();
        let owner = self.text(Field::Owner)?.to_owned();
        Some(Name { client_name, owner })
    }

    /// Whether its `jwks` is an empty key set (RFC 7517, section 5), which is the same as no `jwks`.
    #[must_use]
    pub fn has_no_keys(&self) -> bool {
        match self.get(Field::Jwks) {
            Some(Value::Json(set)) if set.is_object() => match keys_of(set) {
                None | Some(Json::Null) => true,
                Some(keys) => keys.as_array().is_some_and(Vec::is_empty),
            },
            _ => false,
        }
    }

    /// The secret that the manifest contains, unless it is empty.
    #[must_use]
    pub fn given_secret(&self) -> Option<&SecretString> {
        match self.get(Field::ClientSecret) {
            Some(Value::Secret(secret)) if !secret.expose_secret().is_empty() => Some(secret),
            _ => None,
        }
    }

    /// Where the client's secret comes from.
    ///
    /// Public clients (`none`) have no secret, and `private_key_jwt` authenticates by a key
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

/// The list of keys in a key set (RFC 7517, section 5).
pub(crate) fn keys_of(set: &Json) -> Option<&Json> {
    let mut members = set.as_object()?.iter();
    members
        .find(|(name, _)| is_keys(name))
        .map(|(_, keys)| keys)
}

/// Whether Hydra reads a member of a key set as `keys`. Go ignores the case of its name, including
/// two letters outside ASCII: `\u{17f}` is a lowercase `s`, and `\u{212a}` is an uppercase `k`.
pub(crate) fn is_keys(name: &str) -> bool {
    let plain = name.replace('\u{17f}', "s").replace('\u{212a}', "k");
    plain.eq_ignore_ascii_case("keys")
}
