//! Whether a secret is the right one: what the public endpoints say.

use serde_json::json;

use crate::conformance::Check;
use crate::support::http::{self, FORM, Reply};
use crate::support::target::{Target, fresh};

pub(crate) const CHECKS: &[(&str, Check)] = &[
    ("a secret is proved by the client's own method", own_method),
    ("a secret is decoded from a form first", form_encoding),
    ("a public client proves nothing", public_clients),
    ("other methods never prove a secret", other_methods),
    ("a token needs the grant", grants),
    ("a changed secret counts at once", changed_secrets),
    ("v1 reads 72 bytes of a secret", long_secrets),
];

const REVOKE: (&str, &str) = ("/oauth2/revoke", "token=made-up");
const TOKEN: (&str, &str) = ("/oauth2/token", "grant_type=client_credentials");

fn basic(target: &Target, (path, form): (&str, &str), id: &str, secret: &str) -> Reply {
    let header = http::basic(id, secret);
    let url = format!("{}{path}", target.public_url());
    http::send("POST", &url, &[("authorization", &header), FORM], form)
}

fn post(target: &Target, (path, form): (&str, &str), id: &str, secret: &str) -> Reply {
    let url = format!("{}{path}", target.public_url());
    let form = format!("{form}&client_id={id}&client_secret={secret}");
    http::send("POST", &url, &[FORM], &form)
}

fn client(target: &Target, method: &str) -> String {
    let mut client = json!({"client_secret": "correct-horse", "token_endpoint_auth_method": method,
        "grant_types": ["client_credentials"]});
    if method == "private_key_jwt" {
        client["jwks_uri"] = json!("https://a.example");
    }
    target.made(&client)
}

fn own_method(target: &Target) {
    let (by_basic, by_post) = (
        client(target, "client_secret_basic"),
        client(target, "client_secret_post"),
    );
    for what in [REVOKE, TOKEN] {
        for (expected, reply) in [
            (200, basic(target, what, &by_basic, "correct-horse")),
            (401, basic(target, what, &by_basic, "wrong-horse")),
            (401, post(target, what, &by_basic, "correct-horse")),
            (200, post(target, what, &by_post, "correct-horse")),
            (401, post(target, what, &by_post, "wrong-horse")),
            (401, basic(target, what, &by_post, "correct-horse")),
            (401, basic(target, what, &fresh("absent"), "correct-horse")),
        ] {
            assert_eq!(reply.status, expected, "{what:?}: {}", reply.body);
            if expected == 401 {
                assert_eq!(reply.json()["error"], "invalid_client");
            }
        }
    }
    let revoked = basic(target, REVOKE, &by_basic, "correct-horse");
    assert_eq!(revoked.body, "");
    let token = basic(target, TOKEN, &by_basic, "correct-horse").json();
    assert_eq!(token["token_type"], "bearer");
    assert!(token["access_token"].is_string());
}

fn form_encoding(target: &Target) {
    let id = target.made(&json!({"client_secret": "a%b +c:d"}));
    assert_eq!(basic(target, REVOKE, &id, "a%25b+%2Bc%3Ad").status, 200);
    assert_eq!(basic(target, REVOKE, &id, "a%25b+%2Bc:d").status, 200);
    let raw = basic(target, REVOKE, &id, "a%b +c:d");
    assert_eq!(
        (raw.status, raw.json()["error"].clone()),
        (400, json!("invalid_request"))
    );
}

fn public_clients(target: &Target) {
    let id = client(target, "none");
    let url = format!("{}/oauth2/revoke", target.public_url());
    let form = format!("token=made-up&client_id={id}");
    assert_eq!(http::send("POST", &url, &[FORM], &form).status, 200);
    assert_eq!(basic(target, REVOKE, &id, "correct-horse").status, 401);
    assert_eq!(
        basic(target, TOKEN, &id, "").json()["error"],
        "invalid_grant"
    );
}

fn other_methods(target: &Target) {
    for method in ["private_key_jwt", "paper"] {
        let id = client(target, method);
        for what in [REVOKE, TOKEN] {
            assert_eq!(basic(target, what, &id, "correct-horse").status, 401);
            assert_eq!(post(target, what, &id, "correct-horse").status, 401);
        }
    }
}

fn grants(target: &Target) {
    let id = target.made(&json!({"client_secret": "correct-horse"}));
    let reply = basic(target, TOKEN, &id, "correct-horse");
    assert_eq!(
        (reply.status, reply.json()["error"].clone()),
        (400, json!("unauthorized_client"))
    );
    assert_eq!(basic(target, REVOKE, &id, "correct-horse").status, 200);
    let id = client(target, "client_secret_basic");
    let scope = (
        "/oauth2/token",
        "grant_type=client_credentials&scope=nonsense",
    );
    assert_eq!(
        basic(target, scope, &id, "correct-horse").json()["error"],
        "invalid_scope"
    );
    for form in ["", "scope=openid", "grant_type=paper"] {
        let reply = basic(target, ("/oauth2/token", form), &id, "correct-horse");
        assert_eq!(
            (reply.status, reply.json()["error"].clone()),
            (400, json!("invalid_request"))
        );
    }
}

fn changed_secrets(target: &Target) {
    let id = client(target, "client_secret_basic");
    let path = target.path_of(&id);
    target.send("PUT", &path, "{}");
    assert_eq!(basic(target, REVOKE, &id, "correct-horse").status, 200);
    target.send("PUT", &path, r#"{"client_secret":"other-horse"}"#);
    assert_eq!(basic(target, REVOKE, &id, "correct-horse").status, 401);
    assert_eq!(basic(target, REVOKE, &id, "other-horse").status, 200);
}

fn long_secrets(target: &Target) {
    for length in [72, 73, 100] {
        let secret = "s".repeat(length);
        let id = target.made(&json!({"client_secret": secret}));
        let proves = |secret: &str| basic(target, REVOKE, &id, secret).status == 200;
        assert!(proves(&secret));
        assert!(!proves(&secret[..71]));
        let rest_is_ignored = target.is_v1() && length > 72;
        assert_eq!(proves(&secret[..72]), target.is_v1() || length == 72);
        assert_eq!(proves(&format!("{}x", &secret[1..])), rest_is_ignored);
    }
}
