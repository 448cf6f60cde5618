//! How large a client may be.

use serde_json::Value as Json;

use crate::client::Value;
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report, Rule};

/// The most text of one client, in bytes: thousands of keys or URLs. Hydra sends all of it with
/// every list of clients.
const MAX_BYTES: usize = 4 << 20;

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
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
