//! What a server makes of what it is sent.

use hydra_gitops::sandbox::Version;
use serde_json::{Value, json};

use crate::conformance::Check;
use crate::support::target::{Target, fresh};

pub(crate) const CHECKS: &[(&str, Check)] = &[
    ("defaults", defaults),
    ("what is left out while it is empty", left_out),
    ("durations are rewritten", durations),
    ("origins are rewritten", origins),
    ("metadata is kept as it was sent", metadata),
    ("answers are safe in a web page", escapes),
    ("keys are rewritten", keys),
    ("lists are kept in their order", lists),
    ("the order of members", members),
    ("v1 garbles lists", garbled_lists),
];

fn defaults(target: &Target) {
    let empty = json!({"client_name": null, "scope": "", "subject_type": "", "jwks": null,
        "token_endpoint_auth_method": "", "userinfo_signed_response_alg": "", "audience": null});
    for client in [json!({}), empty] {
        let stored = target.stored(&client);
        for (name, value) in [
            ("client_name", json!("")),
            ("scope", json!("offline_access offline openid")),
            ("subject_type", json!("public")),
            ("token_endpoint_auth_method", json!("client_secret_basic")),
            ("userinfo_signed_response_alg", json!("none")),
            ("client_secret_expires_at", json!(0)),
            ("redirect_uris", json!([])),
            ("audience", json!([])),
            ("jwks", json!({})),
            ("metadata", json!({})),
            ("implicit_grant_id_token_lifespan", json!(null)),
        ] {
            assert_eq!(stored[name], value, "{name}");
        }
        assert_eq!(
            stored["skip_consent"],
            if target.version < Version::V2_1_2 {
                json!(null)
            } else {
                json!(false)
            }
        );
    }
    let stored = target.stored(&json!({"client_secret_expires_at": 7}));
    assert_eq!(stored["client_secret_expires_at"], 0);
}

fn left_out(target: &Target) {
    let client = json!({"jwks_uri": "", "request_uris": [], "post_logout_redirect_uris": [],
        "frontchannel_logout_uri": "", "backchannel_logout_session_required": false,
        "request_object_signing_alg": "", "sector_identifier_uri": "", "access_token_strategy": ""});
    let stored = target.stored(&client);
    for name in client.as_object().unwrap().keys() {
        assert!(stored.get(name).is_none(), "{name}");
    }
    if target.version >= Version::V2_2_0 {
        for value in [json!(null), json!(false), json!(true)] {
            let stored = target.stored(&json!({"skip_logout_consent": value}));
            assert_eq!(stored["skip_logout_consent"], value);
        }
    }
}

fn durations(target: &Target) {
    for (sent, stored) in [
        ("1h", "1h0m0s"),
        ("90m", "1h30m0s"),
        ("1.5h", "1h30m0s"),
        ("0", "0s"),
        ("1500us", "1.5ms"),
        ("-1h", "-1h0m0s"),
        ("1us", "1\u{b5}s"),
    ] {
        let name = "refresh_token_grant_access_token_lifespan";
        assert_eq!(
            target.stored(&json!({ name: sent }))[name],
            stored,
            "{sent}"
        );
    }
}

fn origins(target: &Target) {
    for (sent, stored) in [
        ("https://a.example/", "https://a.example"),
        ("HTTPS://A.example:443//", "https://A.example:443"),
        ("https://a/?", "https://a?"),
        ("https://\u{fc}", "https://%C3%BC"),
    ] {
        let client = json!({"allowed_cors_origins": ["http://first", sent]});
        let found = target.stored(&client)["allowed_cors_origins"].clone();
        assert_eq!(found, json!(["http://first", stored]));
    }
}

fn metadata(target: &Target) {
    for text in [
        r#"{"z":1.0,"a":{"y":null,"x":12345678901234567890123}}"#,
        "null",
        "[1,\"a\"]",
        "\"s\"",
        "{}",
    ] {
        let reply = target.post_raw(&format!("{{\"metadata\":{text}}}"));
        let id = reply.json()["client_id"].as_str().unwrap().to_owned();
        let stored = target.get(&id).json()["metadata"].to_string();
        assert_eq!(stored, text);
    }
}

/// As Go's encoder writes them.
fn escapes(target: &Target) {
    let escaped = r"\u003ca\u003e\u0026\u2028\u2029'/";
    let text = "<a>&\u{2028}\u{2029}'/";
    let owner = fresh("escapes");
    let client =
        json!({"owner": owner, "client_name": text, "contacts": [text], "metadata": {text: text}});
    let created = target.post(&client);
    let id = created.json()["client_id"].as_str().unwrap().to_owned();
    for answer in [
        created,
        target.get(&id),
        target.list(&format!("?owner={owner}")),
    ] {
        assert_eq!(answer.body.matches(escaped).count(), 4, "{}", answer.body);
        assert!(
            !answer
                .body
                .contains(['<', '>', '&', '\u{2028}', '\u{2029}'])
        );
    }
    let refused = target.post(&json!({"subject_type": text}));
    assert!(
        refused.body.contains(&escaped.replace("/", "")),
        "{}",
        refused.body
    );
}

fn keys(target: &Target) {
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    let sent = json!({"keys": [{"n": n, "e": "AAEAAQ", "key_ops": ["verify"], "kid": "", "alg": "RS256", "kty": "RSA", "use": "sig"}], "x": 1});
    let stored = target.stored(&json!({"jwks": sent}))["jwks"].to_string();
    // As text, since the order of members is rewritten, too.
    let expected = format!(
        "{{\"keys\":[{{\"use\":\"sig\",\"kty\":\"RSA\",\"alg\":\"RS256\",\"n\":\"{n}\",\"e\":\"AQAB\"}}]}}"
    );
    assert_eq!(stored, expected);
    for set in [json!({"keys": []}), json!({"keys": null}), json!({})] {
        assert_eq!(target.stored(&json!({"jwks": set}))["jwks"], set);
    }
}

fn lists(target: &Target) {
    for name in [
        "grant_types",
        "response_types",
        "audience",
        "contacts",
        "request_uris",
    ] {
        let list = json!(["b", "a|c", "b", " "]);
        assert_eq!(target.stored(&json!({ name: list }))[name], list);
    }
}

/// Lifespans come last. Those of the device grant were added behind the others.
fn members(target: &Target) {
    let stored = target.stored(&json!({"owner": "o"}));
    let names: Vec<&str> = stored
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(names[..2], ["client_id", "client_name"]);
    let last = match target.is_calendar() {
        true => [
            "device_authorization_grant_id_token_lifespan",
            "device_authorization_grant_access_token_lifespan",
            "device_authorization_grant_refresh_token_lifespan",
        ],
        false => [
            "refresh_token_grant_id_token_lifespan",
            "refresh_token_grant_access_token_lifespan",
            "refresh_token_grant_refresh_token_lifespan",
        ],
    };
    assert_eq!(names[names.len() - 3..], last);
}

fn garbled_lists(target: &Target) {
    let sent = json!(["", "c\\", "d\\|e"]);
    let stored: Value = target.stored(&json!({"contacts": sent}))["contacts"].clone();
    if target.is_v1() {
        assert_eq!(stored, json!(["c|d\\\\", "e"]));
    } else {
        assert_eq!(stored, sent);
    }
}
