//! Files of variables: YAML or JSON, names to scalars. They are read as manifests are, so that a
//! number keeps its spelling.

use std::path::Path;
use std::sync::Arc;

use super::reference::is_name;
use crate::error::{Error, Result};
use crate::manifest::diagnostics::{Finding, Report, Rule, Source, Span, shown_name};
use crate::manifest::parse::{Chunk, Content, Entry, Scalar, parse, resolve};

/// The value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) text: String,
    /// Whether it is a boolean or a number, which it stays in free JSON.
    pub(super) is_typed: bool,
}

impl Variable {
    pub(super) fn text(text: impl Into<String>) -> Self {
        let (text, is_typed) = (text.into(), false);
        Self { text, is_typed }
    }

    fn typed(text: &str) -> Self {
        Self {
            is_typed: true,
            ..Self::text(text)
        }
    }
}

/// The variables of a file, in order. The error quotes no value.
pub(super) fn read(path: &Path, text: &str) -> Result<Vec<(String, Variable)>> {
    let path = path.display().to_string();
    let source = Source {
        path: path.as_str().into(),
        text: text.to_owned(),
    };
    let mut report = Report::new(Arc::new(source), Arc::default());
    let mut variables = Vec::new();
    parse(
        text,
        Chunk::whole(text),
        &mut report,
        &mut |node, report| match node.content {
            Content::Object(entries) => {
                variables.extend(entries.iter().filter_map(|entry| variable(entry, report)));
            }
            Content::Faulty => {}
            _ => complain(node.span, "it does not map names to values", report),
        },
    );
    match report.findings.first() {
        None => Ok(variables),
        Some(finding) => {
            let place = finding.location.as_ref();
            let place = place.map_or(String::new(), |at| format!(" (line {})", at.line));
            let what = format!(
                "`{path}` is not a file of variables: {}{place}",
                finding.message
            );
            Err(Error::manifest(what).hint(
                "write one `name: value` a line; a value is text, a number, or `true` or `false`",
            ))
        }
    }
}

fn variable(entry: &Entry<'_>, report: &mut Report) -> Option<(String, Variable)> {
    let name = shown_name(&entry.key);
    if !is_name(&entry.key) {
        let what = format!(
            "`{name}` is no name: a name has letters, digits and `_`, and does not start with a digit"
        );
        complain(entry.key_span, &what, report);
        return None;
    }
    let variable = match &entry.value.content {
        Content::Text(text) => Variable::text(&**text),
        Content::Plain(text) => match resolve(text) {
            Scalar::Null => Variable::text(""),
            Scalar::Flag(flag) => Variable::typed(if flag { "true" } else { "false" }),
            Scalar::Number(number) => Variable::typed(number),
            Scalar::Text(text) => Variable::text(text),
            Scalar::Ambiguous(_) => {
                let what =
                    format!("YAML parsers disagree about the value of `{name}`: put it in quotes");
                complain(entry.value.span, &what, report);
                return None;
            }
        },
        Content::Faulty => return None,
        Content::List(_) | Content::Object(_) => {
            let what = format!("the value of `{name}` is a list or an object");
            complain(entry.value.span, &what, report);
            return None;
        }
    };
    Some((entry.key.clone().into_owned(), variable))
}

fn complain(span: Span, what: &str, report: &mut Report) {
    report.add_hidden(span, Finding::new(Rule::WrongType, what));
}
