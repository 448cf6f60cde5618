//! How a client looks before it is stored, once it is stored, and in an answer.

use serde_json::{Value, json};

use super::decode::Object;
use super::field::{Field, Kind};
use super::version::Version;
use super::{jwk, rules};

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
                read_back(&items)
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
    version.checks_bodies() || client.get("jwks").is_none_or(jwk::can_be_read_back)
}

/// A list as v1 reads it back. It stores the strings joined with `|`, and not every string survives:
/// empty ones are gone, and a backslash before a `|` is taken for an escape.
fn read_back(items: &[String]) -> Vec<String> {
    let escaped: Vec<String> = items.iter().map(|item| item.replace('|', "\\|")).collect();
    split(&escaped.join("|"))
        .into_iter()
        .filter(|item| !item.is_empty())
        .map(|item| item.replace("\\|", "|"))
        .collect()
}

fn split(text: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut escaped = false;
    for char in text.chars() {
        match char {
            '\\' => escaped = !escaped,
            '|' if !escaped => {
                items.push(String::new());
                continue;
            }
            // The escape outlives the `|` that it was meant for, so that a second one is no end.
            '|' => {}
            _ => escaped = false,
        }
        if let Some(last) = items.last_mut() {
            last.push(char);
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::read_back;

    #[test]
    fn v1_loses_empty_strings_and_garbles_backslashes() {
        let read = |items: &[&str]| {
            let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
            read_back(&items)
        };
        assert_eq!(read(&["a|b"]), ["a|b"]);
        assert_eq!(read(&["", "a", ""]), ["a"]);
        assert_eq!(read(&[""]), Vec::<String>::new());
        let garbled = read(&["a|b", "c\\", "d\\|e"]);
        assert_eq!(garbled, ["a|b", "c|d\\\\", "e"]);
    }
}
