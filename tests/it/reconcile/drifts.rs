//! Drift is found in every field, named, and never applied.

use serde_json::{Value, json};

use crate::reconcile::settles::{knows_v2_1, knows_v2_2, named};
use crate::support::setup::Setup;

pub(crate) const STORIES: &[(&str, crate::reconcile::Story)] = &[
    (
        "a difference in each field is found and left alone",
        each_field,
    ),
    ("what the manifest does not say is no drift", unsaid),
    ("order, spelling and repetition are no drift", spelling),
];

/// A field, what Hydra has, and what the manifest says later.
pub(crate) fn changes(setup: &Setup) -> Vec<(&'static str, Value, Value)> {
    let mut changes = vec![
        ("client_name", json!("old"), json!("new")),
        (
            "redirect_uris",
            json!(["https://a.example/"]),
            json!(["https://a.example/", "https://b.example/"]),
        ),
        (
            "grant_types",
            json!(["client_credentials"]),
            json!(["authorization_code"]),
        ),
        ("response_types", json!(["code"]), json!([])),
        ("scope", json!("a b"), json!("a")),
        ("audience", json!(["x"]), json!(["X"])),
        ("policy_uri", json!("https://a.example/"), json!("")),
        (
            "allowed_cors_origins",
            json!(["https://a.example"]),
            json!(["https://b.example/"]),
        ),
        ("tos_uri", json!(""), json!("https://a.example/")),
        (
            "client_uri",
            json!("https://a.example/"),
            json!("https://a.example"),
        ),
        (
            "logo_uri",
            json!("https://a.example/"),
            json!("http://a.example/"),
        ),
        ("contacts", json!(["a"]), json!(["b"])),
        (
            "token_endpoint_auth_method",
            json!("client_secret_post"),
            json!("client_secret_basic"),
        ),
        (
            "request_uris",
            json!(["https://a.example/"]),
            json!(["https://b.example/"]),
        ),
        ("request_object_signing_alg", json!("RS256"), json!("ES256")),
        (
            "userinfo_signed_response_alg",
            json!("none"),
            json!("RS256"),
        ),
        (
            "frontchannel_logout_uri",
            json!("https://a.example/"),
            json!("https://b.example/"),
        ),
        (
            "frontchannel_logout_session_required",
            json!(false),
            json!(true),
        ),
        (
            "backchannel_logout_uri",
            json!("https://a.example/"),
            json!("https://b.example/"),
        ),
        (
            "backchannel_logout_session_required",
            json!(true),
            json!(false),
        ),
        ("metadata", json!({"a": 1}), json!({"a": 1.5})),
        (
            "jwks",
            json!({"keys": [crate::reconcile::clients::ec_key()]}),
            json!({"keys": []}),
        ),
        (
            "authorization_code_grant_access_token_lifespan",
            json!("1h"),
            json!("59m"),
        ),
        ("implicit_grant_id_token_lifespan", json!("1h"), json!("2h")),
    ];
    if knows_v2_1(setup.target.version) {
        changes.push(("access_token_strategy", json!("jwt"), json!("opaque")));
        changes.push(("skip_consent", json!(false), json!(true)));
    }
    if knows_v2_2(setup.target.version) {
        changes.push(("skip_logout_consent", json!(true), json!(false)));
    }
    changes
}

fn each_field(setup: &Setup) {
    let changes = changes(setup);
    let with = |value: fn(&(&'static str, Value, Value)) -> Value| {
        changes
            .iter()
            .map(|change| json!({change.0: value(change)}))
            .collect::<Vec<_>>()
    };
    let mut before = named(setup, with(|change| change.1.clone()));
    let mut after = with(|change| change.2.clone());
    for (client, later) in before.iter_mut().zip(&mut after) {
        // The same identity, whatever it is made of; where the name is the identity it must stay.
        for key in ["client_id", "client_name", "owner"] {
            if later.get(key).is_none() && !client[key].is_null() {
                later[key] = client[key].clone();
            }
        }
    }
    if !setup.target.version.lets_ids_be_chosen() {
        before.remove(0);
        after.remove(0);
    }
    setup.folder.manifest(&json!(before));
    setup.applied();
    setup.folder.manifest(&json!(after));
    let plan = setup.plan(&[]);
    let expected = &changes[changes.len() - after.len()..];
    for ((field, hydra, manifest), change) in
        expected.iter().zip(plan["changes"].as_array().unwrap())
    {
        assert_eq!(change["action"], "drifted", "{field}: {change:#}");
        let differences = change["differences"].as_array().unwrap();
        assert_eq!(differences.len(), 1, "{change:#}");
        assert_eq!(differences[0]["field"], *field, "{change:#}");
        assert_eq!(differences[0]["manifest"], *manifest, "{change:#}");
        if hydra.is_array() || hydra.is_boolean() {
            let shown = &differences[0]["hydra"];
            // An empty list and `false` are left out by Hydra.
            assert!(shown == hydra || shown.is_null(), "{change:#}");
        }
    }
    let applied = setup.applied();
    assert_eq!(applied["summary"]["drifted"], after.len(), "{applied:#}");
    assert_eq!(setup.plan(&[])["summary"]["drifted"], after.len());
}

fn unsaid(setup: &Setup) {
    let full = json!({"scope": "x", "audience": ["a"], "metadata": {"a": 1}, "contacts": ["c"],
        "redirect_uris": ["https://a.example/"], "tos_uri": "https://a.example/"});
    let before = named(setup, vec![full]);
    setup.folder.manifest(&json!(before));
    setup.applied();
    let bare = json!({"client_id": before[0]["client_id"], "client_name": before[0]["client_name"],
        "owner": before[0]["owner"]});
    setup.folder.manifest(&bare);
    assert_eq!(setup.plan(&[])["summary"]["unchanged"], 1);
}

fn spelling(setup: &Setup) {
    let mut client = named(
        setup,
        vec![json!({"scope": "a b c", "audience": ["x", "y"],
        "authorization_code_grant_id_token_lifespan": "90m", "metadata": {"a": 1, "b": [100]},
        "allowed_cors_origins": ["https://a.example"]})],
    )
    .remove(0);
    setup.folder.manifest(&client);
    setup.applied();
    client["scope"] = json!(["c", "b", "a", "a"]);
    client["audience"] = json!(["y", "x", "y"]);
    client["authorization_code_grant_id_token_lifespan"] = json!("1h30m");
    client["metadata"] = serde_json::from_str(r#"{"b": [1e2], "a": 1.0}"#).unwrap();
    client["allowed_cors_origins"] = json!(["HTTPS://a.example/"]);
    setup.folder.manifest(&client);
    let plan = setup.plan(&[]);
    assert_eq!(plan["summary"]["unchanged"], 1, "{plan:#}");
}
