//! What two servers may differ in: secrets, tokens, times, made-up ids, and their own addresses.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::http::Reply;

const HEADERS: &[&str] = &[
    "content-type",
    "location",
    "link",
    "x-total-count",
    "allow",
    "cache-control",
];

/// An answer without what two servers may differ in.
pub(crate) fn masked(reply: &Reply) -> Value {
    let mut headers = json!({});
    for name in HEADERS {
        headers[*name] = json!(without_ids(reply.header(name)));
    }
    let mut body = match serde_json::from_str(&reply.body) {
        Ok(json) => json,
        // The wording of a web page is nobody's concern.
        Err(_) if reply.header("content-type").starts_with("text/html") => json!("a web page"),
        Err(_) => json!(reply.body),
    };
    mask(&mut body);
    json!({"status": reply.status, "headers": headers, "body": body})
}

fn mask(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(members) => {
            for (name, value) in members {
                match name.as_str() {
                    "created_at" | "updated_at" | "access_token" => *value = json!("masked"),
                    "registration_access_token" | "registration_client_uri" => {
                        *value = json!("masked");
                    }
                    "client_secret" => mask_generated(value),
                    "client_id" if value.as_str().is_some_and(is_uuid) => *value = json!("an id"),
                    // Where a parser stopped is told in its own words.
                    "error_description" => {
                        let text = value.as_str().unwrap_or_default();
                        let text = text.replace("invalid host: ParseAddr", "parse");
                        // Go names the part of a private key that does not fit.
                        let is_private = text.contains(": crypto/rsa: ")
                            || text.contains("overflows the modulus");
                        *value = json!(if is_private { "private" } else { &text });
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// A generated secret has 26 characters; one that was sent is compared.
fn mask_generated(value: &mut Value) {
    if value.as_str().is_some_and(|secret| secret.len() == 26) {
        *value = json!("26 characters");
    }
}

fn is_uuid(text: &str) -> bool {
    Uuid::try_parse(text).is_ok()
}

fn without_ids(header: &str) -> String {
    let parts = header
        .split('/')
        .map(|part| if is_uuid(part) { "an id" } else { part });
    parts.collect::<Vec<_>>().join("/")
}
