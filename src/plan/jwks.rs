//! JSON Web Key Sets (RFC 7517) as they come back from Hydra.
//!
//! Hydra parses and re-encodes each key (go-jose; measured on v1.11.10 and v2.3.0): it drops
//! unknown and empty members, and strips leading zero bytes from big numbers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value as Json};

use super::json_equality::is_same_json;
use crate::client::keys_of;

/// The members of a key that Hydra keeps. Hydra recomputes the private members `dp`, `dq` and `qi`
/// (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1), so they are not compared.
const KEPT: &[&str] = &[
    "use", "kty", "kid", "crv", "alg", "k", "x", "y", "n", "e", "d", "p", "q", "x5c", "x5u", "x5t",
    "x5t#S256",
];

/// Whether two key sets hold the same keys in the same order. A missing set equals an empty one.
pub(super) fn is_same(ours: &Json, hydra: &Json) -> bool {
    let keys = |set: &Json| -> Vec<Json> {
        let keys = keys_of(set).and_then(Json::as_array);
        keys.map_or_else(Vec::new, |keys| keys.iter().map(rewritten).collect())
    };
    let (ours, theirs) = (keys(ours), keys(hydra));
    ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(a, b)| is_same_json(a, b))
}

/// A key as Hydra re-encodes it, reduced to what is compared.
fn rewritten(key: &Json) -> Json {
    let Some(members) = key.as_object() else {
        return key.clone();
    };
    let kept: Map<String, Json> = members
        .iter()
        .filter(|(name, value)| KEPT.contains(&name.as_str()) && !is_empty(value))
        .map(|(name, value)| (name.clone(), rewritten_member(name, value)))
        .collect();
    Json::Object(kept)
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn rewritten_member(name: &str, value: &Json) -> Json {
    let Some(text) = value.as_str() else {
        return value.clone();
    };
    let text = text.trim_end_matches('=');
    if !matches!(name, "n" | "e" | "d" | "p" | "q" | "x") {
        return value.clone();
    }
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(text) else {
        return Json::from(text);
    };
    // Coordinates keep their length in Hydra, but that does not matter: both sides are rewritten
    // this way.
    let is_set = |byte: &u8| *byte != 0;
    let start = bytes.iter().position(is_set).unwrap_or(bytes.len());
    let end = match name {
        // Hydra truncates an Ed25519 key that is too long and pads one that is too short with
        // zeros.
        "x" => bytes
            .iter()
            .rposition(is_set)
            .map_or(start, |last| last + 1),
        _ => bytes.len(),
    };
    Json::from(URL_SAFE_NO_PAD.encode(&bytes[start..end]))
}

#[cfg(test)]
mod tests {
    use super::is_same;
    use serde_json::json;

    #[test]
    fn what_hydra_rewrites_is_no_difference() {
        let sent = json!({"keys": [{"kty": "RSA", "n": "AAAB", "e": "AAEAAQ==", "kid": "k", "alg": "",
            "key_ops": ["verify"], "x5c": []}], "more": 1});
        let stored = json!({"keys": [{"kid": "k", "kty": "RSA", "n": "AQ", "e": "AQAB"}]});
        assert!(is_same(&sent, &stored));
        let other = json!({"keys": [{"kid": "k2", "kty": "RSA", "n": "AQ", "e": "AQAB"}]});
        assert!(!is_same(&sent, &other));
        for name in ["KEYS", "Keys", "\u{212a}eys"] {
            let odd = json!({name: sent["keys"]});
            assert!(is_same(&odd, &stored), "{name}");
            assert!(!is_same(&odd, &other), "{name}");
        }
        for empty in [
            json!({}),
            json!({"keys": []}),
            json!({"keys": null}),
            json!(null),
        ] {
            assert!(is_same(&empty, &json!({})), "{empty}");
            assert!(!is_same(&sent, &empty), "{empty}");
        }
    }
}
