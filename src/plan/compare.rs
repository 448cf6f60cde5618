//! Compares a client in Hydra with its manifest, allowing for the ways Hydra rewrites its input.
//!
//! Only fields that the manifest sets are compared. The rules were measured on v1.11.10 and v2.3.0.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::change::Difference;
use super::shown::shown;
use super::stored::{as_pipes_store_it, origin};
use super::{json, jwks, number};
use crate::client::{Client, Existing, Field, Shape, Value};
use crate::golang::duration;

/// The fields of `client` that differ in `existing`, in the order in which Hydra reports them.
///
/// # Errors
/// When Hydra's client cannot be compared, with the reason.
pub(super) fn differences(
    client: &Client,
    existing: &Existing,
    knows: &dyn Fn(Field) -> bool,
) -> Result<Vec<Difference>, String> {
    let body: BTreeMap<Member<'_>, &RawValue> =
        serde_json::from_str(existing.json()).map_err(|error| error.to_string())?;
    let mut differences = Vec::new();
    for (field, value) in client.values() {
        let hydra = match body.get(&Member(field.name().into())) {
            Some(raw) => {
                json::parse(raw.get()).map_err(|why| format!("`{}`: {why}", field.name()))?
            }
            None if always_reported(field) => continue,
            None => Json::Null,
        };
        if knows(field) && !is_same(field, value, &hydra) {
            let (manifest, hydra) = shown(field, &to_json(field, value), &hydra);
            differences.push(Difference {
                field,
                manifest,
                hydra,
            });
        }
    }
    Ok(differences)
}

/// The name of a member that Hydra reports. Values are only decoded where the manifest sets a
/// field: Hydra reports three times as many.
#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
struct Member<'a>(#[serde(borrow)] Cow<'a, str>);

/// Fields that every Hydra that knows them reports, even if they are empty. If one is missing, the
/// server dropped it.
fn always_reported(field: Field) -> bool {
    field.shape() == Shape::Lifespan
        || matches!(field, Field::SkipConsent | Field::SkipLogoutConsent)
}

fn is_same(field: Field, value: &Value, hydra: &Json) -> bool {
    match (field, value) {
        // Never reported, or not for the manifest to set.
        (Field::ClientId | Field::ClientSecret | Field::ClientSecretExpiresAt, _) => true,
        (_, _) if field.shape() == Shape::ServerMade => true,
        // If the manifest leaves them empty, Hydra applies its own default.
        (
            Field::SubjectType | Field::TokenEndpointAuthMethod | Field::UserinfoSignedResponseAlg,
            Value::Text(text),
        ) if text.is_empty() => true,
        (Field::Scope, Value::List(list)) => list.is_empty() || same_scope(list, hydra),
        (Field::AccessTokenStrategy, Value::Text(text)) => {
            text.to_lowercase() == hydra.as_str().unwrap_or("").to_lowercase()
        }
        (Field::AllowedCorsOrigins, Value::List(list)) => {
            let ours: Vec<String> = list.iter().map(|text| origin(text)).collect();
            let theirs: Vec<String> = strings(hydra).iter().map(|text| origin(text)).collect();
            same_set(&ours, &theirs)
        }
        (Field::Jwks, Value::Json(json)) => jwks::is_same(json, hydra),
        (_, Value::Json(json)) => number::is_same_json(json, hydra),
        (_, Value::List(list)) => {
            let theirs = strings(hydra);
            same_set(list, &theirs) || same_set(&as_pipes_store_it(list), &theirs)
        }
        (_, Value::Text(text)) if field.shape() == Shape::Lifespan => same_lifespan(text, hydra),
        (_, Value::Text(text)) => text == hydra.as_str().unwrap_or(""),
        (_, Value::Flag(flag)) => *flag == hydra.as_bool().unwrap_or(false),
        (_, Value::Number(number)) => hydra.as_i64() == Some(*number),
        (_, Value::Secret(_)) => true,
    }
}

fn strings(hydra: &Json) -> Vec<String> {
    let items = hydra.as_array().map_or(&[][..], Vec::as_slice);
    items
        .iter()
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect()
}

/// Equal as sets. Empty strings are ignored, because v1.11 loses them.
fn same_set(ours: &[String], theirs: &[String]) -> bool {
    fn set(list: &[String]) -> BTreeSet<&String> {
        list.iter().filter(|text| !text.is_empty()).collect()
    }
    ours == theirs || set(ours) == set(theirs)
}

/// Scopes are a space-separated set of names (RFC 6749, section 3.3).
fn same_scope(ours: &[String], hydra: &Json) -> bool {
    let names = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    same_set(
        &names(&ours.join(" ")),
        &names(hydra.as_str().unwrap_or("")),
    )
}

/// Equal durations, however they are written: `1h` is stored as `1h0m0s`.
fn same_lifespan(ours: &str, hydra: &Json) -> bool {
    match hydra.as_str() {
        None => ours.is_empty(),
        Some(theirs) if ours == theirs => true,
        Some(theirs) => {
            let theirs = duration::parse(theirs);
            theirs.is_ok() && duration::parse(ours) == theirs
        }
    }
}

fn to_json(field: Field, value: &Value) -> Json {
    match value {
        Value::Text(text) => Json::from(text.as_str()),
        Value::List(list) if field.shape() == Shape::Scope => Json::from(list.join(" ")),
        Value::List(list) => Json::from(list.clone()),
        Value::Flag(flag) => Json::from(*flag),
        Value::Number(number) => Json::from(*number),
        Value::Json(json) => json.clone(),
        Value::Secret(_) => Json::from("(secret)"),
    }
}
