//! The members of a client that Hydra reports, decoded where they are needed: Hydra reports three
//! times as many fields as a manifest sets.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::json_equality;
use crate::client::Field;

/// A client's members by their names.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Reported<'a>(#[serde(borrow)] BTreeMap<Member<'a>, &'a RawValue>);

#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
struct Member<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> Reported<'a> {
    /// Fails when the client's JSON is not an object, with the reason.
    pub(crate) fn parse(client: &'a str) -> Result<Self, String> {
        serde_json::from_str(client).map_err(|error| error.to_string())
    }

    /// The text of the field's value, if it is reported.
    pub(crate) fn raw(&self, field: Field) -> Option<&'a str> {
        let raw = self.0.get(&Member(field.name().into()));
        raw.map(|raw| raw.get())
    }

    /// Whether the field is reported.
    pub(super) fn has(&self, field: Field) -> bool {
        self.raw(field).is_some()
    }

    /// Whether the field is reported as something other than `null` and the empty string.
    pub(super) fn has_value(&self, field: Field) -> bool {
        self.raw(field)
            .is_some_and(|raw| !matches!(raw, "null" | "\"\""))
    }

    /// The value of the field, if it is reported. Fails when it cannot be parsed, with the reason.
    pub(crate) fn value(&self, field: Field) -> Result<Option<Json>, String> {
        let parsed = self.raw(field).map(json_equality::parse).transpose();
        parsed.map_err(|why| format!("`{}`: {why}", field.name()))
    }
}
