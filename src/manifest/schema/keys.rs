//! A JSON Web Key Set (RFC 7517, section 5).

use serde_json::{Map, Value as Json, json};

use crate::manifest::validate::{CURVES, MEMBERS, NUMBERS};

/// The set. Hydra reads `keys` in any case; a schema cannot tell when two spellings meet.
pub(super) fn key_set() -> Json {
    json!({
        "type": "object",
        "properties": {
            "keys": {"type": ["array", "null"], "items": {"$ref": "#/definitions/key"}},
        },
    })
}

/// A key has the members of its type, and no number in it is empty.
pub(super) fn key() -> Json {
    let kinds: Vec<_> = MEMBERS.into_iter().map(|(kind, _)| kind).collect();
    let all: Vec<_> = MEMBERS
        .into_iter()
        .map(|(kind, needed)| {
            json!({
                "if": {"required": ["kty"], "properties": {"kty": {"const": kind}}},
                "then": {"required": needed, "properties": members(kind, needed)},
            })
        })
        .collect();
    json!({
        "type": "object",
        "required": ["kty"],
        "properties": {"kty": {"enum": kinds}},
        "allOf": all,
    })
}

fn members(kind: &str, needed: &[&str]) -> Map<String, Json> {
    let of = |table: &[(&str, &'static [&'static str])]| {
        let found = table.iter().find(|(of, _)| *of == kind);
        found.map_or::<&[&str], _>(&[], |(_, values)| values)
    };
    let mut members = Map::new();
    for name in of(&NUMBERS) {
        let mut member = json!({"minLength": 1});
        if needed.contains(name) {
            member["not"] = json!({"type": "null"});
        }
        members.insert((*name).to_owned(), member);
    }
    let curves = of(&CURVES);
    if !curves.is_empty() {
        let curve = json!({
            "not": {"type": "null"},
            "anyOf": [{"enum": curves}, {"not": {"type": "string"}}],
        });
        members.insert("crv".to_owned(), curve);
    }
    members
}
