//! A client with Hydra's own fields.

use serde_json::{Map, Value as Json, json};

use crate::client::{Field, Shape, Since};
use crate::manifest::validate::{SIGNING, known_values};

/// A value that is replaced before it is checked.
const REFERENCE: &str = r"\$\{(var|env|file):";
/// Go's durations, as `golang::duration` reads them.
const LIFESPAN: &str = r"^[+-]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$";
/// A URI with a scheme, or a path, without a fragment.
const REDIRECT: &str = "^(\\*$|/|[a-zA-Z][a-zA-Z0-9+.-]*:)[^#\u{0}-\u{1f}\u{7f}]*$";
/// The same, in which `#` is an ordinary character.
const LOGOUT: &str = "^(\\*$|/|[a-zA-Z][a-zA-Z0-9+.-]*:)[^\u{0}-\u{1f}\u{7f}]*$";
const ORIGIN: &str = "^[hH][tT][tT][pP][sS]?:";
const PATH_OF_ORIGIN: &str = "^[^/?#]*//[^/?#]*/+[^/?#]";
const HTTPS: &str = "^$|^[hH][tT][tT][pP][sS]:";
/// Hydra counts bytes, a schema characters: only ASCII is as short as it looks.
const SHORT_SECRET: &str = "^[\u{0}-\u{7f}]{1,5}$";

/// One client.
pub(super) fn client() -> Json {
    let properties: Map<_, _> = Field::ALL
        .iter()
        .map(|field| (field.name().to_owned(), property(*field)))
        .collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "anyOf": [
            {"required": ["client_id"], "properties": {"client_id": not_empty()}},
            {
                "required": ["client_name", "owner"],
                "properties": {"client_name": not_empty(), "owner": not_empty()},
            },
        ],
        "allOf": [private_key_jwt(), not_two_key_sets()],
    })
}

fn not_empty() -> Json {
    json!({"type": "string", "minLength": 1})
}

/// `private_key_jwt` needs keys, and an algorithm that Hydra knows.
fn private_key_jwt() -> Json {
    let known: Vec<_> = SIGNING.into_iter().chain([""]).map(Json::from).collect();
    let known: Vec<_> = known.into_iter().chain([Json::Null]).collect();
    json!({
        "if": {
            "required": ["token_endpoint_auth_method"],
            "properties": {"token_endpoint_auth_method": {"const": "private_key_jwt"}},
        },
        "then": {
            "properties": {"token_endpoint_auth_signing_alg": {"enum": known}},
            "anyOf": [
                {"required": ["jwks_uri"], "properties": {"jwks_uri": not_empty()}},
                {"required": ["jwks"], "properties": {"jwks": {"not": {"type": "null"}}}},
            ],
        },
    })
}

/// Hydra itself answers an empty `jwks` beside a `jwks_uri`.
fn not_two_key_sets() -> Json {
    json!({
        "not": {
            "required": ["jwks", "jwks_uri"],
            "properties": {
                "jwks_uri": not_empty(),
                "jwks": {
                    "type": "object",
                    "required": ["keys"],
                    "properties": {"keys": {"type": "array", "minItems": 1}},
                },
            },
        },
    })
}

/// A field with its description. `null` is the same as no value.
pub(super) fn property(field: Field) -> Json {
    let mut schema = Map::new();
    schema.insert("description".to_owned(), description(field).into());
    if let Json::Object(shape) = shape(field) {
        schema.extend(shape);
    }
    let examples = examples(field);
    if !examples.is_null() {
        schema.insert("examples".to_owned(), examples);
    }
    Json::Object(schema)
}

fn description(field: Field) -> String {
    let since = match field.since() {
        Since::V1 => "",
        Since::V1Only => " (Hydra v1.11 only)",
        Since::BeforeV2_2 => " (Hydra before v2.2)",
        Since::V2_1 => " (from Hydra v2.1 on)",
        Since::V2_2 => " (from Hydra v2.2 on)",
        Since::V25 => " (from Hydra v25.4 on)",
        Since::V26 => " (from Hydra v26.2 on)",
    };
    format!("{}{since}", field.doc())
}

