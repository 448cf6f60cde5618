//! How a client looks before it is stored, once it is stored, and in an answer.

use serde_json::{Value, json};

use super::decode::Object;
use super::field::{Field, Kind};
use super::version::Version;
use super::{keyset, pipe, rules};

/// Fills in what Hydra fills in before it saves a client, so that the answer to the request itself
/// shows it.
pub(super) fn complete(client: &mut Object) {
    for (name, empty) in [
        ("audience", json!([])),
        ("allowed_cors_origins", json!([])),
        ("jwks", json!({})),
    ] {
        if client.get(name).is_none_or(Value::is_null) {
            client.insert(name.to_owned(), empty);
        }
    }
    client.entry("metadata").or_insert(json!({}));
}

/// The client as the database gives it back: no list is null, and v1 garbles some.
pub(super) fn stored(client: &Object, version: Version) -> Object {
    let value = |field: &Field| match (field.name, field.kind) {
        ("client_secret" | "registration_access_token" | "registration_client_uri", _) => None,
        (name, Kind::List) => {
            let items = rules::list(client, name);
            Some(Value::from(if version.is_v1() {
                pipe::read_back(&items)
            } else {
                items
            }))
        }
        (name, _) => client.get(name).cloned(),
    };
    Field::known_to(version)
        .filter_map(|field| Some((field.name.to_owned(), value(field)?)))
        .collect()
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
