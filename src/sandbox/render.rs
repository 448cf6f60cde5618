//! How a client looks before it is stored, once it is stored, and in an answer.

use serde_json::{Value, json};

use super::decode::Object;
use super::field::{Field, Kind};
use super::jwk;
use super::rules::{list, set};
use super::version::Version;

/// Fills in what Hydra fills in before it saves a client, so that the answer to the request itself
/// shows it.
pub(super) fn complete(client: &mut Object) {
    for name in ["audience", "allowed_cors_origins", "jwks"] {
        if client.get(name).is_none_or(Value::is_null) {
            let empty = if name == "jwks" { json!({}) } else { json!([]) };
            set(client, name, empty);
        }
    }
    client.entry("metadata").or_insert(json!({}));
}

/// The client as the database gives it back: no list is null, and v1 garbles some.
pub(super) fn stored(client: &Object, version: Version) -> Object {
    let value = |field: &Field| match (field.name, field.kind) {
        ("client_secret" | "registration_access_token" | "registration_client_uri", _) => None,
        (name, Kind::List) if version.is_v1() => Some(read_back(&list(client, name)).into()),
        (name, Kind::List) => Some(list(client, name).into()),
        (name, _) => client.get(name).cloned(),
    };
    let known = Field::known_to(version);
    known
        .filter_map(|field| Some((field.name.to_owned(), value(field)?)))
        .collect()
}

pub(super) fn shown(client: &Object, version: Version) -> Value {
    let members = Field::known_to(version).map(|field| {
        let value = client.get(field.name).cloned();
        (field, value.unwrap_or_else(|| field.kind.zero()))
    });
    let shown = members.filter(|(field, value)| !field.hides(value));
    shown.map(|(field, value)| (field.name, value)).collect()
}

/// Whether the server can still read what it stored; v1 cannot always, and then fails.
pub(super) fn is_readable(client: &Object, version: Version) -> bool {
    version.checks_bodies() || client.get("jwks").is_none_or(jwk::can_be_read_back)
}

/// A list as v1 reads it back. It stores the strings joined with `|`, and not every string survives:
/// empty ones are gone, and a backslash before a `|` is taken for an escape.
fn read_back(items: &[String]) -> Vec<String> {
    let escaped: Vec<String> = items.iter().map(|item| item.replace('|', "\\|")).collect();
    let mut items = split(&escaped.join("|"));
    items.retain(|item| !item.is_empty());
    items.iter().map(|item| item.replace("\\|", "|")).collect()
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
