//! The schema of manifests refuses what the checks refuse, as far as a schema can, and never what
//! they accept.

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::super::{Rule, schema};
use super::every_rule::TEXTS;
use super::load_text;
use crate::client::{Field, Shape};

/// Rules about what a schema can describe. It sees one document as JSON: no YAML, no second client,
/// and no arithmetic.
const CAUGHT: &[Rule] = &[
    Rule::NotAClient,
    Rule::UnknownField,
    Rule::WrongType,
    Rule::InvalidScope,
    Rule::IncompleteResource,
    Rule::NoIdentity,
    Rule::ShortSecret,
    Rule::UnknownAuthSigningAlg,
    Rule::UnknownUserinfoSigningAlg,
    Rule::UnknownSubjectType,
    Rule::InvalidLifespan,
    Rule::ConflictingKeys,
    Rule::MissingKeys,
    Rule::InvalidKeySet,
    Rule::InvalidJwk,
    Rule::InvalidRedirectUri,
    Rule::InvalidLogoutRedirectUri,
    Rule::InvalidOrigin,
    Rule::InsecureSectorIdentifier,
];

fn validator() -> Validator {
    jsonschema::draft7::new(&schema()).unwrap()
}

/// The first document of a text as JSON, as other programs read it.
fn as_json(text: &str) -> Option<Json> {
    serde_saphyr::from_str(text).ok()
}

#[test]
fn it_is_a_schema() {
    jsonschema::draft7::meta::validate(&schema()).unwrap();
}

#[test]
fn it_refuses_what_it_can_and_no_warning() {
    let validator = validator();
    for (rule, text) in TEXTS {
        let Some(document) = as_json(text) else {
            assert!(!CAUGHT.contains(rule), "{text}");
            continue;
        };
        let findings = load_text(text).findings;
        let mut errors = findings.iter().filter(|finding| finding.is_error());
        let is_caught = errors.any(|finding| CAUGHT.contains(&finding.rule));
        assert_eq!(
            !validator.is_valid(&document),
            is_caught,
            "{rule:?}: {text}"
        );
    }
}

/// One client with a field that is right, and one that is wrong.
#[test]
fn every_field_has_a_type() {
    let validator = validator();
    let with = |field: Field, value: Json| {
        let mut client = json!({"client_id": "a"});
        client[field.name()] = value;
        validator.is_valid(&client)
    };
    for field in Field::ALL {
        let name = field.name();
        assert!(
            with(*field, Json::Null) || *field == Field::ClientId,
            "{name}"
        );
        match field.shape() {
            Shape::Json if *field == Field::Metadata => {}
            Shape::ServerMade => assert!(with(*field, json!({})), "{name}"),
            _ => assert!(!with(*field, json!({"keys": 1.5})), "{name}"),
        }
    }
}

#[test]
fn resources_are_described_as_they_are_read() {
    let validator = validator();
    let resource = |spec: Json| {
        json!({
            "apiVersion": "hydra.ory.sh/v1alpha1", "kind": "OAuth2Client",
            "metadata": {"name": "web", "namespace": "shop"}, "spec": spec,
        })
    };
    for (spec, is_valid) in [
        (
            json!({"clientName": "a", "redirectUris": ["https://a"]}),
            true,
        ),
        (json!({"client-NAME": "a", "JWKSUri": "https://a"}), true),
        (
            json!({"clientName": "a", "backChannelLogoutURI": "https://a"}),
            true,
        ),
        (
            json!({"clientName": "a", "tokenLifespans": {"implicit_grant_id_token_lifespan": "1h"}}),
            true,
        ),
        (
            json!({"clientName": "a", "secretName": "b", "hydraAdmin": {}}),
            true,
        ),
        (json!({"clientName": "a", "redirect_uris": []}), false),
        (
            json!({"clientName": "a", "redirectUris": "https://a"}),
            false,
        ),
        (json!({"clientName": "a", "clientId": "b"}), false),
        (
            json!({"clientName": "a", "tokenLifespans": {"client_id": "1h"}}),
            false,
        ),
        (
            json!({"clientName": "a", "tokenLifespans": {"implicit_grant_id_token_lifespan": "1d"}}),
            false,
        ),
        (json!({"clientName": ""}), true),
        (json!({}), true),
    ] {
        let one = resource(spec);
        let list = json!({"apiVersion": "v1", "kind": "List", "items": [one]});
        for document in [one, list.clone(), json!([list])] {
            assert_eq!(validator.is_valid(&document), is_valid, "{document}");
            let text = document.to_string();
            assert_eq!(!load_text(&text).has_errors(), is_valid, "{text}");
        }
    }
    let other = json!({"apiVersion": "v1", "kind": "Secret", "data": {"a": "b"}});
    assert!(validator.is_valid(&other));
}

