//! What a file holds: clients, lists of clients and Kubernetes resources.

use serde_json::{Value as Json, json};

use super::{client, keys, resource};

/// The JSON Schema of a document of a manifest.
#[must_use]
pub fn schema() -> Json {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "hydra-gitops manifest",
        "description": "OAuth 2.0 clients of Ory Hydra: one, a list, or Kubernetes resources",
        "if": {"type": "array"},
        "then": {"items": {"$ref": "#/definitions/document"}},
        // A document of a YAML file may be empty.
        "else": {"if": {"type": "null"}, "else": {"$ref": "#/definitions/document"}},
        "definitions": {
            "document": document(),
            "client": client::client(),
            "keySet": keys::key_set(),
            "key": keys::key(),
            "resource": resource::resource(),
            "oauth2Client": resource::client(),
        },
    })
}

/// A resource has a kind and an API version; anything else is a client.
fn document() -> Json {
    json!({
        "type": "object",
        "if": {
            "required": ["apiVersion", "kind"],
            "properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"}},
        },
        "then": {"$ref": "#/definitions/resource"},
        "else": {"$ref": "#/definitions/client"},
    })
}
