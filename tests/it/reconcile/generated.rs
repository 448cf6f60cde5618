//! Clients made by chance, with odd but valid values in every field.

use hydra_gitops::client::{Field, Shape};
use hydra_gitops::sandbox::Version;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Map, Value, json};

use crate::reconcile::clients::ec_key;

/// A number from the environment.
fn number(name: &str, default: u64) -> u64 {
    let text = std::env::var(name);
    text.map_or(default, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("`{name}` is no number"))
    })
}

/// Clients with up to all fields, none of which names a client.
pub(crate) fn clients(version: Version) -> Vec<Value> {
    let mut chance = StdRng::seed_from_u64(number("HYDRA_GITOPS_SEED", 1));
    let cases = number("HYDRA_GITOPS_CASES", 60);
    (0..cases).map(|_| client(&mut chance, version)).collect()
}

fn client(chance: &mut StdRng, version: Version) -> Value {
    let share = chance.gen_range(0.05..1.0);
    let mut client = Map::new();
    for field in Field::ALL {
        if *field != Field::ClientId && chance.gen_bool(share) {
            client.insert(field.name().to_owned(), value(chance, *field));
        }
    }
    mend(&mut client, version);
    Value::Object(client)
}

/// Takes out what the servers' rules refuse in combination.
fn mend(client: &mut Map<String, Value>, version: Version) {
    if client.get("jwks").is_some_and(|jwks| !jwks.is_null()) {
        client.remove("jwks_uri");
    }
    let has_keys = client
        .get("jwks_uri")
        .is_some_and(|uri| uri.as_str() != Some(""));
    let is_jwt = client.get("token_endpoint_auth_method") == Some(&json!("private_key_jwt"));
    if is_jwt && !has_keys {
        client.remove("jwks_uri");
        client.insert("jwks".to_owned(), json!({"keys": [ec_key()]}));
    }
    if is_jwt || version >= Version::V25_4_0 {
        client.remove("token_endpoint_auth_signing_alg");
    }
    // The server fetches that address, and wants its answer.
    client.remove("sector_identifier_uri");
    if client.contains_key("post_logout_redirect_uris") {
        client.insert(
            "redirect_uris".to_owned(),
            json!(["https://app.example/cb"]),
        );
    }
}

fn value(chance: &mut StdRng, field: Field) -> Value {
    if chance.gen_bool(0.1) {
        return Value::Null;
    }
    match field {
        Field::TokenEndpointAuthMethod => pick(
            chance,
            &[
                "",
                "none",
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt",
            ],
        ),
        Field::SubjectType => pick(chance, &["", "public"]),
        Field::UserinfoSignedResponseAlg => pick(chance, &["", "none", "RS256"]),
        Field::AccessTokenStrategy => pick(chance, &["", "jwt", "opaque"]),
        Field::TokenEndpointAuthSigningAlg | Field::RequestObjectSigningAlg => {
            pick(chance, &["", "RS256", "ES384"])
        }
        Field::RedirectUris => list(
            chance,
            &[
                "https://b.example/cb",
                "com.example:/cb",
                "http://localhost/x?y=z|w",
                "https://\u{fc}.example/",
            ],
        ),
        Field::PostLogoutRedirectUris => {
            list(chance, &["https://app.example/", "https://app.example/out"])
        }
        Field::AllowedCorsOrigins => list(
            chance,
            &[
                "https://b.example/",
                "HTTP://c.example",
                "https://d.example:8443",
            ],
        ),
        Field::RequestUris => list(chance, &["https://b.example/r", "https://b.example/r#f"]),
        Field::PolicyUri | Field::TosUri | Field::ClientUri | Field::LogoUri => pick(
            chance,
            &["", "https://app.example/", "http://\u{fc}.example/?q"],
        ),
        Field::JwksUri | Field::FrontchannelLogoutUri | Field::BackchannelLogoutUri => {
            pick(chance, &["", "https://app.example/a"])
        }
        Field::ClientSecret => json!("given-secret"),
        Field::ClientSecretExpiresAt => json!(0),
        Field::Jwks => [json!({}), json!({"keys": []}), json!({"keys": [ec_key()]})]
            .choose(chance)
            .unwrap()
            .clone(),
        Field::Metadata => metadata(chance, 3),
        Field::CreatedAt | Field::UpdatedAt => json!("2020-01-01T00:00:00Z"),
        _ => match field.shape() {
            Shape::Flag => json!(chance.gen_bool(0.5)),
            Shape::Lifespan => pick(
                chance,
                &["1h", "0", "90m", "1.5h", "36h0m0.5s", "1\u{b5}s", "720h"],
            ),
            Shape::Scope => pick(
                chance,
                &[
                    "",
                    "openid",
                    "a b",
                    "b a  a",
                    "offline_access offline openid",
                ],
            ),
            Shape::List => list(
                chance,
                &["a", "B", "a|b", "c\\", "\\|", "\u{fc} x", "https://x/"],
            ),
            _ => pick(
                chance,
                &[
                    "",
                    "x",
                    " x ",
                    "a \"quoted\" <name> & more",
                    "\u{1f600} \u{fc}",
                    "line\nbreak",
                ],
            ),
        },
    }
}

fn pick(chance: &mut StdRng, choices: &[&str]) -> Value {
    json!(choices.choose(chance).unwrap())
}

/// Some of the choices, in any order, some more than once.
fn list(chance: &mut StdRng, choices: &[&str]) -> Value {
    let length = chance.gen_range(0..=choices.len());
    (0..length).map(|_| pick(chance, choices)).collect()
}

fn metadata(chance: &mut StdRng, depth: usize) -> Value {
    let leaf = [
        json!(null),
        json!(true),
        json!("x"),
        json!(""),
        json!("\u{2028}<>"),
        json!(0),
        json!(-1.5),
        json!(1e30),
        json!(18_446_744_073_709_551_615_u64),
    ];
    match chance.gen_range(0..4) {
        0 if depth > 0 => (0..chance.gen_range(0..4))
            .map(|_| metadata(chance, depth - 1))
            .collect(),
        1 | 2 if depth > 0 => {
            let members = (0..chance.gen_range(0..4))
                .map(|number| (format!("k{number}"), metadata(chance, depth - 1)));
            Value::Object(members.collect())
        }
        _ => leaf.choose(chance).unwrap().clone(),
    }
}
