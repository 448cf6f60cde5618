//! Clients with one odd value each, by field.

use hydra_gitops::client::{Field, Shape};
use serde_json::{Value, json};

use super::generated;
use super::odd_keys;
use crate::conformance::bodies::{ADDRESSES, SPANS, TEXTS};
use crate::conformance::odd_fields;

/// A client as JSON, without an id unless the id is what is odd.
#[derive(Clone)]
pub(super) struct Case {
    /// The field that is odd.
    pub(super) field: String,
    /// What is odd, where the text does not show it.
    pub(super) what: &'static str,
    pub(super) text: String,
}

impl Case {
    fn new(field: &str, client: Value) -> Self {
        Self {
            field: field.to_owned(),
            what: "",
            text: client.to_string(),
        }
    }

    /// The row of the table in which it is counted.
    pub(super) fn group(&self) -> &'static str {
        match Field::from_name(&self.field).map(|field| (field, field.shape())) {
            Some((_, Shape::Lifespan)) => "lifespans",
            Some((_, Shape::Flag)) => "flags",
            Some((_, Shape::ServerMade)) => "what Hydra sets",
            Some((field, _)) => field.name(),
            None if self.field == generated::NAME => generated::NAME,
            None => "unknown fields",
        }
    }

    pub(super) fn is(&self, what: &str) -> bool {
        self.what == what
    }

    fn one(field: &str, value: Value) -> Self {
        Self::new(field, json!({ field: value }))
    }
}

/// Fields that hold one URL.
const URLS: &[&str] = &[
    "policy_uri",
    "tos_uri",
    "client_uri",
    "logo_uri",
    "jwks_uri",
    "frontchannel_logout_uri",
    "backchannel_logout_uri",
];
/// Fields that take a few values, each with good ones.
const ENUMS: &[(&str, &[&str])] = &[
    (
        "token_endpoint_auth_method",
        &[
            "none",
            "client_secret_basic",
            "client_secret_post",
            "client_secret_jwt",
            "tls_client_auth",
        ],
    ),
    ("subject_type", &["public", "pairwise"]),
    ("userinfo_signed_response_alg", &["none", "RS256", "ES256"]),
    ("access_token_strategy", &["jwt", "opaque"]),
    ("token_endpoint_auth_signing_alg", ALGORITHMS),
    ("request_object_signing_alg", ALGORITHMS),
];
const ALGORITHMS: &[&str] = &["none", "RS256", "PS512", "ES384", "HS256", "EdDSA"];
const GRANTS: &[&str] = &[
    "authorization_code",
    "implicit",
    "refresh_token",
    "client_credentials",
    "password",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
];
const RESPONSES: &[&str] = &[
    "code",
    "token",
    "id_token",
    "code id_token",
    "id_token token",
    "code token id_token",
    "none",
];
/// Scopes, as one string.
const SCOPES: &[&str] = &[
    "openid",
    "openid  offline",
    "a\tb\nc",
    "a,b",
    "a;b",
    "*",
    "a.*",
    "a:* b/*",
    "\u{fc} \u{1f600}",
    "\"",
    "a\u{a0}b",
    "\u{a0}",
    "\t",
    "a\u{0}b",
];
const IDS: &[&str] = &[
    "a/b", "a b", "\u{e4}", "..", ".", "a%2Fb", "a?b", "a#b", "a\nb", "", " ", "a:b", "A",
    "a\u{0}b", "null", "1", "a|b", "'\"<&>\\",
];

/// All of them.
pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = odd_fields::clients().into_iter().map(named).collect();
    cases.extend(urls());
    cases.extend(enums());
    cases.extend(grants());
    cases.extend(texts());
    cases.extend(numbers());
    for (what, set) in odd_keys::sets() {
        let method = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": set});
        for client in [json!({"jwks": set}), method] {
            let case = Case::new("jwks", client);
            cases.push(Case { what, ..case });
        }
    }
    for body in BODIES {
        cases.push(named((*body).to_owned()));
    }
    cases
}

/// A case that is named after its first member.
fn named(text: String) -> Case {
    let field = text.split('"').nth(1).unwrap().to_owned();
    Case {
        field,
        what: "",
        text,
    }
}

fn urls() -> Vec<Case> {
    let mut cases = Vec::new();
    for url in ADDRESSES {
        cases.extend(URLS.iter().map(|field| Case::one(field, json!(url))));
        // Fetched when the client is created, unless it is refused before.
        if !url.to_ascii_lowercase().starts_with("https:") {
            cases.push(Case::one("sector_identifier_uri", json!(url)));
        }
        let keys = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": url});
        cases.push(Case::new("jwks_uri", keys));
        // Its origin is that of a redirect URI, if it has one.
        let logout = json!({"redirect_uris": ["x:y"], "post_logout_redirect_uris": [url]});
        cases.push(Case::new("post_logout_redirect_uris", logout));
        let same = json!({"redirect_uris": [url], "post_logout_redirect_uris": [url]});
        cases.push(Case::new("post_logout_redirect_uris", same));
    }
    cases
}

fn enums() -> Vec<Case> {
    let mut cases = Vec::new();
    for (field, values) in ENUMS {
        for value in *values {
            for odd in [
                (*value).to_owned(),
                value.to_uppercase(),
                value.to_lowercase(),
                format!("{value} "),
                format!(" {value}"),
                format!("{value}\n"),
                format!("{value}x"),
                value.replace('_', "-"),
                format!("{value},{value}"),
            ] {
                cases.push(Case::one(field, json!(odd)));
                let signs = json!({"token_endpoint_auth_method": "private_key_jwt",
                    "jwks_uri": "https://a.example/", *field: odd});
                cases.push(Case::new(field, signs));
                let pairwise = json!({"subject_type": "pairwise", *field: odd});
                cases.push(Case::new(field, pairwise));
            }
        }
    }
    cases
}

