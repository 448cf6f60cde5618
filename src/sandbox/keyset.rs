//! A client's set of keys (RFC 7517, section 5), as Hydra reads and keeps it.

use serde_json::{Value, json};

use super::decode::{Fault, Object, mismatch};
use super::field::folded;
use super::jwk;
use super::version::Version;

/// The set with every key rewritten. Members other than `keys` are dropped.
pub(super) fn decode(set: &Object, version: Version) -> Result<Value, Fault> {
    let keys = set.iter().filter(|(name, _)| folded(name) == "keys");
    match keys.map(|(_, keys)| keys).next_back() {
        None => Ok(json!({})),
        Some(Value::Null) => Ok(json!({"keys": null})),
        Some(Value::Array(keys)) => {
            let keys = keys.iter().map(|key| jwk::rewrite(key, version));
            let keys: Result<Vec<Value>, String> = keys.collect();
            Ok(json!({"keys": keys.map_err(Fault::Value)?}))
        }
        Some(other) => {
            let place = "JoseJSONWebKeySet.jwks.JSONWebKeySet.keys";
            Err(mismatch(other, place, "[]jose.JSONWebKey"))
        }
    }
}

/// Whether Hydra from v2.2 on takes every key of a rewritten set: no symmetric ones, and none that
/// cannot be used.
pub(super) fn is_valid(set: &Value) -> bool {
    keys(set).all(|key| key["kty"] != "oct" && is_readable(key))
}

/// Whether Hydra before v2.2 can read the set back. It takes an RSA key whose exponent is zero and
/// stores it without one, takes a symmetric key that is empty, and then fails at every request that
/// touches the client.
pub(super) fn can_be_read_back(set: &Value) -> bool {
    keys(set).all(is_readable)
}

fn is_readable(key: &Value) -> bool {
    match key["kty"].as_str() {
        Some("RSA") => key.get("e").is_some(),
        Some("oct") => key["k"] != "",
        _ => true,
    }
}

fn keys(set: &Value) -> impl Iterator<Item = &Value> {
    set["keys"].as_array().into_iter().flatten()
}
