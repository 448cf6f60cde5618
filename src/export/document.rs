//! A client of Hydra as a manifest describes it.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::yaml;
use crate::client::{Existing, Field, Shape};
use crate::plan::Reported;

/// How documents are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Yaml,
    Json,
}

/// A manifest: the fields of one client, in Hydra's order.
#[derive(Debug)]
pub(crate) struct Document(Vec<(Field, Json)>);

impl Document {
    /// The manifest of an existing client. Secrets and what Hydra sets itself are left out, and what
    /// Hydra stores where a field is left out, unless it is to be in `full`. The error says what is
    /// wrong with Hydra's JSON.
    pub(crate) fn of(client: &Existing, full: bool) -> Result<Self, String> {
        let reported = Reported::parse(client.json())?;
        let is_written = |field: &Field| {
            let raw = reported.raw(*field);
            raw.is_some_and(|raw| !is_left_out(*field, raw, full))
        };
        let mut fields = Vec::new();
        for field in Field::ALL.iter().copied().filter(is_written) {
            if let Some(mut value) = reported.value(field)? {
                escape(&mut value);
                fields.push((field, value));
            }
        }
        Ok(Self(fields))
    }

    /// Writes the manifest, ending in a line break.
    pub(crate) fn write(&self, style: Style) -> String {
        match style {
            Style::Yaml => yaml::document(&self.0),
            Style::Json => {
                let members = self.0.iter();
                let members =
                    members.map(|(field, value)| (field.name().to_owned(), value.clone()));
                let object = Json::Object(members.collect());
                format!("{object:#}\n")
            }
        }
    }
}

/// Doubles the dollar signs of text that would be read as a reference or a placeholder.
pub(super) fn escape(value: &mut Json) {
    match value {
        Json::String(text) if text.contains("$$") || text.contains("${") => {
            *text = text.replace('$', "$$");
        }
        Json::Array(items) => items.iter_mut().for_each(escape),
        Json::Object(members) => members.values_mut().for_each(escape),
        _ => {}
    }
}

/// Whether a manifest says nothing about the field.
fn is_left_out(field: Field, value: &str, full: bool) -> bool {
    let is_default = field.default_value().is_some_and(|default| {
        let text = serde_json::from_str::<Cow<'_, str>>(value);
        text.is_ok_and(|text| text == default)
    });
    match field.shape() {
        Shape::Secret | Shape::ServerMade => true,
        // Hydra stores 0, whatever is sent.
        _ if field == Field::ClientSecretExpiresAt => true,
        _ => is_empty(field, value) || (is_default && !full),
    }
}

/// Whether a value is what Hydra stores where nothing is given, besides a few defaults.
fn is_empty(field: Field, value: &str) -> bool {
    match value.split_ascii_whitespace().collect::<String>().as_str() {
        "null" | "\"\"" | "[]" | "{}" => true,
        // Hydra tells `false` from nothing here.
        "false" => field != Field::SkipLogoutConsent,
        _ => false,
    }
}
