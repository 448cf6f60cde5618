//! A client from the values of flags, by the same rules as a manifest.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::clients::{Manifest, manifest};
use super::diagnostics::{Finding, Label, Report, Rule, Source, Span};
use super::parse::{Chunk, Content, Entry, Node, parse};
use super::validate::Purpose;
use crate::client::Field;

/// The value that a flag gives a field. It may be a secret, so it has no `Debug`.
pub enum FlagValue {
    /// A string; for scopes, any number of them separated by spaces.
    Text(String),
    /// Strings.
    List(Vec<String>),
    /// A boolean.
    Bool(bool),
    /// The text of a JSON value.
    Json(String),
}

/// Reads and checks a client that is to be created once. Each finding names its field, and calls it
/// by its `label`.
#[must_use]
pub fn from_flags(values: &[(Field, FlagValue)], label: Label) -> (Manifest, Vec<Finding>) {
    let source = Arc::new(Source {
        path: "<command line>".into(),
        text: json_text(values),
    });
    let mut report = Report::new(Arc::clone(&source), Arc::default());
    report.label = label;
    let (mut entries, all) = (Vec::new(), Chunk::whole(&source.text));
    parse(&source.text, all, &mut report, &mut |node, _| {
        if let Content::Object(members) = node.content {
            entries.extend(members);
        }
    });
    let mut fields = values.iter();
    let json = fields.find(|(_, value)| matches!(value, FlagValue::Json(_)));
    for finding in &mut report.findings {
        finding.field = json.map(|(field, _)| field.name().to_owned());
    }
    for (field, value) in values {
        match content(value) {
            Some(content) => {
                let value = Node::new(Span::FILE, content);
                entries.push(Entry::new(field.name(), Span::FILE, value));
            }
            None if valid_json(value).is_some() => {}
            None => {
                let message = format!("{} must be JSON", label(*field));
                let finding = Finding::new(Rule::InvalidJson, message).naming_field();
                let help = "write it as `{\"tier\": 1}`, in quotes for the shell";
                report.push(finding.help(help).field(*field));
            }
        }
    }
    let manifest = manifest(Span::FILE, entries, None, Purpose::OneOff, &mut report);
    (manifest, report.findings)
}

fn valid_json(value: &FlagValue) -> Option<&str> {
    match value {
        FlagValue::Json(text) if serde_json::from_str::<&RawValue>(text).is_ok() => Some(text),
        _ => None,
    }
}

/// The JSON values in one object, for the parser that reads manifests.
fn json_text(values: &[(Field, FlagValue)]) -> String {
    let members = values.iter().filter_map(|(field, value)| {
        valid_json(value).map(|text| format!("\"{}\": {text}", field.name()))
    });
    let members = members.collect::<Vec<_>>().join(", ");
    match members.is_empty() {
        true => members,
        false => format!("{{{members}}}"),
    }
}

/// `None` for JSON, which the parser reads.
fn content(value: &FlagValue) -> Option<Content<'_>> {
    match value {
        FlagValue::Text(value) => Some(Content::Text(value.into())),
        FlagValue::List(items) => {
            let items = items.iter().map(|item| Content::Text(item.into()));
            let items = items.map(|item| Node::new(Span::FILE, item));
            Some(Content::List(items.collect()))
        }
        FlagValue::Bool(value) => Some(Content::Plain(value.to_string().into())),
        FlagValue::Json(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{Finding, FlagValue, Manifest};
    use crate::client::{Field, Value};

    fn from_flags(values: &[(Field, FlagValue)]) -> (Manifest, Vec<Finding>) {
        super::from_flags(values, |field| field.name().to_owned())
    }

    #[test]
    fn values_become_a_client_as_a_manifests_do() {
        let values = [
            (Field::ClientName, FlagValue::Text("no".to_owned())),
            (Field::Scope, FlagValue::Text("a  b".to_owned())),
            (Field::SkipConsent, FlagValue::Bool(true)),
            (
                Field::Audience,
                FlagValue::List(vec!["x".to_owned(), String::new()]),
            ),
            (Field::Metadata, FlagValue::Json("{\"n\": 1.00}".to_owned())),
        ];
        let (manifest, findings) = from_flags(&values);
        assert!(findings.is_empty(), "{findings:?}");
        assert_eq!(manifest.client.text(Field::ClientName), Some("no"));
        assert_eq!(manifest.client.list(Field::Scope), ["a", "b"]);
        assert_eq!(manifest.client.list(Field::Audience), ["x", ""]);
        let metadata = match manifest.client.get(Field::Metadata) {
            Some(Value::Json(json)) => json.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(metadata, "{\"n\":1.00}");
    }

    #[test]
    fn what_is_wrong_names_its_field() {
        for (field, value) in [
            (Field::SubjectType, FlagValue::Text("x".to_owned())),
            (Field::RedirectUris, FlagValue::List(vec!["a".to_owned()])),
            (Field::Scope, FlagValue::Text(" ".to_owned())),
            (Field::Metadata, FlagValue::Json("{\"a\": 1} x".to_owned())),
            (
                Field::Metadata,
                FlagValue::Json("{\"a\": 1, \"a\": 2}".to_owned()),
            ),
            (Field::ClientSecret, FlagValue::Text("${env:S}".to_owned())),
        ] {
            let (_, findings) = from_flags(&[(field, value)]);
            let named: Vec<_> = findings.iter().map(|one| one.field.as_deref()).collect();
            assert_eq!(named, [Some(field.name())], "{findings:?}");
        }
    }

    #[test]
    fn json_cannot_say_more_than_its_field() {
        let text = "{}, \"client_id\": \"x\"".to_owned();
        let (manifest, findings) = from_flags(&[(Field::Metadata, FlagValue::Json(text))]);
        assert_eq!(findings.first().unwrap().field.as_deref(), Some("metadata"));
        assert!(manifest.client.client_id().is_none());
    }
}
