//! Compares a client in Hydra with its manifest, allowing for the ways Hydra rewrites its input.
//!
//! Only fields that the manifest sets are compared. The rules were measured on v1.11.10 and v2.3.0.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::change::{Difference, Drift};
use super::diff::Knows;
use super::ignored::IgnoredDrift;
use super::patch::Patch;
use super::reported::Reported;
use super::shown::{hidden, shown};
use super::{json_equality, jwks};
use crate::client::{Client, Existing, Field, Shape, Value};
use crate::golang::duration;
use crate::golang::url::Url;

/// Which differences count.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) knows: Knows<'a>,
    pub(super) ignored: &'a IgnoredDrift,
}

/// How `client` differs from `existing`, and the number of differences that are ignored. Fails when
/// Hydra's client cannot be compared, with the reason.
pub(super) fn compare(
    client: &Client,
    existing: &Existing,
    rules: Rules<'_>,
) -> Result<(Drift, usize), String> {
    let reported = Reported::parse(existing.json())?;
    let (mut differences, mut patch, mut ignored) = (Vec::new(), Patch::default(), 0);
    for (field, value) in client.values() {
        let hydra = match reported.value(field)? {
            None if always_reported(field) => continue,
            hydra => hydra.unwrap_or_default(),
        };
        if !(rules.knows)(field) || is_same(field, value, &hydra) {
            continue;
        }
        if rules.ignored.is_ignored(field) {
            ignored += 1;
            continue;
        }
        let (mut ours, mut theirs) = (to_json(field, value), hydra);
        if rules.ignored.has_members(field) {
            ignored += rules.ignored.strip(&mut ours, &mut theirs);
            if json_equality::is_same_json(&ours, &theirs) {
                continue;
            }
        }
        let first = patch.operations.len();
        match (&ours, &theirs) {
            (Json::Object(ours), Json::Object(theirs)) if rules.ignored.has_members(field) => {
                patch.set_members(ours, theirs);
            }
            _ => patch.set(field, &ours, &reported),
        }
        if field == Field::Jwks {
            (ours, theirs) = jwks::side_by_side(&ours, &theirs);
        }
        let (manifest, hydra) = match client.is_hidden(field) {
            true => {
                patch.mask_from(first);
                hidden()
            }
            false => shown(field, &ours, &theirs),
        };
        differences.push(Difference {
            field,
            manifest,
            hydra,
        });
    }
    patch.complete(&reported);
    Ok((Drift { differences, patch }, ignored))
}

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
        (_, Value::Json(json)) => json_equality::is_same_json(json, hydra),
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
    let items = hydra.as_array().into_iter().flatten();
    items
        .filter_map(|item| Some(item.as_str()?.to_owned()))
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
    let names =
        |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    let theirs = names(hydra.as_str().unwrap_or(""));
    same_set(&names(&ours.join(" ")), &theirs)
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

/// A value as it is sent.
pub(super) fn to_json(field: Field, value: &Value) -> Json {
    match value {
        Value::Text(text) => Json::from(text.as_str()),
        Value::List(list) if field.shape() == Shape::Scope => Json::from(list.join(" ")),
        Value::List(list) => Json::from(list.clone()),
        Value::Flag(flag) => Json::from(*flag),
        Value::Number(number) => Json::from(*number),
        Value::Json(json) => Json::clone(json),
        Value::Secret(_) => Json::from("(secret)"),
    }
}

/// A CORS origin as Hydra rewrites it: scheme in lower case, no trailing slashes, no empty
/// fragment, non-ASCII percent-encoded. An origin that Hydra rejects is left unchanged.
pub(super) fn origin(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if url.ends_at_host() && !url.has_user() => url.origin(),
        _ => text.to_owned(),
    }
}

/// A list as v1.11 returns it. v1.11 stores a list as one text separated by `|`; a `|` within an
/// item is escaped by a backslash, and the item's own backslashes can break that escape.
pub(super) fn as_pipes_store_it(list: &[String]) -> Vec<String> {
    let escaped: Vec<String> = list.iter().map(|item| item.replace('|', "\\|")).collect();
    let mut items = vec![String::new()];
    let mut escaping = false;
    for character in escaped.join("|").chars() {
        if character == '\\' {
            escaping = !escaping;
        } else if escaping && character != '|' {
            escaping = false;
        }
        match items.last_mut() {
            Some(item) if escaping || character != '|' => item.push(character),
            _ => items.push(String::new()),
        }
    }
    items.retain(|item| !item.is_empty());
    items.iter().map(|item| item.replace("\\|", "|")).collect()
}

#[cfg(test)]
mod tests {
    use super::{as_pipes_store_it, origin};

    #[test]
    fn lists_come_back_from_v1_as_measured() {
        let list =
            |items: &[&str]| -> Vec<String> { items.iter().map(ToString::to_string).collect() };
        for (sent, stored) in [
            (&["a", "b"][..], &["a", "b"][..]),
            (&["a|b", "c\\", "d\\|e"], &["a|b", "c|d\\\\", "e"]),
            (&["a|b"], &["a|b"]),
            (&["", "x", ""], &["x"]),
            (&[], &[]),
        ] {
            assert_eq!(as_pipes_store_it(&list(sent)), list(stored), "{sent:?}");
        }
    }

    #[test]
    fn origins_are_rewritten_as_measured() {
        for (sent, stored) in [
            ("HTTP://A.example/", "http://A.example"),
            ("https://a//", "https://a"),
            ("https://a/#", "https://a"),
            ("https://\u{fc}", "https://%C3%BC"),
            ("http://", "http:"),
            ("https://a:/", "https://a:"),
            ("https://a/%2F", "https://a"),
        ] {
            assert_eq!(origin(sent), stored, "{sent}");
        }
    }
}
