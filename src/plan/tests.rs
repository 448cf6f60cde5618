#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Action, IgnoredDrift, Operation, Plan, diff};
use crate::client::{Existing, Field, SecretSource};
use crate::error::{Error, Kind, Result};
use crate::manifest::{Manifest, Policy, load};

fn manifests(clients: &Value) -> Vec<Manifest> {
    let text = clients.to_string();
    let loaded = load(&["-".into()], &mut text.as_bytes(), &Policy::default()).unwrap();
    assert!(!loaded.has_errors(), "{:?}", loaded.findings);
    loaded.manifests
}

fn existing(clients: &[Value]) -> Vec<Existing> {
    let parse = |client: &Value| {
        let raw = RawValue::from_string(client.to_string()).unwrap();
        Existing::from_json(raw).unwrap()
    };
    clients.iter().map(parse).collect()
}

fn plan_with(
    clients: &Value,
    hydra: &[Value],
    knows: &(dyn Fn(Field) -> bool + Sync),
    unmanaged: bool,
) -> Result<Plan> {
    diff(
        manifests(clients),
        &existing(hydra),
        &HashMap::new(),
        knows,
        &IgnoredDrift::default(),
        unmanaged,
    )
}

fn plan(clients: &Value, hydra: &[Value]) -> Plan {
    plan_with(clients, hydra, &|_| true, true).unwrap()
}

/// Each change as `action id`.
fn words(plan: &Plan) -> Vec<String> {
    let word = |action: &Action| match action {
        Action::Create(_) => "create",
        Action::Unchanged => "unchanged",
        Action::Drifted(_) => "drifted",
        Action::Unmanaged => "unmanaged",
        Action::Failed(_) => "failed",
    };
    let id = |change: &super::Change| {
        change
            .client_id
            .as_ref()
            .map_or("-".to_owned(), ToString::to_string)
    };
    plan.changes
        .iter()
        .map(|change| format!("{} {}", word(&change.action), id(change)))
        .collect()
}

#[test]
fn the_order_is_that_of_the_manifests_and_then_of_the_ids() {
    let hydra = [
        json!({"client_id": "z"}),
        json!({"client_id": "b", "scope": "x"}),
        json!({"client_id": "a"}),
        json!({"client_id": "d"}),
    ];
    let clients = json!([{"client_id": "d"}, {"client_id": "c"}, {"client_id": "b", "scope": "y"}]);
    let plan = plan(&clients, &hydra);
    assert_eq!(
        words(&plan),
        [
            "unchanged d",
            "create c",
            "drifted b",
            "unmanaged a",
            "unmanaged z"
        ]
    );
    let summary = plan.summary();
    assert_eq!(
        [
            summary.create,
            summary.unchanged,
            summary.drifted,
            summary.unmanaged
        ],
        [1, 1, 1, 2]
    );
}

#[test]
fn the_order_of_hydras_answers_means_nothing() {
    let mut hydra: Vec<Value> = (0..20)
        .map(|n| json!({"client_id": format!("c{n}"), "scope": "x"}))
        .collect();
    let clients: Value = (5..25)
        .map(|n| json!({"client_id": format!("c{n}"), "scope": "y"}))
        .collect();
    let before = words(&plan(&clients, &hydra));
    hydra.reverse();
    assert_eq!(words(&plan(&clients, &hydra)), before);
}

#[test]
fn a_name_finds_the_client_with_that_owner_only() {
    let hydra = [
        json!({"client_id": "1", "client_name": "app", "owner": "me"}),
        json!({"client_id": "2", "client_name": "app", "owner": "you"}),
        json!({"client_id": "3", "client_name": "app"}),
    ];
    let clients =
        json!([{"client_name": "app", "owner": "you"}, {"client_name": "app", "owner": "they"}]);
    assert_eq!(
        words(&plan(&clients, &hydra)),
        ["unchanged 2", "create -", "unmanaged 1", "unmanaged 3"]
    );
}

