//! Values that are carried as they are: `metadata` and `jwks`.

use super::reference;
use crate::manifest::diagnostics::{Finding, Report, Span};
use crate::manifest::parse::{Ambiguity, Content, Node, Scalar, resolve};
use serde_json::{Map, Number, Value as Json};

/// The value as JSON, numbers as they were written; `None` when a finding was made of it.
pub(crate) fn value(node: &Node<'_>, report: &mut Report) -> Option<Json> {
    match &node.content {
        Content::Text(text) => string(text, node.span, report),
        Content::Plain(text) => plain(text, node.span, report),
        Content::List(items) => {
            let items: Vec<_> = items.iter().map(|item| value(item, report)).collect();
            items
                .into_iter()
                .collect::<Option<Vec<_>>>()
                .map(Json::Array)
        }
        Content::Object(entries) => {
            let members: Vec<_> = entries
                .iter()
                .map(|entry| Some((entry.key.clone().into_owned(), value(&entry.value, report)?)))
                .collect();
            members
                .into_iter()
                .collect::<Option<Map<_, _>>>()
                .map(Json::Object)
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
        Scalar::Ambiguous(doubt) => {
            report.add(span, refuse(doubt));
            None
        }
    }
}

fn refuse(doubt: Ambiguity) -> Finding {
    match doubt {
        Ambiguity::Boolean(flag) => {
            Finding::error("a boolean to some YAML parsers, and a string to others")
                .help(format!("write `{flag}`, or put it in quotes"))
        }
        Ambiguity::Number => Finding::error("a number in a spelling that JSON does not have")
            .help("write it in decimal digits, or put it in quotes"),
        Ambiguity::NotFinite => Finding::error("JSON has no infinity and no NaN")
            .help("put it in quotes, or leave it out"),
    }
}
