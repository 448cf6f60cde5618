//! What a client may rely on when it creates.

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::conformance::Check;
use crate::support::target::{Target, fresh};

pub(crate) const CHECKS: &[(&str, Check)] = &[
    ("a secret is made when none is sent", a_secret_is_made),
    ("a secret is echoed once", a_secret_is_echoed_once),
    (
        "a public client gets no secret",
        a_public_client_gets_no_secret,
    ),
    (
        "an id that is taken is a conflict",
        a_taken_id_is_a_conflict,
    ),
    ("ids can be chosen, or not", ids_can_be_chosen),
    ("without an id one is made", an_id_is_made),
    (
        "the 201 shows null where a get shows a list",
        nulls_become_lists,
    ),
    ("a malformed body is refused", a_malformed_body_is_refused),
    ("unknown fields are dropped", unknown_fields_are_dropped),
    ("unknown fields may have any value", unknown_values),
    ("names match in any case", names_match_in_any_case),
];

fn a_secret_is_made(target: &Target) {
    let reply = target.post(&json!({}));
    assert_eq!(reply.status, 201, "{}", reply.body);
    let secret = reply.json()["client_secret"].as_str().unwrap().to_owned();
    assert_eq!(secret.len(), 26);
    assert!(
        secret
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || "_.~-".contains(char))
    );
    let other = target.post(&json!({"client_secret": ""})).json();
    assert_eq!(other["client_secret"].as_str().unwrap().len(), 26);
    assert_ne!(other["client_secret"], secret);
}

fn a_secret_is_echoed_once(target: &Target) {
    let reply = target.post(&json!({"client_secret": "correct horse", "owner": "echo"}));
    let created = reply.json();
    assert_eq!(created["client_secret"], "correct horse");
    assert!(created["registration_access_token"].is_string());
    let id = created["client_id"].as_str().unwrap();
    for shown in [target.get(id), target.list("?owner=echo")] {
        assert!(!shown.body.contains("correct horse"));
        assert!(!shown.body.contains("client_secret\""));
        assert!(!shown.body.contains("registration_"));
    }
}

fn a_public_client_gets_no_secret(target: &Target) {
    for secret in ["", "correct horse"] {
        let client = json!({"token_endpoint_auth_method": "none", "client_secret": secret});
        let reply = target.post(&client);
        assert_eq!(reply.status, 201);
        assert!(reply.json().get("client_secret").is_none());
    }
}

fn a_taken_id_is_a_conflict(target: &Target) {
    if !target.version.lets_ids_be_chosen() {
        return;
    }
    let id = target.made(&json!({"client_name": "first"}));
    let reply = target.post(&json!({"client_id": id, "client_name": "second"}));
    assert_eq!(reply.status, 409);
    let message =
        "Unable to insert or update resource because a resource with that value exists already";
    assert_eq!(
        reply.json(),
        json!({"error": message, "error_description": ""})
    );
    assert_eq!(target.get(&id).json()["client_name"], "first");
}

fn ids_can_be_chosen(target: &Target) {
    let id = fresh("chosen");
    let reply = target.post(&json!({"client_id": id}));
    if !target.version.lets_ids_be_chosen() {
        assert_eq!(reply.status, 400);
        let expected = json!({
            "error": "The request was malformed or contained invalid parameters",
            "error_description": "It is no longer possible to set an OAuth2 Client ID as a user. The system will generate a unique ID for you.",
        });
        assert_eq!(reply.json(), expected);
        return;
    }
    assert_eq!(reply.status, 201);
    assert_eq!(reply.json()["client_id"], id);
    let place = format!("{}/{id}", target.path());
    assert_eq!(reply.header("location"), place);
}

fn an_id_is_made(target: &Target) {
    for client in [
        json!({}),
        json!({"client_id": ""}),
        json!({"client_id": null}),
    ] {
        let reply = target.post(&client);
        assert_eq!(reply.status, 201);
        let id = reply.json()["client_id"].as_str().unwrap().to_owned();
        assert!(uuid::Uuid::try_parse(&id).is_ok(), "{id}");
        assert_eq!(target.get(&id).status, 200);
    }
}

fn nulls_become_lists(target: &Target) {
    let created = target.post(&json!({})).json();
    let stored = target.get(created["client_id"].as_str().unwrap()).json();
    for name in ["redirect_uris", "grant_types", "response_types", "contacts"] {
        assert_eq!(created[name], json!(null), "{name}");
        assert_eq!(stored[name], json!([]), "{name}");
    }
    for name in ["audience", "allowed_cors_origins"] {
        assert_eq!(created[name], json!([]), "{name}");
        assert_eq!(stored[name], json!([]), "{name}");
    }
}

fn a_malformed_body_is_refused(target: &Target) {
    for body in [
        "",
        "{",
        "[]",
        "{\"client_name\":1}",
        "{\"redirect_uris\":\"x\"}",
    ] {
        let reply = target.post_raw(body);
        let explains = target.version >= Version::V2_2_0;
        assert_eq!(reply.status, if explains { 400 } else { 500 }, "{body}");
        assert_eq!(reply.header("content-type"), "application/json");
        let reason = reply.json()["error_description"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(
            explains,
            reason.starts_with("Unable to decode the request body: ")
        );
    }
}

fn unknown_fields_are_dropped(target: &Target) {
    let client = json!({"redirect_uri": "https://a.example", "nonsense": {"a": 1}, "id": "x",
        "skip_consent": true, "access_token_strategy": "jwt",
        "password_grant_access_token_lifespan": "1h", "device_authorization_grant_id_token_lifespan": "1h"});
    let stored = target.stored(&client);
    let known = |name: &str| stored.get(name).is_some();
    assert!(!known("redirect_uri") && !known("nonsense") && !known("id"));
    assert_eq!(known("skip_consent"), target.version >= Version::V2_1_2);
    assert_eq!(
        known("access_token_strategy"),
        target.version >= Version::V2_1_2
    );
    assert_eq!(
        known("password_grant_access_token_lifespan"),
        target.is_v1()
    );
    assert_eq!(
        known("device_authorization_grant_id_token_lifespan"),
        target.is_calendar()
    );
}

fn unknown_values(target: &Target) {
    for (name, since) in [
        ("access_token_strategy", Version::V2_1_2),
        ("skip_consent", Version::V2_1_2),
        ("skip_logout_consent", Version::V2_2_0),
    ] {
        let reply = target.post(&json!({ name: 7 }));
        assert_eq!(reply.status == 201, target.version < since, "{name}");
    }
}

fn names_match_in_any_case(target: &Target) {
    let stored = target.stored(&json!({"Client_Name": "x", "OWNER": "y"}));
    assert_eq!(stored["client_name"], "x");
    assert_eq!(stored["owner"], "y");
}
