//! What a server refuses, and in which words.

use hydra_gitops::sandbox::Version;
use serde_json::{Value, json};

use crate::conformance::Check;
use crate::conformance::key_sets::key_sets;
use crate::support::target::Target;

pub(crate) const CHECKS: &[(&str, Check)] = &[
    ("rules of a client's metadata", metadata),
    ("rules of redirect uris", redirects),
    ("rules of lifespans", lifespans),
    ("rules of keys", keys),
    ("what counts as a set of keys", sets_of_keys),
    ("rules of access token strategies", strategies),
    ("several colons in a host", colons),
    ("rules of v25 and v26 for links", links),
];

const METADATA: &str = "The value of one of the Client Metadata fields is invalid and the server has rejected this request. Note that an Authorization Server MAY choose to substitute a valid value for any requested parameter of a Client's Metadata.";

/// Asserts that a client is refused for that reason.
fn refused(target: &Target, client: &Value, reason: &str) {
    let reply = target.post(client);
    assert_eq!(reply.status, 400, "{client}: {}", reply.body);
    let expected = json!({"error": "invalid_client_metadata",
        "error_description": format!("{METADATA} {reason}").trim_end()});
    assert_eq!(reply.json(), expected, "{client}");
}

fn metadata(target: &Target) {
    let jwt = "private_key_jwt";
    for (client, reason) in [
        (
            json!({"token_endpoint_auth_method": jwt}),
            "When token_endpoint_auth_method is 'private_key_jwt', either jwks or jwks_uri must be set.",
        ),
        (
            json!({"token_endpoint_auth_method": jwt, "jwks_uri": "https://a", "token_endpoint_auth_signing_alg": "HS256"}),
            "Only RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and ES512 are supported as algorithms for private key authentication.",
        ),
        (
            json!({"jwks_uri": "https://a", "jwks": {"keys": []}}),
            "Fields jwks and jwks_uri can not both be set, you must choose one.",
        ),
        (
            json!({"client_secret": "12345"}),
            "Field client_secret must contain a secret that is at least 6 characters long.",
        ),
        (
            json!({"subject_type": "pairwise"}),
            "Subject type pairwise is not supported by server, only [public] are allowed.",
        ),
        (
            json!({"userinfo_signed_response_alg": "ES256"}),
            "Field userinfo_signed_response_alg can either be 'none' or 'RS256'.",
        ),
        (json!({"sector_identifier_uri": "http://a"}), ""),
        (
            json!({"allowed_cors_origins": ["ftp://a"]}),
            "Origin URL ftp://a must use https:// or http:// as HTTP scheme.",
        ),
        (
            json!({"allowed_cors_origins": ["https://u@a"]}),
            "Origin URL https://u@a has HTTP user and/or password set which is not allowed.",
        ),
        (
            json!({"allowed_cors_origins": ["https://a/x"]}),
            "Origin URL https://a/x must have an empty path, query, and fragment but one of the parts is not empty.",
        ),
        (
            json!({"allowed_cors_origins": ["https://a b"]}),
            "Origin URL https://a b from allowed_cors_origins could not be parsed: parse 'https://a b': invalid character ' ' in host name",
        ),
        (
            json!({"post_logout_redirect_uris": ["a"]}),
            "Unable to parse post_logout_redirect_uri: a",
        ),
        (
            json!({"redirect_uris": ["https://b"], "post_logout_redirect_uris": ["https://a"]}),
            "post_logout_redirect_uri 'https://a' must match the domain, port, scheme of at least one of the registered redirect URIs but did not'",
        ),
    ] {
        refused(target, &client, reason);
    }
    for algorithm in ["RS256", "PS384", "ES512"] {
        target.made(
            &json!({"token_endpoint_auth_method": jwt, "jwks_uri": "https://a",
            "token_endpoint_auth_signing_alg": algorithm}),
        );
    }
}

fn redirects(target: &Target) {
    for (uri, reason) in [
        ("a", "Unable to parse redirect URL: a"),
        ("", "Unable to parse redirect URL: "),
        (
            "https://a/#f",
            "Redirect URIs must not contain fragments (#).",
        ),
        (
            "a#f",
            match target.is_calendar() {
                true => "Redirect URIs must not contain fragments (#).",
                false => "Unable to parse redirect URL: a#f",
            },
        ),
    ] {
        let reply = target.post(&json!({"redirect_uris": ["https://ok", uri]}));
        assert_eq!(reply.status, 400);
        let description = format!("The value of one or more redirect_uris is invalid. {reason}");
        let expected = json!({"error": "invalid_redirect_uri", "error_description": description});
        assert_eq!(reply.json(), expected);
    }
    target.made(&json!({"redirect_uris": ["myapp://cb", "/path", "https://a/?x=1 2"]}));
}

