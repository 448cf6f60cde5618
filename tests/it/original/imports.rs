//! `import`: files that both can read.

use serde_json::{Value, json};

use crate::original::Test;
use crate::original::command_lines::CommandLines;
use crate::original::seen::assert_same;

/// A test's name, its files, and the ids and secrets they give.
type Case = (&'static str, fn() -> Vec<Value>, &'static [&'static str]);

const CASES: &[Case] = &[
    ("a client", || vec![json!({"client_id": "one"})], &["one"]),
    (
        "a client without an id",
        || vec![json!({"client_name": "Nameless", "owner": "me"})],
        &[],
    ),
    ("a client that says nothing", || vec![json!({})], &[]),
    (
        "a client with a secret",
        || vec![json!({"client_id": "given", "client_secret": "correct-horse"})],
        &["given", "correct-horse"],
    ),
    ("several files", several, &["a", "b", "c", "correct-horse"]),
    ("every field", || vec![every_field()], &["all"]),
];

pub(crate) fn tests() -> Vec<(String, Test)> {
    let mut tests: Vec<(String, Test)> = Vec::new();
    for (name, files, given) in CASES {
        let test: Test = Box::new(move |both| same(both, &files(), given));
        tests.push((format!("import: {name}"), test));
    }
    tests.push(("import: an id that is taken".to_owned(), Box::new(taken)));
    tests
}

fn several() -> Vec<Value> {
    vec![
        json!({"client_id": "a", "scope": "openid offline"}),
        json!({"client_id": "b", "client_secret": "correct-horse"}),
        json!({"client_id": "c", "grant_types": ["client_credentials"]}),
    ]
}

/// What Ory's model of v1.11 has, but for what Hydra makes and for what it fetches.
fn every_field() -> Value {
    let mut client = json!({
        "client_id": "all", "client_name": "All", "redirect_uris": ["https://a.example/cb"],
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        "scope": "openid offline", "audience": ["x", "y"], "owner": "me",
        "policy_uri": "https://a.example/p", "allowed_cors_origins": ["https://a.example"],
        "tos_uri": "https://a.example/t", "client_uri": "https://a.example/c",
        "logo_uri": "https://a.example/l", "contacts": ["me@a.example"],
        "subject_type": "public", "jwks": {"keys": [crate::original::secrets::ec_key()]},
        "token_endpoint_auth_method": "client_secret_post",
        "token_endpoint_auth_signing_alg": "ES256", "request_uris": ["https://a.example/r"],
        "request_object_signing_alg": "RS256", "userinfo_signed_response_alg": "RS256",
        "frontchannel_logout_uri": "https://a.example/f",
        "frontchannel_logout_session_required": true,
        "post_logout_redirect_uris": ["https://a.example/out"],
        "backchannel_logout_uri": "https://a.example/b",
        "backchannel_logout_session_required": true,
        "metadata": {"tier": 1, "nested": {"list": [true, null, "x"]}},
    });
    for grant in [
        "authorization_code_grant_access",
        "authorization_code_grant_id",
        "authorization_code_grant_refresh",
        "client_credentials_grant_access",
        "implicit_grant_access",
        "implicit_grant_id",
        "jwt_bearer_grant_access",
        "password_grant_access",
        "password_grant_refresh",
        "refresh_token_grant_id",
        "refresh_token_grant_access",
        "refresh_token_grant_refresh",
    ] {
        client[format!("{grant}_token_lifespan")] = json!("1h30m0s");
    }
    client
}

fn same(both: &CommandLines, files: &[Value], given: &[&str]) {
    let names: Vec<_> = (0..files.len())
        .map(|index| format!("{index}.json"))
        .collect();
    for (name, client) in names.iter().zip(files) {
        both.folder.write(name, client.to_string());
    }
    let mut words = vec!["import"];
    words.extend(names.iter().map(String::as_str));
    let (theirs, ours) = both.run(&words);
    assert_eq!(theirs.code, Some(0), "{theirs:#?}");
    assert_same((&theirs, &ours), given);
    for line in ours.stdout.lines() {
        let client = line.strip_prefix("Imported OAuth 2.0 Client ").unwrap();
        let (client, _) = client.split_once(" from: ").unwrap();
        if let Some((id, secret)) = client.split_once(':') {
            both.ours.accepts(&ours, id, secret);
        }
    }
}

fn taken(both: &CommandLines) {
    both.create(&json!({"client_id": "taken", "client_name": "first"}));
    both.folder.write(
        "taken.json",
        r#"{"client_id": "taken", "client_name": "second"}"#,
    );
    let (theirs, ours) = both.run(&["import", "taken.json"]);
    assert_eq!((theirs.code, ours.code), (Some(1), Some(1)), "{ours:#?}");
    assert_eq!((&*theirs.stdout, &*ours.stdout), ("", ""));
    assert_eq!(theirs.comparable(&["taken"]), ours.comparable(&["taken"]));
}
