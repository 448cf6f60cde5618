//! A client that stands in no file: the values of flags, by the same rules as a manifest.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::client::Field;

use super::document::client;
use super::finding::{Finding, Label, Report, Source, Span};
use super::load::Manifest;
use super::part::Part;
use super::tree::{self, Content, Entry, Node};
use super::validate::Purpose;

/// What is said of a field. It may be a secret, and so has no `Debug`.
pub enum Said {
    /// A string; for scopes, any number of them with blanks between.
    Text(String),
    /// Strings.
    List(Vec<String>),
    /// A switch.
    Flag(bool),
    /// The text of a JSON value.
    Json(String),
}

/// Reads and checks a client that is to be created once. Each finding names its field, and calls it
/// by its `label`.
#[must_use]
pub fn said(values: &[(Field, Said)], label: Label) -> (Manifest, Vec<Finding>) {
    let source = Arc::new(Source {
        path: "<command line>".into(),
        text: json_text(values),
    });
    let mut report = Report::new(Arc::clone(&source));
    report.label = label;
    let mut entries = json_entries(&source, &mut report);
    let json = values
        .iter()
        .find(|(_, said)| matches!(said, Said::Json(_)));
    for finding in &mut report.findings {
        finding.field = json.map(|(field, _)| field.name().to_owned());
    }
    for (field, said) in values {
        if let Some(content) = content(said) {
            entries.push(entry(*field, content));
        }
        if matches!(said, Said::Json(text) if !is_json(text)) {
            let finding = Finding::error(format!("{} must be JSON", label(*field))).naming_field();
            let example = "write it as `{\"tier\": 1}`, in quotes for the shell";
            report.push(finding.help(example).field(*field));
        }
    }
    let manifest = client(Span::FILE, entries, Purpose::Once, &mut report);
    (manifest, report.findings)
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

/// The JSON values in one object, for the parser that reads manifests.
fn json_text(values: &[(Field, Said)]) -> String {
    let members = values.iter().filter_map(|(field, said)| match said {
        Said::Json(text) if is_json(text) => Some(format!("\"{}\": {}", field.name(), text)),
        _ => None,
    });
    let members: Vec<_> = members.collect();
    match members.is_empty() {
        true => String::new(),
        false => format!("{{{}}}", members.join(", ")),
    }
}

fn json_entries<'t>(source: &'t Source, report: &mut Report) -> Vec<Entry<'t>> {
    let mut entries = Vec::new();
    let all = Part::whole(&source.text);
    tree::read(&source.text, all, report, &mut |node, _| {
        if let Content::Object(members) = node.content {
            entries.extend(members);
        }
    });
    entries
}

fn content(said: &Said) -> Option<Content<'_>> {
    let text = |text| Content::Text(Cow::Borrowed(text));
    Some(match said {
        Said::Text(said) => text(said.as_str()),
        Said::List(items) => {
            let items = items.iter().map(|item| node(text(item.as_str())));
            Content::List(items.collect())
        }
        Said::Flag(flag) => Content::Plain(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Said::Json(_) => return None,
    })
}

fn entry(field: Field, content: Content<'_>) -> Entry<'_> {
    Entry {
        key: Cow::Borrowed(field.name()),
        key_span: Span::FILE,
        value: node(content),
    }
}

fn node(content: Content<'_>) -> Node<'_> {
    Node {
        span: Span::FILE,
        content,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{Finding, Manifest, Said};
    use crate::client::{Field, Value};

    fn said(values: &[(Field, Said)]) -> (Manifest, Vec<Finding>) {
        super::said(values, |field| field.name().to_owned())
    }

    #[test]
    fn values_become_a_client_as_a_manifests_do() {
        let values = [
            (Field::ClientName, Said::Text("no".to_owned())),
            (Field::Scope, Said::Text("a  b".to_owned())),
            (Field::SkipConsent, Said::Flag(true)),
            (
                Field::Audience,
                Said::List(vec!["x".to_owned(), String::new()]),
            ),
            (Field::Metadata, Said::Json("{\"n\": 1.00}".to_owned())),
        ];
        let (manifest, findings) = said(&values);
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
            (Field::SubjectType, Said::Text("x".to_owned())),
            (Field::RedirectUris, Said::List(vec!["a".to_owned()])),
            (Field::Scope, Said::Text(" ".to_owned())),
            (Field::Metadata, Said::Json("{\"a\": 1} x".to_owned())),
            (
                Field::Metadata,
                Said::Json("{\"a\": 1, \"a\": 2}".to_owned()),
            ),
            (Field::ClientSecret, Said::Text("${env:S}".to_owned())),
        ] {
            let (_, findings) = said(&[(field, value)]);
            let named: Vec<_> = findings.iter().map(|one| one.field.as_deref()).collect();
            assert_eq!(named, [Some(field.name())], "{findings:?}");
        }
    }

    #[test]
    fn json_cannot_say_more_than_its_field() {
        let text = "{}, \"client_id\": \"x\"".to_owned();
        let (manifest, findings) = said(&[(Field::Metadata, Said::Json(text))]);
        assert_eq!(findings.first().unwrap().field.as_deref(), Some("metadata"));
        assert!(manifest.client.client_id().is_none());
    }
}
