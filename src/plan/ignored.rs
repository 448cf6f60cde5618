//! `--ignore-drift`: differences that do not count.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::json_equality::is_same_json;
use crate::client::{Field, Shape};
use crate::error::{Error, Result};
use crate::manifest::closest_field;

/// Fields, and members of `metadata`, whose differences are ignored.
#[derive(Debug, Clone, Default)]
pub struct IgnoredDrift {
    fields: HashSet<Field>,
    members: HashSet<String>,
}

impl IgnoredDrift {
    /// Reads names of fields, and `metadata.KEY` for a single member of `metadata`.
    ///
    /// # Errors
    /// A name of no field, or of a field that is never compared (exit 64).
    pub fn parse(names: &[String]) -> Result<Self> {
        let mut ignored = Self::default();
        for name in names {
            if let Some(field) = Field::from_name(name) {
                if let Some(why) = never_compared(field) {
                    let what = format!("`--ignore-drift {name}` has no effect: {why}");
                    return Err(Error::usage(what).hint("remove it"));
                }
                ignored.fields.insert(field);
                continue;
            }
            match name.split_once('.') {
                Some(("metadata", key)) if !key.is_empty() => {
                    ignored.members.insert(key.to_owned());
                }
                _ => return Err(unknown(name)),
            }
        }
        Ok(ignored)
    }

    pub(super) fn is_ignored(&self, field: Field) -> bool {
        self.fields.contains(&field)
    }

    pub(super) fn has_members(&self, field: Field) -> bool {
        field == Field::Metadata && !self.members.is_empty()
    }

    /// Removes the ignored members from both sides, and returns how many of them differed.
    pub(super) fn strip(&self, ours: &mut Json, theirs: &mut Json) -> usize {
        let take = |json: &mut Json, key: &str| json.as_object_mut()?.shift_remove(key);
        let differed =
            self.members
                .iter()
                .filter(|key| match (take(ours, key), take(theirs, key)) {
                    (Some(ours), Some(theirs)) => !is_same_json(&ours, &theirs),
                    (ours, theirs) => ours.is_some() || theirs.is_some(),
                });
        differed.count()
    }
}

/// Why a difference in a field is never found, if so.
fn never_compared(field: Field) -> Option<&'static str> {
    match field {
        Field::ClientId => Some("a client is known by its `client_id`, so it never differs"),
        Field::ClientSecret | Field::ClientSecretExpiresAt => {
            Some("Hydra does not show it, so it is never compared")
        }
        _ if field.shape() == Shape::ServerMade => {
            Some("Hydra sets it itself, so it is never compared")
        }
        _ => None,
    }
}

fn unknown(name: &str) -> Error {
    let error = Error::usage(format!(
        "`--ignore-drift {name}` is not a field of a client"
    ));
    let (field, rest) = name.split_once('.').unwrap_or((name, ""));
    match Field::from_name(field).map(Field::name) {
        Some("metadata") => error.hint("name the member after the dot: `metadata.KEY`"),
        Some(field) => error.hint(format!(
            "only `metadata` has members: give `--ignore-drift {field}`"
        )),
        None => match closest_field(field) {
            Some("metadata") if !rest.is_empty() => {
                error.hint(format!("did you mean `metadata.{rest}`?"))
            }
            Some(meant) => error.hint(format!("did you mean `{meant}`?")),
            None => error.hint("give the name of a field, such as `scope`, or `metadata.KEY`"),
        },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::IgnoredDrift;
    use crate::client::Field;
    use crate::error::{Kind, Result};
    use serde_json::json;

    fn parse(name: &str) -> Result<IgnoredDrift> {
        IgnoredDrift::parse(&[name.to_owned()])
    }

    #[test]
    fn names_that_ignore_nothing_are_refused_with_advice() {
        for (name, said) in [
            ("scopes", "did you mean `scope`?"),
            ("", "such as `scope`"),
            ("nonsense", "such as `scope`"),
            ("metadata.", "`metadata.KEY`"),
            ("metdata.tier", "did you mean `metadata.tier`?"),
            ("jwks.keys", "give `--ignore-drift jwks`"),
            ("client_id", "remove it"),
            ("client_secret", "remove it"),
            ("updated_at", "remove it"),
        ] {
            let error = parse(name).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage, "{name}");
            assert!(error.hints()[0].text().contains(said), "{error:?}");
        }
        assert!(parse("scope").unwrap().is_ignored(Field::Scope));
    }

    #[test]
    fn members_are_removed_and_counted_where_they_differ() {
        let names = ["metadata.a", "metadata.b.c", "metadata.same", "metadata.no"];
        let ignored = IgnoredDrift::parse(&names.map(str::to_owned)).unwrap();
        let mut ours = json!({"a": 1, "same": 1.0, "x": 1});
        let mut theirs = json!({"a": 2, "b.c": 1, "same": 1, "y": 1});
        assert_eq!(ignored.strip(&mut ours, &mut theirs), 2);
        assert_eq!((ours, theirs), (json!({"x": 1}), json!({"y": 1})));
        let (mut ours, mut theirs) = (json!("text"), json!({"a": 1}));
        assert_eq!(ignored.strip(&mut ours, &mut theirs), 1);
    }
}
