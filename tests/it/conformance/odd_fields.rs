//! Clients with one odd field each.

use serde_json::{Value, json};

use crate::conformance::bodies::{
    ADDRESSES, FLAGS, LIFESPANS, LISTS, ODD_TEXTS, SPANS, TEXTS, any,
};
use crate::conformance::key_sets::key_sets;

/// A client with one odd field, for every field and oddity.
pub(crate) fn clients() -> Vec<String> {
    let mut clients = Vec::new();
    let mut add = |name: &str, value: Value| clients.push(json!({ name: value }).to_string());
    for name in TEXTS {
        ODD_TEXTS.iter().for_each(|text| add(name, json!(text)));
    }
    for name in LISTS {
        ADDRESSES
            .iter()
            .for_each(|address| add(name, json!([address])));
        for list in [
            json!([]),
            json!([null]),
            json!(["b", "a", "b"]),
            json!(["a|b", "c\\", "d\\|e"]),
        ] {
            add(name, list);
        }
    }
    for name in LIFESPANS {
        SPANS.iter().for_each(|span| add(name, json!(span)));
    }
    key_sets().into_iter().for_each(|set| add("jwks", set));
    for name in [
        TEXTS,
        LISTS,
        FLAGS,
        LIFESPANS,
        &[
            "metadata",
            "client_secret_expires_at",
            "sector_identifier_uri",
        ],
    ]
    .concat()
    {
        any().into_iter().for_each(|value| add(name, value));
    }
    for (redirect, logout) in [
        ("https://a/", "https://a/x"),
        ("https://A/", "https://a/x"),
        ("https://a:443/", "https://a/x"),
        ("https://a/", "http://a/x"),
        ("https://a", "https://u@a"),
        ("/cb", "/x"),
        ("app:x", "APP:y"),
        ("https://a", "https://a:"),
        ("https://[::1]:80", "https://[::1]"),
        ("https://a", "https://a#x"),
    ] {
        let client =
            json!({"redirect_uris": ["x:y", redirect], "post_logout_redirect_uris": [logout]});
        clients.push(client.to_string());
    }
    for set in key_sets() {
        let method = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": set});
        clients.push(method.to_string());
        clients.push(json!({"jwks_uri": "https://a.example/jwks", "jwks": set}).to_string());
    }
    clients
}
