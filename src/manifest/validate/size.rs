//! What a client may hold: how much, and what every database can store.

use serde_json::Value as Json;

use crate::client::{Field, Value};
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report, Rule};

/// The most text of one client, in bytes: thousands of keys or URLs. Hydra sends all of it with
/// every list of clients.
const MAX_BYTES: usize = 4 << 20;

/// Characters that Hydra's columns have room for, where nothing else limits the value.
const WIDTHS: [(Field, usize); 4] = [
    (Field::ClientId, 255),
    (Field::TokenEndpointAuthMethod, 25),
    (Field::TokenEndpointAuthSigningAlg, 10),
    (Field::RequestObjectSigningAlg, 10),
];

/// Measured with PostgreSQL 15: Hydra answers 500, where SQLite stores the client.
fn unstorable(client: &Decoded<'_>, report: &mut Report) {
    let help = "Hydra answers 500 with PostgreSQL, and stores it with SQLite";
    let finding = |message: &str| Finding::new(Rule::UnstorableValue, message).help(help);
    for (field, value) in client.client.values() {
        let has_zero = match value {
            Value::Text(text) => text.contains('\0'),
            Value::List(items) => items.iter().any(|item| item.contains('\0')),
            _ => false,
        };
        if has_zero {
            client.report(field, finding("the value has the character U+0000"), report);
        }
    }
    for (field, width) in WIDTHS {
        let text = client.client.text(field).unwrap_or_default();
        if text.chars().count() > width {
            let message = format!("the value is longer than {width} characters");
            client.report(field, finding(&message), report);
        }
    }
}

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    unstorable(client, report);
    let size: usize = client.client.values().map(|(_, value)| size(value)).sum();
    if size < MAX_BYTES {
        return;
    }
    let message = format!("more than {} MiB in one client", MAX_BYTES >> 20);
    let finding = Finding::new(Rule::LimitExceeded, message);
    let help = "Hydra returns all of it with every list of clients; shorten it";
    // The text is long, so it is not shown.
    report.add_hidden(client.span, finding.help(help));
}

fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(String::len).sum(),
        Value::Json(json) => size_of_json(json),
        Value::Secret(_) | Value::Flag(_) | Value::Number(_) => 0,
    }
}

fn size_of_json(json: &Json) -> usize {
    match json {
        Json::String(text) => text.len(),
        Json::Number(number) => number.as_str().len(),
        Json::Array(items) => items.iter().map(size_of_json).sum(),
        Json::Object(members) => {
            let sizes = members
                .iter()
                .map(|(name, value)| name.len() + size_of_json(value));
            sizes.sum()
        }
        Json::Null | Json::Bool(_) => 0,
    }
}
