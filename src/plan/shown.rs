//! Redacts drift. Every value of a client that is displayed, from the manifest or from Hydra, goes
//! through here.
//!
//! Manifest authors choose which clients are shown, and are not trusted with what others have put
//! into them. Only those members of Hydra's metadata are shown that the manifest names. On both
//! sides, secrets are recognized by their names, and passwords by the URLs they are part of.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::json_equality::is_same_json;
use crate::client::{Field, MASK, is_secret_member, is_secret_name, without_passwords};

/// Appended to a value that looks the same as the manifest's because the difference is masked.
const DIFFERS: &str = " (differs)";

/// The manifest's and Hydra's value of a field, redacted for display.
pub(super) fn shown(field: Field, manifest: &Json, hydra: &Json) -> (Json, Json) {
    let (is_secret, only_named): (fn(&str) -> bool, bool) = match field {
        Field::Jwks => (is_secret_member, false),
        // The name of a scalar is its field.
        _ => (is_secret_name, true),
    };
    let rule = Rule {
        is_secret,
        only_named,
    };
    (rule.ours(manifest), rule.theirs(hydra, Some(manifest)))
}

/// The values of a field that holds a secret from elsewhere: nothing of either is shown.
pub(super) fn hidden() -> (Json, Json) {
    (Json::from(MASK), Json::from(format!("{MASK}{DIFFERS}")))
}

/// The manifest's value of a field by itself, redacted for display.
pub(super) fn shown_alone(field: Field, manifest: &Json) -> Json {
    shown(field, manifest, &Json::Null).0
}

struct Rule {
    is_secret: fn(&str) -> bool,
    /// Whether members in Hydra are only shown if the manifest has them as well.
    only_named: bool,
}

impl Rule {
    fn ours(&self, json: &Json) -> Json {
        match json {
            Json::Object(members) => {
                let shown = members.iter().map(|(name, value)| {
                    let value = match (self.is_secret)(name) {
                        true => Json::from(MASK),
                        false => self.ours(value),
                    };
                    (name.clone(), value)
                });
                Json::Object(shown.collect())
            }
            Json::Array(items) => items.iter().map(|item| self.ours(item)).collect(),
            Json::String(text) => Json::from(without_passwords(text)),
            _ => json.clone(),
        }
    }

    /// Redacts Hydra's value, where `said` is the manifest's.
    fn theirs(&self, json: &Json, said: Option<&Json>) -> Json {
        match (json, said) {
            (Json::Null, _) => Json::Null,
            (Json::Object(members), said) => self.object(members, said.and_then(Json::as_object)),
            (Json::Array(items), Some(Json::Array(said))) => self.list(items, said),
            (Json::Array(items), _) if !self.only_named => {
                items.iter().map(|item| self.theirs(item, None)).collect()
            }
            (Json::Array(_), _) => Json::from(MASK),
            (_, said) if self.only_named && !said.is_some_and(is_scalar) => Json::from(MASK),
            (Json::String(text), said) => {
                let said = said.and_then(Json::as_str);
                let is_twin =
                    |said: &str| said != text && without_passwords(said) == without_passwords(text);
                marked(without_passwords(text), said.is_some_and(is_twin))
            }
            _ => json.clone(),
        }
    }

    fn object(&self, members: &Map<String, Json>, said: Option<&Map<String, Json>>) -> Json {
        let mut shown = Map::new();
        let mut unnamed = 0;
        for (name, value) in in_order_of(said, members) {
            let said = said.and_then(|said| said.get(name));
            let value = match said {
                None if self.only_named => {
                    unnamed += 1;
                    continue;
                }
                said if (self.is_secret)(name) => {
                    let is_same = said.is_none_or(|said| is_same_json(said, value));
                    marked(MASK.into(), !is_same)
                }
                said => self.theirs(value, said),
            };
            shown.insert(name.clone(), value);
        }
        if unnamed > 0 {
            let s = if unnamed == 1 { "" } else { "s" };
            let note = format!("{unnamed} member{s} that the manifest does not name");
            shown.insert(MASK.to_owned(), Json::from(note));
        }
        Json::Object(shown)
    }

    /// Redacts a list that the manifest has as well. Its order may not matter, so each text is
    /// looked up among all of the manifest's.
    fn list(&self, items: &[Json], said: &[Json]) -> Json {
        let texts: BTreeSet<&str> = said.iter().filter_map(Json::as_str).collect();
        let masked = texts.iter().map(|text| without_passwords(text));
        let masked: BTreeSet<_> = masked
            .filter(|text| matches!(text, Cow::Owned(_)))
            .collect();
        let item = |(index, item): (usize, &Json)| match item {
            Json::String(text) => {
                let shown = without_passwords(text);
                let is_twin = masked.contains(&shown) && !texts.contains(&**text);
                marked(shown, is_twin)
            }
            Json::Object(_) | Json::Array(_) => self.theirs(item, said.get(index)),
            _ => item.clone(),
        };
        items.iter().enumerate().map(item).collect()
    }
}

