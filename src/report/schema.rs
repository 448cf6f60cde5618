//! The JSON Schemas (draft-07) of the documents in `json.rs`.
//!
//! Members may be added to a document without a new version, so no schema forbids others; the tests
//! do, so that none is forgotten here.

use std::io::{self, Write};

use serde_json::{Map, Value as Json, json};

use crate::manifest;
use crate::report::safe_json;

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schema {
    /// A manifest.
    Manifest,
    /// `hydra-gitops/plan/1`.
    Plan,
    /// `hydra-gitops/apply/1`.
    Apply,
    /// `hydra-gitops/create/1`.
    Create,
    /// `hydra-gitops/validate/1`.
    Validate,
    /// One line of `hydra-gitops/watch/1`.
    Watch,
    /// `hydra-gitops/doctor/1`.
    Doctor,
    /// `hydra-gitops/secrets/1`.
    Secrets,
    /// `hydra-gitops/version/1`.
    Version,
}

/// Writes a schema.
///
/// # Errors
/// Those of the writer.
pub(crate) fn schema(of: Schema, out: &mut dyn Write) -> io::Result<()> {
    let schema = match of {
        Schema::Manifest => manifest::schema(),
        Schema::Plan => optional(document("plan", plan()), of_environment()),
        Schema::Apply => document("apply", apply()),
        Schema::Create => document("create", create()),
        Schema::Validate => document("validate", validate()),
        Schema::Watch => events(),
        Schema::Doctor => document("doctor", doctor()),
        Schema::Secrets => document("secrets", secrets()),
        Schema::Version => document("version", version()),
    };
    safe_json::pretty(&schema, out)
}

type Members = Vec<(&'static str, Json)>;

/// An object that has all of these members.
fn object(members: Members) -> Json {
    let required: Vec<_> = members.iter().map(|(name, _)| *name).collect();
    let properties = members.into_iter();
    let properties: Map<_, _> = properties
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect();
    json!({"type": "object", "required": required, "properties": properties})
}

/// The same with members that need not be there.
fn optional(mut schema: Json, members: Members) -> Json {
    if let Some(Json::Object(properties)) = schema.get_mut("properties") {
        let members = members.into_iter();
        properties.extend(members.map(|(name, schema)| (name.to_owned(), schema)));
    }
    schema
}

/// What a plan has where all environments are planned.
fn of_environment() -> Members {
    vec![
        ("environment", json!({"type": "string"})),
        ("exit_code", json!({"type": "integer"})),
        ("error", json!({"type": ["string", "null"]})),
    ]
}

fn document(name: &str, members: Members) -> Json {
    let format = format!("hydra-gitops/{name}/1");
    let mut members = members;
    members.insert(0, ("format", json!({"const": format})));
    head(&format, object(members))
}

fn head(title: &str, schema: Json) -> Json {
    let mut all = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
    });
    if let (Json::Object(all), Json::Object(schema)) = (&mut all, schema) {
        all.extend(schema);
    }
    all
}

fn text() -> Json {
    json!({"type": "string"})
}

fn flag() -> Json {
    json!({"type": "boolean"})
}

/// A count, a line or a column.
fn count() -> Json {
    json!({"type": "integer", "minimum": 0})
}

fn time() -> Json {
    json!({"type": "string", "format": "date-time"})
}

fn one_of(values: &[&str]) -> Json {
    json!({"enum": values})
}

fn list(items: Json) -> Json {
    json!({"type": "array", "items": items})
}

fn or_null(schema: Json) -> Json {
    json!({"anyOf": [schema, {"type": "null"}]})
}