/// Values near what a field takes.
fn value(field: Field) -> BoxedStrategy<Json> {
    let text = prop_oneof![
        "[a-zA-Z0-9:/?#@.%*+ -]{0,9}",
        "(https?|HTTPS|com.example|urn|):(//)?[a-z@:?#/ ]{0,8}",
        "[+-]?[0-9.]{0,3}(h|m|s|ms|us|µs|ns|d|)([0-9]{1,2}(s|))?",
        "[jJ][wW][tT]|opaque|public|pairwise|none|RS256|private_key_jwt|ES512|code id_token",
        "\\PC{0,6}",
        "[ \t\n\u{feff}\u{a0}a]{0,3}",
    ];
    let text = text.prop_map(Json::from).boxed();
    let key = prop::collection::vec(
        (
            prop::sample::select(vec!["kty", "n", "e", "crv", "x", "y", "k", "d"]),
            prop_oneof![
                prop::sample::select(vec![
                    "RSA", "EC", "OKP", "oct", "P-256", "Ed25519", "", "AQAB"
                ])
                .prop_map(Json::from),
                Just(Json::Null),
                Just(json!([])),
            ],
        ),
        0..5,
    );
    let key = key.prop_map(|members| members.into_iter().collect::<Json>());
    let set = prop_oneof![
        prop::collection::vec(key, 0..3).prop_map(|keys| json!({"keys": keys})),
        Just(json!({})),
        Just(json!({"keys": null})),
        Just(json!({"keys": {}})),
        Just(json!({"KEYS": [1]})),
    ];
    let any = prop_oneof![
        text.clone(),
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        Just(json!(1.5)),
    ];
    match field.shape() {
        Shape::List | Shape::Scope => prop_oneof![
            4 => prop::collection::vec(text, 0..3).prop_map(Json::from),
            1 => any,
        ]
        .boxed(),
        Shape::Json => prop_oneof![3 => set, 1 => any].boxed(),
        _ => prop_oneof![4 => text, 1 => any].boxed(),
    }
}

#[test]
fn no_keys_beside_a_url_are_accepted() {
    for jwks in [Json::Null, json!({}), json!({"keys": []})] {
        let client = json!({"client_id": "a", "jwks_uri": "https://a.example", "jwks": jwks});
        assert!(validator().is_valid(&client), "{client}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn it_never_refuses_what_is_accepted(
        members in prop::collection::vec(
            prop::sample::select(Field::ALL).prop_flat_map(|field| {
                value(field).prop_map(move |value| (field.name().to_owned(), value))
            }),
            1..4,
        ),
        has_id in prop::bool::weighted(0.9),
    ) {
        thread_local! {
            static VALIDATOR: Validator = validator();
        }
        let mut client: serde_json::Map<_, _> = members.into_iter().collect();
        if has_id {
            client.insert("client_id".to_owned(), "a".into());
        }
        let client = Json::Object(client);
        if !VALIDATOR.with(|validator| validator.is_valid(&client)) {
            prop_assert!(load_text(client.to_string()).has_errors(), "{client}");
        }
    }
}
