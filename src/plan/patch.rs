//! The JSON Patch (RFC 6902) that makes a client in Hydra agree with its manifest. It is printed;
//! nothing here sends it.
//!
//! Measured on v1.11.10, v2.1.2 and v2.3.0, which decode the patched client over the old one and
//! then check it as if it were new.

use std::fmt;

use serde_json::{Map, Value as Json};

use super::json_equality::is_same_json;
use super::reported::Reported;
use super::shown::shown_alone;
use crate::client::{Field, MASK, Shape, keys_of};

/// The operations of a patch.
#[derive(Debug, Default)]
pub struct Patch {
    /// In the order in which they are applied.
    pub operations: Vec<Operation>,
    /// Fields that differ and that a patch cannot change: lifespans that the manifest leaves empty,
    /// because Hydra before v25.4 keeps a lifespan that is set to `null`.
    pub omitted: Vec<Field>,
}

/// One operation. `Debug` shows no value.
pub struct Operation {
    /// `add`, `replace` or `remove`.
    pub verb: Verb,
    /// A JSON Pointer (RFC 6901).
    pub path: String,
    /// The new value; `None` if the member is removed.
    pub value: Option<Json>,
    /// The path and the value as they may be shown, if that is not how they are.
    pub masked: Option<(String, Option<Json>)>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// The member is not there yet.
    Add,
    /// The member is there.
    Replace,
    /// The member goes.
    Remove,
}

impl Verb {
    /// Its name in a patch.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Replace => "replace",
            Self::Remove => "remove",
        }
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb.name(), self.path)
    }
}

impl Patch {
    /// Sets a field to the manifest's value.
    pub(super) fn set(&mut self, field: Field, value: &Json, hydra: &Reported<'_>) {
        if field.shape() == Shape::Lifespan && value.as_str() == Some("") {
            self.omitted.push(field);
            return;
        }
        // An object without keys leaves the keys that are there; `null` removes them.
        let value = match field {
            Field::Jwks if !has_keys(value) => Json::Null,
            _ => value.clone(),
        };
        let shown = shown_alone(field, &value);
        self.push(verb(hydra.has(field)), &[field.name()], value, shown);
    }

    /// Sets the members of `metadata` that differ, and leaves the ignored ones as they are.
    pub(super) fn set_members(&mut self, ours: &Map<String, Json>, theirs: &Map<String, Json>) {
        let metadata = Field::Metadata.name();
        for (key, value) in ours {
            let is_same = |other| is_same_json(value, other);
            if !theirs.get(key).is_some_and(is_same) {
                let alone = Map::from_iter([(key.clone(), value.clone())]);
                let shown = shown_alone(Field::Metadata, &Json::Object(alone));
                let shown = shown.get(key).cloned().unwrap_or_default();
                let verb = verb(theirs.contains_key(key));
                self.push(verb, &[metadata, key], value.clone(), shown);
            }
        }
        for key in theirs.keys().filter(|key| !ours.contains_key(*key)) {
            self.operations.push(Operation {
                verb: Verb::Remove,
                path: pointer(&[metadata, key]),
                value: None,
                // What others put into Hydra is not shown to the manifest's author.
                masked: Some((pointer(&[metadata, MASK]), None)),
            });
        }
    }

    /// Adds what Hydra demands of a client with a new key set or a new `jwks_uri`, or with any change
    /// where it has a `jwks_uri`: v1.11 to v2.3 report a client without keys with `"jwks": {}`, and
    /// refuse that beside `jwks_uri`.
    pub(super) fn complete(&mut self, hydra: &Reported<'_>) {
        if self.operations.is_empty() {
            return;
        }
        let (keys, uri) = (self.value_of(Field::Jwks), self.value_of(Field::JwksUri));
        let gets_keys = keys.is_some_and(|keys| !keys.is_null());
        let has_uri = match uri {
            Some(uri) => uri.as_str() != Some(""),
            None => hydra.has_value(Field::JwksUri),
        };
        if gets_keys && has_uri && uri.is_none() {
            let empty = Json::from("");
            self.push(
                Verb::Replace,
                &[Field::JwksUri.name()],
                empty.clone(),
                empty,
            );
        } else if has_uri && keys.is_none() && hydra.has_value(Field::Jwks) {
            let none = Json::Null;
            self.push(Verb::Replace, &[Field::Jwks.name()], none.clone(), none);
        }
    }

    /// The new value of a field, if the patch sets it.
    fn value_of(&self, field: Field) -> Option<&Json> {
        let path = pointer(&[field.name()]);
        let mut operations = self.operations.iter();
        let operation = operations.find(|operation| operation.path == path)?;
        operation.value.as_ref()
    }

    fn push(&mut self, verb: Verb, path: &[&str], value: Json, shown: Json) {
        let path = pointer(path);
        self.operations.push(Operation {
            verb,
            masked: (shown != value).then(|| (path.clone(), Some(shown))),
            path,
            value: Some(value),
        });
    }
}

fn has_keys(set: &Json) -> bool {
    let keys = keys_of(set).and_then(Json::as_array);
    keys.is_some_and(|keys| !keys.is_empty())
}

fn verb(is_there: bool) -> Verb {
    match is_there {
        true => Verb::Replace,
        false => Verb::Add,
    }
}

/// A JSON Pointer (RFC 6901, section 3).
fn pointer(names: &[&str]) -> String {
    let escaped = names
        .iter()
        .map(|name| name.replace('~', "~0").replace('/', "~1"));
    escaped.map(|name| format!("/{name}")).collect()
}