fn lifespans(target: &Target) {
    for span in ["", "1", "1d", "1h 1m"] {
        let reply = target.post(&json!({"implicit_grant_id_token_lifespan": span}));
        let explains = target.version >= Version::V2_2_0;
        assert_eq!(reply.status, if explains { 400 } else { 500 });
        assert_eq!(reply.body.contains(": time: "), explains);
    }
}

fn keys(target: &Target) {
    let symmetric = json!({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}});
    if target.version < Version::V2_2_0 {
        target.made(&symmetric);
    } else {
        refused(target, &symmetric, "Invalid JSON web key in set.");
    }
    // Before v2.2, padding and `x5u` are not understood.
    let key =
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    for (name, value) in [
        ("x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
        ("x5u", "https://a.example/x"),
    ] {
        let mut key = key.clone();
        key[name] = json!(value);
        let reply = target.post(&json!({"jwks": {"keys": [key]}}));
        let is_old = target.version < Version::V2_2_0;
        assert_eq!(reply.status, if is_old { 500 } else { 201 }, "{name}");
    }
    let accepted = key_sets().into_iter().filter(|set| {
        let status = target.post(&json!({"jwks": set})).status;
        assert!([201, 400, 500].contains(&status));
        status == 201
    });
    assert!(accepted.count() > 10);
}

/// Go 1.26, with which v26 is made, takes all that follows the first for the port.
fn colons(target: &Target) {
    let uri = "http://a:80:80/";
    let client = json!({"redirect_uris": [uri], "post_logout_redirect_uris": [uri], "allowed_cors_origins": [uri]});
    if target.version < Version::V26_2_0 {
        target.made(&client);
        return;
    }
    refused(
        target,
        &client,
        "Origin URL http://a:80:80/ from allowed_cors_origins could not be parsed: parse 'http://a:80:80/': invalid port ':80:80' after host",
    );
    let reply = target.post(&json!({"redirect_uris": [uri]}));
    assert!(
        reply
            .body
            .contains("Unable to parse redirect URL: http://a:80:80/")
    );
    refused(
        target,
        &json!({"tos_uri": uri}),
        "Field tos_uri must be a valid URI.",
    );
    target.made(&json!({"redirect_uris": ["http://a:80/", "http://[::1]:80/", "http://a/b:c:d"]}));
}

/// Up to v2.3 any object is one; from v25 on it has to have `keys`.
fn sets_of_keys(target: &Target) {
    let bare =
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let neither = "When token_endpoint_auth_method is 'private_key_jwt', either jwks or jwks_uri must be set.";
    let both = "Fields jwks and jwks_uri can not both be set, you must choose one.";
    for (set, counts) in [
        (json!(null), false),
        (json!({}), !target.is_calendar()),
        (json!({"foo": 1}), !target.is_calendar()),
        (bare, !target.is_calendar()),
        (json!({"keys": null}), true),
        (json!({"keys": []}), true),
    ] {
        let alone = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": set});
        let beside = json!({"jwks_uri": "https://a.example", "jwks": set});
        if counts {
            target.made(&alone);
            refused(target, &beside, both);
        } else {
            refused(target, &alone, neither);
            assert_eq!(target.stored(&beside)["jwks"], json!({}));
        }
    }
}

fn strategies(target: &Target) {
    let client = json!({"access_token_strategy": "paper"});
    if target.version < Version::V2_1_2 {
        target.made(&client);
        return;
    }
    let reason = "invalid access token strategy: expected one of [jwt, opaque] but got paper";
    refused(target, &client, reason);
}

fn links(target: &Target) {
    for (name, since) in [
        ("tos_uri", Version::V25_4_0),
        ("policy_uri", Version::V26_2_0),
        ("logo_uri", Version::V26_2_0),
        ("client_uri", Version::V26_2_0),
    ] {
        let scheme = |uri: &str| match target.version {
            Version::V26_2_0 => {
                format!("{uri} must use https:// or http:// as HTTP scheme for field {name}.")
            }
            _ => format!("{name} {uri} must use https:// or http:// as HTTP scheme."),
        };
        let syntax = format!("Field {name} must be a valid URI.");
        for (uri, reason) in [
            ("javascript:alert(1)", scheme("javascript:alert(1)")),
            ("/terms", scheme("/terms")),
            ("a.example", syntax.clone()),
            ("https://a b", syntax),
        ] {
            let client = json!({ name: uri });
            if target.version >= since {
                refused(target, &client, &reason);
            } else {
                target.made(&client);
            }
        }
        for uri in [
            "",
            "https://a.example",
            "https:",
            "https://",
            "https:/a",
            "http:",
        ] {
            target.made(&json!({ name: uri }));
        }
    }
}
