//! JSON Web Key Sets (RFC 7517) as they come back from Hydra.
//!
//! Hydra parses and re-encodes each key (go-jose; measured on v1.11.10 and v2.3.0): it drops
//! unknown and empty members, and strips leading zero bytes from big numbers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value as Json, json};

use super::json_equality::is_same_json;
use crate::client::keys_of;

/// The members of a key that Hydra keeps. Hydra recomputes the private members `dp`, `dq` and `qi`
/// (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1), so they are not compared.
const KEPT: &[&str] = &[
    "use", "kty", "kid", "crv", "alg", "k", "x", "y", "n", "e", "d", "p", "q", "x5c", "x5u", "x5t",
    "x5t#S256",
];

/// Whether two key sets hold the same keys, compared by `kid`. Keys that share a `kid`, or have none,
/// are compared in their order, because Hydra uses the first of them. A missing set equals an empty
/// one.
pub(super) fn is_same(ours: &Json, hydra: &Json) -> bool {
    let (mut ours, mut theirs) = (keys(ours), keys(hydra));
    for keys in [&mut ours, &mut theirs] {
        // Stable.
        keys.sort_by(|a, b| kid(a).cmp(kid(b)));
    }
    ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(a, b)| is_same_json(a, b))
}

/// Both key sets as they are compared, with Hydra's keys in the order of the manifest's.
pub(super) fn side_by_side(ours: &Json, hydra: &Json) -> (Json, Json) {
    let (ours, mut theirs) = (keys(ours), keys(hydra));
    let mut ordered = Vec::with_capacity(theirs.len());
    for key in &ours {
        if let Some(at) = theirs.iter().position(|other| kid(other) == kid(key)) {
            ordered.push(theirs.remove(at));
        }
    }
    ordered.append(&mut theirs);
    (json!({"keys": ours}), json!({"keys": ordered}))
}

/// The keys of a set, as Hydra re-encodes them.
fn keys(set: &Json) -> Vec<Json> {
    let keys = keys_of(set).and_then(Json::as_array);
    keys.map_or_else(Vec::new, |keys| keys.iter().map(rewritten).collect())
}

fn kid(key: &Json) -> &str {
    key.get("kid").and_then(Json::as_str).unwrap_or_default()
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
    use super::{is_same, side_by_side};
    use serde_json::{Value, json};

    fn set(keys: &[(&str, &str)]) -> Value {
        let key = |(kid, n): &(&str, &str)| match *kid {
            "" => json!({"kty": "RSA", "n": n}),
            kid => json!({"n": n, "kid": kid, "kty": "RSA"}),
        };
        json!({"keys": keys.iter().map(key).collect::<Vec<_>>()})
    }

    #[test]
    fn keys_are_compared_by_their_kid() {
        let ours = set(&[("a", "AQ"), ("b", "Ag"), ("", "Aw"), ("", "BA")]);
        for (theirs, same) in [
            (
                &[("b", "Ag"), ("", "Aw"), ("a", "AQ"), ("", "BA")][..],
                true,
            ),
            (&[("b", "Ag"), ("", "BA"), ("a", "AQ"), ("", "Aw")], false),
            (&[("a", "Ag"), ("b", "AQ"), ("", "Aw"), ("", "BA")], false),
            (&[("a", "AQ"), ("b", "Ag"), ("", "Aw")], false),
        ] {
            assert_eq!(is_same(&ours, &set(theirs)), same, "{theirs:?}");
        }
        let twice = |first, second| set(&[("a", first), ("a", second)]);
        assert!(is_same(&twice("AQ", "Ag"), &twice("AQ", "Ag")));
        assert!(!is_same(&twice("AQ", "Ag"), &twice("Ag", "AQ")));
        assert!(!is_same(&twice("AQ", "AQ"), &set(&[("a", "AQ")])));
    }

    #[test]
    fn hydras_keys_are_shown_beside_the_manifests() {
        let (ours, theirs) = (
            set(&[("a", "AQ"), ("b", "Ag")]),
            set(&[("c", "AQ"), ("b", "Aw")]),
        );
        let shown = (ours.clone(), set(&[("b", "Aw"), ("c", "AQ")]));
        assert_eq!(side_by_side(&ours, &theirs), shown);
    }

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