fn grants() -> Vec<Case> {
    let mut cases = Vec::new();
    for (field, values) in [("grant_types", GRANTS), ("response_types", RESPONSES)] {
        for value in values {
            for odd in [
                (*value).to_owned(),
                value.to_uppercase(),
                format!("{value} "),
                format!("{value},x"),
                value.replace('_', "-"),
            ] {
                cases.push(Case::one(field, json!([odd])));
            }
            cases.push(Case::one(field, json!([value, value])));
            let public = json!({"token_endpoint_auth_method": "none", field: [value]});
            cases.push(Case::new(field, public));
        }
    }
    for grant in GRANTS {
        for response in RESPONSES {
            let both = json!({"grant_types": [grant], "response_types": [response]});
            cases.push(Case::new("grant_types", both));
        }
    }
    cases
}

/// Lengths, U+0000, scopes, ids and secrets.
fn texts() -> Vec<Case> {
    let mut cases = Vec::new();
    for field in TEXTS {
        for length in [5, 6, 10, 11, 25, 26, 72, 73, 255, 256, 5000] {
            cases.push(Case::one(field, json!("a".repeat(length))));
        }
        cases.push(Case::one(field, json!("a\u{0}b")));
        cases.push(Case::one(field, json!("\u{feff}secret-\u{202e}")));
    }
    for scope in SCOPES {
        cases.push(Case::one("scope", json!(scope)));
        cases.push(Case::one("scope", json!([scope])));
    }
    for id in IDS {
        cases.push(Case::one("client_id", json!(id)));
    }
    for length in [255, 256, 1000] {
        cases.push(Case::one("client_id", json!("i".repeat(length))));
    }
    for secret in [
        "\u{e9}\u{e9}\u{e9}",
        "\u{e9}\u{e9}",
        "      ",
        "$2a$10$abcdefghij",
    ] {
        cases.push(Case::one("client_secret", json!(secret)));
    }
    for text in ["a\u{0}b", "\u{fc}", "a|b", "a,b", "\"a\"", "\\"] {
        for field in ["audience", "contacts", "request_uris", "grant_types"] {
            cases.push(Case::one(field, json!([text])));
        }
        cases.push(Case::one(
            "redirect_uris",
            json!([format!("https://a/{text}")]),
        ));
        cases.push(Case::one("metadata", json!({ text: text })));
    }
    cases
}

fn numbers() -> Vec<Case> {
    let mut cases = Vec::new();
    for number in [
        "0",
        "-1",
        "1.0",
        "1e3",
        "1.5",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "1e400",
        "12345678901234567890123",
    ] {
        for field in [
            "client_secret_expires_at",
            "metadata",
            "client_name",
            "skip_consent",
        ] {
            let text = format!(r#"{{"{field}":{number}}}"#);
            cases.push(Case {
                field: field.to_owned(),
                what: "",
                text,
            });
        }
        let text = format!(r#"{{"metadata":{{"a":[{number}]}}}}"#);
        cases.push(Case {
            field: "metadata".to_owned(),
            what: "",
            text,
        });
    }
    let unlisted = [
        "client_credentials_grant_access_token_lifespan",
        "jwt_bearer_grant_access_token_lifespan",
        "refresh_token_grant_id_token_lifespan",
        "implicit_grant_access_token_lifespan",
    ];
    for field in unlisted {
        cases.extend(SPANS.iter().map(|span| Case::one(field, json!(span))));
    }
    cases
}

/// Members that Hydra does not know, sets itself, or that are there twice.
const BODIES: &[&str] = &[
    r#"{"foo":1}"#,
    r#"{"redirect_uri":"https://a.example/"}"#,
    r#"{"Client_Name":"x"}"#,
    r#"{"client_name":"x","CLIENT_NAME":"y"}"#,
    r#"{"client_name":"x","client_name":"y"}"#,
    r#"{"scope":["a","b"]}"#,
    r#"{"created_at":"2020-01-01T00:00:00Z"}"#,
    r#"{"created_at":"x"}"#,
    r#"{"created_at":1}"#,
    r#"{"updated_at":""}"#,
    r#"{"registration_access_token":"x"}"#,
    r#"{"registration_client_uri":1}"#,
    r#"{"client_secret_expires_at":99}"#,
    r#"{"client_secret_expires_at":"99"}"#,
    r#"{"default_max_age":5}"#,
    r#"{"application_type":"native"}"#,
    r#"{"metadata":{"a":1,"a":2}}"#,
    r#"{"metadata":{"":1}}"#,
    r#"{"metadata":{"a":"\ud800"}}"#,
    r#"{"client_name":"\ud800"}"#,
    r#"{"client_name":"${env:A}"}"#,
    r#"{"jwks":{},"jwks_uri":"https://a.example/"}"#,
    r#"{"jwks":{"keys":[]},"jwks_uri":"https://a.example/"}"#,
    r#"{"jwks":null,"jwks_uri":"https://a.example/"}"#,
    r#"{"jwks_uri":"","jwks":{"keys":[]}}"#,
    r#"{"jwks_uri":"","token_endpoint_auth_method":"private_key_jwt"}"#,
];