fn counts(names: &[&'static str]) -> Json {
    object(names.iter().map(|name| (*name, count())).collect())
}

/// The location of a manifest.
fn location() -> Json {
    or_null(object(vec![("path", text()), ("line", count())]))
}

fn differences() -> Json {
    list(object(vec![
        ("field", text()),
        ("manifest", json!({})),
        ("hydra", json!({})),
    ]))
}

/// A JSON Patch (RFC 6902). An operation whose value is masked is no operation of a patch.
fn patch() -> Json {
    let operation = |verbs: &[&str], more: Members| {
        let members = vec![("op", one_of(verbs)), ("path", text())];
        object([members, more].concat())
    };
    let mut masked = operation(&["masked"], vec![("masked", json!({"const": true}))]);
    // A member whose name is masked would be removed, and has no value.
    masked["properties"]["value"] = json!({});
    list(json!({"oneOf": [
        operation(&["add", "replace"], vec![("value", json!({}))]),
        operation(&["remove"], vec![]),
        masked,
    ]}))
}

fn server() -> Members {
    vec![("endpoint", text()), ("hydra_version", or_null(text()))]
}

fn client() -> Members {
    let mut client = created_client();
    client.push(("resource", or_null(text())));
    client
}

fn created_client() -> Members {
    vec![
        ("client_id", or_null(text())),
        ("client_name", or_null(text())),
    ]
}

fn plan() -> Members {
    let change = [
        vec![(
            "action",
            one_of(&["create", "unchanged", "drifted", "unmanaged", "failed"]),
        )],
        client(),
        vec![
            ("manifest", location()),
            ("secret", or_null(secret())),
            ("differences", differences()),
            ("patch", or_null(patch())),
            ("error", or_null(text())),
        ],
    ];
    let summary = [
        "create",
        "unchanged",
        "drifted",
        "unmanaged",
        "failed",
        "ignored",
    ];
    let mut members = server();
    members.push(("checksum", checksum()));
    members.push(("summary", counts(&summary)));
    members.push(("changes", list(object(change.concat()))));
    members
}

/// Of a plan.
fn checksum() -> Json {
    json!({"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"})
}

/// Where a secret comes from.
fn secret() -> Json {
    one_of(&["generated", "given", "none"])
}

fn apply() -> Members {
    let words = ["created", "unchanged", "drifted", "raced", "failed"];
    let outcome = [
        vec![("outcome", one_of(&words))],
        client(),
        vec![
            ("manifest", location()),
            ("unconfirmed", flag()),
            ("error", or_null(text())),
        ],
    ];
    let mut members = server();
    members.push(("checksum", checksum()));
    members.push(("summary", counts(&words)));
    members.push(("outcomes", list(object(outcome.concat()))));
    members
}

fn create() -> Members {
    let mut members = [server(), created_client()].concat();
    members.extend([
        ("secret", secret()),
        ("client_secret", or_null(text())),
        ("encrypted_client_secret", or_null(text())),
        ("age_encrypted_client_secret", or_null(text())),
        ("unconfirmed", flag()),
    ]);
    members
}

/// The members of every finding.
fn finding() -> Members {
    vec![
        (
            "rule",
            json!({"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}),
        ),
        ("severity", one_of(&["error", "warning"])),
        ("message", text()),
        ("help", or_null(text())),
        ("field", or_null(text())),
        ("client_id", or_null(text())),
    ]
}

fn validate() -> Members {
    let place = vec![("path", text()), ("line", count()), ("column", count())];
    let mut finding = finding();
    finding.push(("manifest", or_null(object(place))));
    vec![
        ("summary", counts(&["clients", "errors", "warnings"])),
        ("findings", list(object(finding))),
    ]
}

/// One line of `watch`, by its event.
fn events() -> Json {
    let client = [
        client(),
        vec![
            ("manifest", location()),
            ("took_ms", or_null(count())),
            ("unconfirmed", flag()),
            ("error", or_null(text())),
            ("differences", differences()),
            ("delete", or_null(text())),
        ],
    ];
    let mut finding = finding();
    finding.extend([("line", or_null(count())), ("column", or_null(count()))]);
    let file = vec![
        ("path", or_null(text())),
        ("gone", flag()),
        ("findings", list(object(finding))),
    ];
    let mut hydra = server();
    hydra.extend([("took_ms", or_null(count())), ("error", or_null(text()))]);
    let totals = ["clients", "drifted", "failed", "invalid"];
    let of_client = [
        "created",
        "raced",
        "failed",
        "drifted",
        "unchanged",
        "unmanaged",
        "gone",
    ];
    let all = [
        event(&of_client, client.concat()),
        event(&["invalid", "valid"], file),
        event(&["hydra-down", "hydra-up"], hydra),
        event(&["idle"], vec![("summary", counts(&totals))]),
    ];
    let title = "hydra-gitops/watch/1, one line";
    head(title, json!({"type": "object", "oneOf": all}))
}

fn event(names: &[&str], members: Members) -> Json {
    let mut all = vec![
        ("format", json!({"const": "hydra-gitops/watch/1"})),
        ("event", one_of(names)),
        ("time", time()),
    ];
    all.extend(members);
    object(all)
}

fn doctor() -> Members {
    let recipient = vec![
        ("fingerprint", text()),
        ("user_id", or_null(text())),
        ("encryption_key", text()),
        ("expires_at", or_null(time())),
    ];
    let check = vec![
        ("check", text()),
        ("status", one_of(&["ok", "warning", "problem"])),
        ("message", text()),
        ("hints", list(text())),
    ];
    vec![
        ("endpoint", or_null(text())),
        ("hydra_version", or_null(text())),
        (
            "latency_ms",
            or_null(json!({"type": "number", "minimum": 0})),
        ),
        ("clients", or_null(count())),
        ("clock_ahead_seconds", or_null(json!({"type": "integer"}))),
        ("recipients", list(object(recipient))),
        ("age_recipients", list(text())),
        ("summary", counts(&["ok", "warnings", "problems"])),
        ("exit_code", count()),
        ("checks", list(object(check))),
    ]
}

fn secrets() -> Members {
    let mut record = vec![("line", count()), ("client_id", text())];
    record.extend([
        ("client_name", or_null(text())),
        ("endpoint", text()),
        ("created_at", time()),
        ("recipients", list(text())),
        ("encrypted", flag()),
        ("unconfirmed", flag()),
        ("superseded", flag()),
    ]);
    let broken = vec![("line", count()), ("error", text())];
    vec![
        ("secrets", list(object(record))),
        ("broken", list(object(broken))),
    ]
}

fn version() -> Members {
    vec![
        ("version", text()),
        ("commit", or_null(text())),
        ("target", text()),
    ]
}
