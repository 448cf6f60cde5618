//! Values that are kept as they are: `metadata` and `jwks`.

use serde_json::{Map, Number, Value as Json};

use super::reference;
use crate::manifest::diagnostics::{Finding, Report, Rule, Span};
use crate::manifest::parse::{Ambiguity, Content, Entry, Node, Scalar, resolve};

/// The value as JSON, with numbers as they were written; `None` if a finding was reported.
pub(crate) fn value(node: &Node<'_>, report: &mut Report) -> Option<Json> {
    match &node.content {
        Content::Text(text) => string(text, node.span, report),
        Content::Plain(text) => plain(text, node.span, report),
        Content::List(items) => {
            let items: Vec<_> = items.iter().map(|item| value(item, report)).collect();
            let items: Option<Vec<_>> = items.into_iter().collect();
            items.map(Json::Array)
        }
        Content::Object(entries) => {
            let member = |entry: &Entry<'_>| {
                Some((entry.key.clone().into_owned(), value(&entry.value, report)?))
            };
            let members: Vec<_> = entries.iter().map(member).collect();
            let members: Option<Map<_, _>> = members.into_iter().collect();
            members.map(Json::Object)
        }
        Content::Faulty => None,
    }
}

fn string(text: &str, span: Span, report: &mut Report) -> Option<Json> {
    if let Some(finding) = reference::refuse(text) {
        report.add(span, finding);
        return None;
    }
    Some(Json::String(text.to_owned()))
}

fn plain(text: &str, span: Span, report: &mut Report) -> Option<Json> {
    match resolve(text) {
        Scalar::Null => Some(Json::Null),
        Scalar::Flag(flag) => Some(Json::Bool(flag)),
        Scalar::Number(number) => number.parse::<Number>().ok().map(Json::Number),
        Scalar::Text(text) => string(text, span, report),
        Scalar::Ambiguous(ambiguity) => {
            report.add(span, refuse(ambiguity));
            None
        }
    }
}

fn refuse(ambiguity: Ambiguity) -> Finding {
    let finding = |message| Finding::new(Rule::AmbiguousValue, message);
    match ambiguity {
        Ambiguity::Boolean(flag) => {
            finding("some YAML parsers read this as a boolean, others as a string")
                .help(format!("write `{flag}`, or put it in quotes"))
        }
        Ambiguity::Number => finding("JSON does not have this notation for numbers")
            .help("write it in decimal digits, or put it in quotes"),
        Ambiguity::NotFinite => {
            finding("JSON has no infinity and no NaN").help("put it in quotes, or remove it")
        }
    }
}