fn shape(field: Field) -> Json {
    match field.shape() {
        Shape::Text => text(field),
        Shape::Secret => json!({
            "type": ["string", "null"],
            "writeOnly": true,
            "not": {"type": "string", "pattern": SHORT_SECRET},
        }),
        Shape::List => json!({"type": ["array", "null"], "items": item(field)}),
        Shape::Scope => json!({
            "type": ["string", "array", "null"],
            "pattern": "^$|[^ \t\r\n]",
            "items": {"type": "string", "pattern": "^[^ \t\r\n]+$"},
        }),
        Shape::Flag => or_reference(json!({"type": ["boolean", "null"]})),
        Shape::Number => or_reference(json!({"type": ["integer", "null"]})),
        Shape::Lifespan if field.since() == Since::V1 => {
            or_reference(json!({"type": ["string", "null"], "pattern": LIFESPAN}))
        }
        // A version that drops the field does not read it.
        Shape::Lifespan => json!({"type": ["string", "null"]}),
        Shape::Json if field == Field::Jwks => {
            json!({"anyOf": [{"$ref": "#/definitions/keySet"}, {"type": "null"}]})
        }
        Shape::Json => json!({}),
        Shape::ServerMade => json!({"readOnly": true}),
    }
}

/// The same, or text that refers to a value from elsewhere.
fn or_reference(shape: Json) -> Json {
    json!({"anyOf": [shape, {"type": "string", "pattern": REFERENCE}]})
}

fn text(field: Field) -> Json {
    match field {
        Field::SubjectType | Field::UserinfoSignedResponseAlg => {
            let known = known_values(field).iter().copied().map(Json::from);
            let known: Vec<_> = known.chain(["".into(), Json::Null]).collect();
            json!({"enum": known})
        }
        // Only some versions refuse other values; the known ones are for completion.
        Field::AccessTokenStrategy => json!({
            "anyOf": [{"enum": known_values(field)}, {"type": ["string", "null"]}],
        }),
        Field::SectorIdentifierUri => {
            json!({"type": ["string", "null"], "pattern": HTTPS})
        }
        _ => suggested("null", field),
    }
}

/// The items of a list.
fn item(field: Field) -> Json {
    match field {
        Field::RedirectUris => json!({"type": "string", "pattern": REDIRECT}),
        Field::PostLogoutRedirectUris => json!({"type": "string", "pattern": LOGOUT}),
        Field::AllowedCorsOrigins => json!({
            "type": "string",
            "pattern": ORIGIN,
            "not": {"pattern": PATH_OF_ORIGIN},
        }),
        _ => suggested("string", field),
    }
}

/// A string, for which editors suggest the known values and accept any.
fn suggested(or: &str, field: Field) -> Json {
    let mut schema = match or {
        "string" => json!({"type": "string"}),
        or => json!({"type": ["string", or]}),
    };
    let known = known_values(field);
    if !known.is_empty() {
        schema["anyOf"] = json!([{"enum": known}, {}]);
    }
    schema
}

fn examples(field: Field) -> Json {
    match field {
        Field::ClientId => json!(["shop-web"]),
        Field::ClientName => json!(["Shop"]),
        Field::Owner => json!(["platform-team"]),
        Field::RedirectUris => {
            json!([
                ["https://shop.example.com/callback"],
                ["com.example.shop:/callback"]
            ])
        }
        Field::PostLogoutRedirectUris => json!([["https://shop.example.com/goodbye"]]),
        Field::AllowedCorsOrigins => json!([["https://shop.example.com"]]),
        Field::RequestUris => json!([["https://shop.example.com/request-object.jwt"]]),
        Field::Audience => json!([["https://api.example.com/orders"]]),
        Field::Contacts => json!([["platform-team@example.com"]]),
        Field::Scope => json!(["openid offline_access", ["openid", "offline_access"]]),
        Field::GrantTypes => json!([["authorization_code", "refresh_token"]]),
        Field::ResponseTypes => json!([["code"]]),
        Field::ClientUri => json!(["https://shop.example.com/"]),
        Field::LogoUri => json!(["https://shop.example.com/logo.png"]),
        Field::PolicyUri => json!(["https://shop.example.com/privacy"]),
        Field::TosUri => json!(["https://shop.example.com/terms"]),
        Field::JwksUri => json!(["https://shop.example.com/jwks.json"]),
        Field::SectorIdentifierUri => json!(["https://shop.example.com/redirect-uris.json"]),
        Field::FrontchannelLogoutUri | Field::BackchannelLogoutUri => {
            json!(["https://shop.example.com/logout"])
        }
        Field::Metadata => json!([{"cost_centre": "4711"}]),
        _ if field.shape() == Shape::Lifespan => json!(["15m", "1h30m", "720h"]),
        _ => Json::Null,
    }
}