#[test]
fn a_name_of_two_clients_fails_with_both_ids_and_stops_no_other() {
    let twin = |id: &str| json!({"client_id": id, "client_name": "app", "owner": "me"});
    let clients = json!([{"client_name": "app", "owner": "me"}, {"client_id": "b"}]);
    let plan = plan_with(&clients, &[twin("1"), twin("2")], &|_| true, false).unwrap();
    assert_eq!(words(&plan), ["failed -", "create b"]);
    assert_eq!((plan.summary().failed, plan.summary().create), (1, 1));
    let error = failure(&plan);
    assert_eq!(error.kind(), Kind::Unexpected);
    let text = error.to_string();
    assert!(
        text.ends_with("several clients in Hydra: `1`, `2`"),
        "{text}"
    );
}

/// The error of the first client that failed.
fn failure(plan: &Plan) -> &Error {
    let mut failures = plan
        .changes
        .iter()
        .filter_map(|change| match &change.action {
            Action::Failed(error) => Some(error),
            _ => None,
        });
    failures.next().unwrap()
}

#[test]
fn what_hydra_has_of_one_client_never_stops_the_others() {
    let odd = json!({"$serde_json::private::Number": "x"});
    let deep = format!("{}1{}", "[".repeat(128), "]".repeat(128));
    let mut hydra = existing(&[
        json!({"client_id": "odd", "metadata": odd}),
        json!({"client_id": "other", "metadata": odd}),
    ]);
    let deep = format!("{{\"client_id\":\"deep\",\"metadata\":{deep}}}");
    hydra.push(Existing::from_json(RawValue::from_string(deep).unwrap()).unwrap());
    let clients = json!([
        {"client_id": "odd", "metadata": odd},
        {"client_id": "other", "metadata": {"$serde_json::private::Number": "y"}},
        {"client_id": "deep", "metadata": {}},
        {"client_id": "b"},
    ]);
    let (clients, none) = (manifests(&clients), HashMap::new());
    let plan = diff(
        clients,
        &hydra,
        &none,
        &|_| true,
        &IgnoredDrift::default(),
        false,
    )
    .unwrap();
    assert_eq!(
        words(&plan),
        ["unchanged odd", "drifted other", "failed deep", "create b"]
    );
    let text = failure(&plan).to_string();
    assert!(
        text.contains("`metadata`: ") && text.contains("deeper than 127"),
        "{text}"
    );
}

#[test]
fn fields_that_the_server_does_not_know_are_named_and_never_drift() {
    let knows = |field: Field| field != Field::SkipConsent;
    let clients =
        json!([{"client_id": "a", "skip_consent": true}, {"client_id": "b", "skip_consent": true}]);
    let plan = plan_with(&clients, &[json!({"client_id": "b"})], &knows, false).unwrap();
    assert_eq!(words(&plan), ["create a", "unchanged b"]);
    let (_, creation) = plan.creations().next().unwrap();
    assert_eq!(creation.dropped, [Field::SkipConsent]);
}

#[test]
fn it_is_said_where_each_secret_comes_from() {
    let clients = json!([{"client_id": "a"}, {"client_id": "b", "client_secret": "given-secret"},
        {"client_id": "c", "token_endpoint_auth_method": "none"},
        {"client_id": "d", "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://d.example/"}]);
    let plan = plan(&clients, &[]);
    let sources: Vec<_> = plan
        .creations()
        .map(|(_, creation)| creation.secret)
        .collect();
    assert_eq!(
        sources,
        [
            SecretSource::Generated,
            SecretSource::Given,
            SecretSource::None,
            SecretSource::None
        ]
    );
}

#[test]
fn private_keys_are_not_part_of_a_difference() {
    let key = |d: &str| json!({"keys": [{"kty": "oct", "k": d}]});
    let clients = json!({"client_id": "a", "jwks": key("b3Vycw")});
    let plan = plan(
        &clients,
        &[json!({"client_id": "a", "jwks": key("dGhlaXJz")})],
    );
    let text = format!("{:?}", plan.changes);
    assert!(
        text.contains("Drifted") && !text.contains("b3Vycw") && !text.contains("dGhlaXJz"),
        "{text}"
    );
}