/// The members, first those that the manifest has as well, in its order.
fn in_order_of<'m>(
    said: Option<&'m Map<String, Json>>,
    members: &'m Map<String, Json>,
) -> impl Iterator<Item = (&'m String, &'m Json)> {
    let names = said.into_iter().flat_map(Map::keys);
    let named = names.filter_map(|name| members.get_key_value(name));
    let is_rest =
        move |(name, _): &(&String, &Json)| said.is_none_or(|said| !said.contains_key(*name));
    named.chain(members.iter().filter(is_rest))
}

fn is_scalar(json: &Json) -> bool {
    !matches!(json, Json::Object(_) | Json::Array(_))
}

fn marked(shown: Cow<'_, str>, differs: bool) -> Json {
    match differs {
        true => Json::from(format!("{shown}{DIFFERS}")),
        false => Json::from(shown),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;
    use crate::client::Field;
    use serde_json::json;

    #[test]
    fn of_hydras_metadata_only_what_the_manifest_names_is_shown() {
        for (manifest, hydra, seen) in [
            (
                json!({}),
                json!({"stripe": "HUNTER2"}),
                json!({"***": "1 member that the manifest does not name"}),
            ),
            (
                json!({"tier": 1, "more": {"a": 1}}),
                json!({"tier": 2, "more": {"a": "x", "b": "HUNTER2", "c": []}, "HUNTER2": 1}),
                json!({
                    "tier": 2,
                    "more": {"a": "x", "***": "2 members that the manifest does not name"},
                    "***": "1 member that the manifest does not name",
                }),
            ),
            // Where the types differ, the manifest names no members.
            (
                json!({"a": {}}),
                json!({"a": "HUNTER2"}),
                json!({"a": "***"}),
            ),
            (
                json!({"a": "x"}),
                json!({"a": ["HUNTER2"]}),
                json!({"a": "***"}),
            ),
            (
                json!({"a": [1, {"b": 1}]}),
                json!({"a": [2, {"b": 2, "c": "HUNTER2"}, {"b": "HUNTER2"}, ["HUNTER2"]]}),
                json!({"a": [
                    2,
                    {"b": 2, "***": "1 member that the manifest does not name"},
                    {"***": "1 member that the manifest does not name"},
                    "***",
                ]}),
            ),
            (json!({}), json!("HUNTER2"), json!("***")),
            (json!({}), json!(["HUNTER2"]), json!("***")),
            (json!({"a": 1}), json!(null), json!(null)),
        ] {
            assert_eq!(shown(Field::Metadata, &manifest, &hydra), (manifest, seen));
        }
    }

    #[test]
    fn secrets_are_masked_on_both_sides_and_still_differ() {
        let manifest =
            json!({"db_password": "HUNTER1", "api_key": "HUNTER3", "url": "x://u:HUNTER1@h"});
        let hydra =
            json!({"db_password": "HUNTER2", "api_key": "HUNTER3", "url": "x://u:HUNTER2@h"});
        let seen = (
            json!({"db_password": "***", "api_key": "***", "url": "x://***@h"}),
            json!({"db_password": "*** (differs)", "api_key": "***", "url": "x://***@h (differs)"}),
        );
        assert_eq!(shown(Field::Metadata, &manifest, &hydra), seen);
    }

    #[test]
    fn passwords_are_masked_in_every_address() {
        let old = json!("https:/u:HUNTER2@a.example/");
        assert_eq!(
            shown(Field::LogoUri, &json!("https://a.example/"), &old),
            (json!("https://a.example/"), json!("https:/***@a.example/"))
        );
        let manifest = json!(["app://u:HUNTER1@h", "https://b.example"]);
        let hydra = json!([
            "https://b.example",
            "app://u:HUNTER2@h",
            "x:u:HUNTER2@h",
            "c"
        ]);
        assert_eq!(
            shown(Field::RedirectUris, &manifest, &hydra),
            (
                json!(["app://***@h", "https://b.example"]),
                json!(["https://b.example", "app://***@h (differs)", "x:***@h", "c"])
            )
        );
    }

    #[test]
    fn of_keys_only_public_members_are_shown() {
        let manifest = json!({"keys": []});
        let hydra = json!({"keys": [{"kty": "oct", "k": "HUNTER2"}, {"kty": "RSA", "d": "HUNTER2", "dd": "HUNTER2", "n": "y"}]});
        let seen = json!({"keys": [{"kty": "oct", "k": "***"}, {"kty": "RSA", "d": "***", "dd": "***", "n": "y"}]});
        assert_eq!(shown(Field::Jwks, &manifest, &hydra).1, seen);
        assert_eq!(
            shown(Field::Jwks, &hydra, &hydra),
            (seen.clone(), seen.clone())
        );
        assert_eq!(shown(Field::Jwks, &json!(null), &hydra).1, seen);
    }
}
