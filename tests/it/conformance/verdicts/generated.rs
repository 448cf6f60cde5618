//! Combinations of odd values, by chance: what is right alone may be wrong together.

use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use serde_json::{Map, Value, json};

use super::cases::Case;

/// In place of a field.
pub(super) const NAME: &str = "combinations";

/// A client that works, with up to three of its fields taken from other cases.
pub(super) fn client(cases: &[Case], random: &mut StdRng) -> Case {
    let mut client = good().choose(random).unwrap().clone();
    let mut what = "";
    for _ in 0..random.gen_range(1..4) {
        let odd = cases.choose(random).unwrap();
        // What JSON's own reader refuses or folds is a case only by itself.
        let Ok(members) = serde_json::from_str::<Map<String, Value>>(&odd.text) else {
            continue;
        };
        if odd.field != "client_id" {
            what = if odd.what.is_empty() { what } else { odd.what };
            client.extend(members);
        }
    }
    Case {
        field: NAME.to_owned(),
        what,
        text: Value::Object(client).to_string(),
    }
}

fn good() -> Vec<Map<String, Value>> {
    let clients = [
        json!({"grant_types": ["client_credentials"], "scope": "a b"}),
        json!({"redirect_uris": ["https://a.example/cb"], "grant_types": ["authorization_code"],
            "response_types": ["code"], "scope": "openid"}),
        json!({"token_endpoint_auth_method": "none", "redirect_uris": ["app:/cb", "https://a"]}),
        json!({"token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": "https://a.example/jwks"}),
        json!({"redirect_uris": ["https://a.example/cb"], "subject_type": "pairwise"}),
    ];
    clients
        .map(|client| client.as_object().unwrap().clone())
        .to_vec()
}