/// The patch of the one client, each operation as `verb path`, and whether it shows no secret.
fn patch(client: &Value, hydra: &Value, ignored: &[&str]) -> Vec<String> {
    let names: Vec<String> = ignored.iter().map(ToString::to_string).collect();
    let ignored = IgnoredDrift::parse(&names).unwrap();
    let (clients, hydra) = (manifests(client), existing(std::slice::from_ref(hydra)));
    let plan = diff(clients, &hydra, &HashMap::new(), &|_| true, &ignored, false).unwrap();
    let Action::Drifted(drift) = &plan.changes[0].action else {
        return Vec::new();
    };
    let operations = drift.patch.operations.iter();
    let word = |operation: &Operation| match &operation.masked {
        Some((path, value)) => format!("masked {path} {}", json!(value)),
        None => format!("{operation:?} {}", json!(operation.value)),
    };
    operations.map(word).collect()
}

#[test]
fn a_patch_has_what_hydra_demands_of_keys_and_their_address() {
    let keys = json!({"keys": [{"kty": "RSA", "n": "AQ", "e": "AQAB", "kid": "a"}]});
    let empty = json!({"client_id": "a", "jwks": {}});
    let with_keys = json!({"client_id": "a", "jwks": keys});
    let with_uri = json!({"client_id": "a", "jwks_uri": "https://a/", "jwks": {}});
    let set_keys = format!("replace /jwks {keys}");
    let to_keys = ["replace /jwks_uri \"\"", &set_keys];
    let to_uri = ["add /jwks_uri \"https://a/\"", "replace /jwks null"];
    let only_uri = json!({"client_id": "a", "jwks_uri": "https://a/"});
    for (manifest, hydra, patched) in [
        (&only_uri, &empty, &to_uri[..]),
        (&only_uri, &with_keys, &to_uri),
        (&with_keys, &with_uri, &[to_keys[1], to_keys[0]]),
        (&with_keys, &empty, &to_keys[1..]),
        (
            &json!({"client_id": "a", "jwks": {}}),
            &with_keys,
            &to_uri[1..],
        ),
        (
            &json!({"client_id": "a", "jwks_uri": "", "jwks": keys}),
            &with_uri,
            &to_keys,
        ),
        (
            &json!({"client_id": "a", "client_name": "n"}),
            &with_uri,
            &["add /client_name \"n\"", to_uri[1]],
        ),
        (
            &json!({"client_id": "a", "client_name": "n"}),
            &json!({"client_id": "a", "jwks_uri": "https://a/", "client_name": ""}),
            &["replace /client_name \"n\""],
        ),
        (&with_uri, &with_uri, &[]),
    ] {
        assert_eq!(patch(manifest, hydra, &[]), patched, "{manifest} {hydra}");
    }
}

#[test]
fn a_patch_shows_neither_secrets_nor_what_others_put_into_metadata() {
    let client = json!({"client_id": "a", "metadata": {"token": "HUNTER1", "t": 1, "same": 1, "o": {"password": "HUNTER2"}}});
    let hydra = json!({"client_id": "a", "metadata": {"token": "HUNTER3", "t": 2, "HUNTER4": 1, "same": 1.0}});
    assert_eq!(
        patch(&client, &hydra, &[]),
        ["masked /metadata {\"token\":\"***\",\"t\":1,\"same\":1,\"o\":{\"password\":\"***\"}}"]
    );
    assert_eq!(
        patch(&client, &hydra, &["metadata.t"]),
        [
            "masked /metadata/token \"***\"",
            "masked /metadata/o {\"password\":\"***\"}",
            "masked /metadata/*** null",
        ]
    );
    let all = [
        "metadata.t",
        "metadata.token",
        "metadata.o",
        "metadata.HUNTER4",
    ];
    assert_eq!(patch(&client, &hydra, &all), [""; 0]);
    assert_eq!(patch(&client, &hydra, &["metadata"]), [""; 0]);
}
