//! Kubernetes resources: hydra-maester's `OAuth2Client`, and lists of it.

use serde_json::{Map, Value as Json, json};

use super::client::property;
use crate::client::{Field, Shape};
use crate::manifest::decode::{bare, is_settable_in_resource, maester_name};

/// A resource, by its kind. Kinds that are not known are skipped with a warning.
pub(super) fn resource() -> Json {
    let ours = json!({"type": "string", "pattern": "^hydra\\.ory\\.sh/"});
    json!({
        "properties": {
            "kind": {"anyOf": [{"enum": ["OAuth2Client", "OAuth2ClientList", "List"]}, {}]},
            "apiVersion": {"anyOf": [{"enum": ["hydra.ory.sh/v1alpha1", "v1"]}, {}]},
        },
        "allOf": [
            {
                "if": is_kind("OAuth2Client", &ours),
                "then": {"$ref": "#/definitions/oauth2Client"},
            },
            {"if": is_kind("OAuth2ClientList", &ours), "then": items()},
            {"if": is_kind("List", &json!({"const": "v1"})), "then": items()},
        ],
    })
}

fn is_kind(kind: &str, api: &Json) -> Json {
    json!({"properties": {"apiVersion": api, "kind": {"const": kind}}})
}

/// Only a list in `items` is read.
fn items() -> Json {
    json!({"properties": {"items": {
        "if": {"type": "array"},
        "then": {"items": {"$ref": "#/definitions/document"}},
    }}})
}

/// hydra-maester's resource.
pub(super) fn client() -> Json {
    json!({
        "required": ["metadata", "spec"],
        "properties": {
            "metadata": {
                "type": "object",
                "required": ["name", "namespace"],
                "properties": {
                    "name": {"type": "string", "description": "Name of the resource, a part of the client's owner"},
                    "namespace": {"type": "string", "description": "Namespace of the resource, a part of the client's owner"},
                },
            },
            "spec": spec(),
        },
    })
}

/// Names are compared without case and hyphens, so each field has a pattern as well.
fn spec() -> Json {
    let mut properties = Map::new();
    let mut patterns = Map::new();
    let settable = |field: &&Field| is_settable_in_resource(**field);
    for field in Field::ALL.iter().filter(settable) {
        properties.insert(maester_name(*field), property(*field));
        patterns.insert(pattern(*field), property(*field));
    }
    properties.insert("scopeArray".to_owned(), scopes());
    properties.insert("tokenLifespans".to_owned(), lifespans());
    for (name, doc) in [
        (
            "secretName",
            "No Kubernetes Secret is read or written: this is ignored",
        ),
        (
            "hydraAdmin",
            "The endpoint is set on the command line: this is ignored",
        ),
        (
            "deletionPolicy",
            "Clients are never deleted: this is ignored",
        ),
        (
            "requireExistingSecret",
            "No Kubernetes Secret is read: this is ignored",
        ),
    ] {
        properties.insert(name.to_owned(), json!({"description": doc}));
    }
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "patternProperties": patterns,
    })
}

fn scopes() -> Json {
    let mut scopes = property(Field::Scope);
    scopes["description"] = "More scopes, added to those of `scope`".into();
    scopes
}

/// The fields have Hydra's own names here.
fn lifespans() -> Json {
    let lifespans = Field::ALL
        .iter()
        .filter(|field| field.shape() == Shape::Lifespan);
    let properties: Map<_, _> = lifespans
        .map(|field| (field.name().to_owned(), property(*field)))
        .collect();
    json!({
        "description": "How long tokens live",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

/// Matches what is read as the field's name: any case, and hyphens anywhere.
fn pattern(field: Field) -> String {
    let letters = bare(field.name());
    let letters = letters
        .chars()
        .map(|char| format!("[{char}{}]-*", char.to_ascii_uppercase()));
    format!("^-*{}$", letters.collect::<String>())
}
