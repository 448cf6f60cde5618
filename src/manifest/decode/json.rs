//! Values that are kept as they are: `metadata` and `jwks`.

use serde_json::{Number, Value as Json};

use crate::client::MASK;
use crate::manifest::diagnostics::{Finding, Report, Rule};
use crate::manifest::parse::{Ambiguity, Content, Entry, Node, Origin, Scalar, resolve};

/// The value as JSON, with numbers as they were written; `None` if a finding was reported.
pub(crate) fn value(node: &Node<'_>, report: &mut Report) -> Option<Json> {
    match &node.content {
        Content::Text(text) => string(text, node, report).map(Json::String),
        Content::Plain(text) => plain(text, node, report),
        // All items are read, so that all faults are reported.
        Content::List(items) => {
            let items: Vec<_> = items.iter().map(|item| value(item, report)).collect();
            items.into_iter().collect::<Option<_>>().map(Json::Array)
        }
        Content::Object(entries) => {
            let member = |entry: &Entry<'_>| {
                Some((entry.key.clone().into_owned(), value(&entry.value, report)?))
            };
            let members: Vec<_> = entries.iter().map(member).collect();
            members.into_iter().collect::<Option<_>>().map(Json::Object)
        }
        Content::Faulty => None,
    }
}

/// A value that was read without a finding, with its secrets masked.
pub(super) fn masked(node: &Node<'_>) -> Json {
    match &node.content {
        Content::List(items) => items.iter().map(masked).collect(),
        Content::Object(entries) => {
            let members = entries.iter();
            members
                .map(|entry| (entry.key.clone().into_owned(), masked(&entry.value)))
                .collect()
        }
        _ if node.origin == Origin::Secret => Json::from(MASK),
        Content::Text(text) => Json::from(&**text),
        Content::Plain(text) => match resolve(text) {
            Scalar::Null => Json::Null,
            Scalar::Flag(flag) => Json::Bool(flag),
            Scalar::Number(number) => number
                .parse::<Number>()
                .map_or_else(|_| Json::from(&**text), Json::Number),
            Scalar::Text(_) | Scalar::Ambiguous(_) => Json::from(&**text),
        },
        Content::Faulty => Json::Null,
    }
}

/// The text of a string, unless it contains a reference that was not replaced, as the values of flags
/// may. Hydra would store the reference itself, for example as a secret that everybody can guess.
pub(super) fn string(text: &str, node: &Node<'_>, report: &mut Report) -> Option<String> {
    let mut kinds = ["${var:", "${env:", "${file:"].into_iter();
    let kind = kinds.find(|start| text.contains(start));
    let Some(kind) = kind.filter(|_| node.origin == Origin::Manifest) else {
        return Some(text.to_owned());
    };
    let message = format!("references such as `{kind}…}}` are not resolved");
    let finding = Finding::new(Rule::UnresolvedReference, message);
    let help = "write the value itself, or substitute it before the manifests are read";
    report.add(node.span, finding.help(help));
    None
}

fn plain(text: &str, node: &Node<'_>, report: &mut Report) -> Option<Json> {
    match resolve(text) {
        Scalar::Null => Some(Json::Null),
        Scalar::Flag(flag) => Some(Json::Bool(flag)),
        Scalar::Number(number) => number.parse::<Number>().ok().map(Json::Number),
        Scalar::Text(text) => string(text, node, report).map(Json::String),
        Scalar::Ambiguous(ambiguity) => {
            let (message, help) = match ambiguity {
                Ambiguity::Boolean(flag) => (
                    "some YAML parsers read this as a boolean, others as a string",
                    format!("write `{flag}`, or put it in quotes"),
                ),
                Ambiguity::Number => (
                    "JSON does not have this notation for numbers",
                    "write it in decimal digits, or put it in quotes".to_owned(),
                ),
                Ambiguity::NotFinite => (
                    "JSON has no infinity and no NaN",
                    "put it in quotes, or remove it".to_owned(),
                ),
            };
            report.add(
                node.span,
                Finding::new(Rule::AmbiguousValue, message).help(help),
            );
            None
        }
    }
}
