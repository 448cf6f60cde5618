//! How a client looks before it is stored, once it is stored, and in an answer.

use serde_json::{Value, json};

use super::decode::Object;
use super::field::{Field, Kind};
use super::version::Version;
use super::{keyset, pipe, rules};

/// Fills in what Hydra fills in before it saves a client, so that the answer to the request itself
/// shows it.
pub(super) fn complete(client: &mut Object) {
    for name in ["audience", "allowed_cors_origins"] {
        if client.get(name).is_none_or(Value::is_null) {
            client.insert(name.to_owned(), json!([]));
        }
    }
    if client.get("jwks").is_none_or(Value::is_null) {
        client.insert("jwks".to_owned(), json!({}));
    }
    if !client.contains_key("metadata") {
        client.insert("metadata".to_owned(), json!({}));
    }
}

/// The client as the database gives it back: no list is null, and v1 garbles some.
pub(super) fn stored(client: &Object, version: Version) -> Object {
    let mut stored = Object::new();
    for field in Field::known_to(version) {
        if [
            "client_secret",
            "registration_access_token",
            "registration_client_uri",
        ]
        .contains(&field.name)
        {
            continue;
        }
        let value = match client.get(field.name) {
            _ if field.kind == Kind::List => {
                let items = rules::list(client, field.name);
                let items = if version.is_v1() {
                    pipe::read_back(&items)
                } else {
                    items
                };
                Value::from(items)
            }
            Some(value) => value.clone(),
            None => continue,
        };
        stored.insert(field.name.to_owned(), value);
    }
    stored
}

/// The client as an answer shows it.
pub(super) fn shown(client: &Object, version: Version) -> Value {
    let mut shown = Object::new();
    for field in Field::known_to(version) {
        let value = client.get(field.name).cloned();
        let value = value.unwrap_or_else(|| field.kind.zero());
        if !field.hides(&value) {
            shown.insert(field.name.to_owned(), value);
        }
    }
    Value::Object(shown)
}

/// Whether the server can still read what it stored; v1 cannot always, and then fails.
pub(super) fn is_readable(client: &Object, version: Version) -> bool {
    version.checks_keys() || client.get("jwks").is_none_or(keyset::can_be_read_back)
}
