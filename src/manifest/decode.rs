//! Values that know their place → a client, by the table of fields. Pure.

use std::borrow::Cow;
use std::collections::BTreeMap;

use secrecy::SecretString;

use crate::client::{Client, Field, Shape, Value};

use super::field_name::closest_field;
use super::finding::{Finding, Report, Span};
use super::mask::may_be_secret;
use super::scalar::{Doubt, Plain, meaning};
use super::shown::{shown, shown_name};
use super::tree::{Content, Entry, Node};
use super::{json, reference};

/// A client, and the places of all that the manifest says of it.
pub(crate) struct Decoded<'t> {
    pub(crate) client: Client,
    /// The whole client.
    pub(crate) span: Span,
    /// What is said, but for `null`s.
    pub(crate) entries: BTreeMap<Field, Entry<'t>>,
}

impl Decoded<'_> {
    /// The place of a field's value, or of the client when the field is not said.
    pub(crate) fn span(&self, field: Field) -> Span {
        self.entries
            .get(&field)
            .map_or(self.span, |entry| entry.value.span)
    }

    /// The place of an item of a list.
    pub(crate) fn item_span(&self, field: Field, index: usize) -> Span {
        let item = match self.entries.get(&field).map(|entry| &entry.value.content) {
            Some(Content::List(items)) => items.get(index),
            _ => None,
        };
        item.map_or(self.span(field), |item| item.span)
    }
}

/// Decodes one client. Everything wrong is reported; a field with a fault is left out.
pub(crate) fn decode<'t>(span: Span, entries: Vec<Entry<'t>>, report: &mut Report) -> Decoded<'t> {
    let mut decoded = Decoded {
        client: Client::default(),
        span,
        entries: BTreeMap::new(),
    };
    for entry in entries {
        if entry.key.is_empty() && matches!(entry.value.content, Content::Faulty) {
            continue;
        }
        if report.is_full() {
            break;
        }
        let Some(field) = Field::from_name(&entry.key) else {
            report.add(entry.key_span, unknown(&entry));
            continue;
        };
        if is_null(&entry.value) {
            continue;
        }
        if field.shape() == Shape::ServerMade {
            report.add(entry.key_span, server_made(field));
            continue;
        }
        let first = report.findings.len();
        if let Some(value) = value(field, &entry.value, report) {
            decoded.client.set(field, value);
        }
        for finding in &mut report.findings[first..] {
            finding.field = Some(field.name().to_owned());
        }
        decoded.entries.entry(field).or_insert(entry);
    }
    decoded
}

fn unknown(entry: &Entry<'_>) -> Finding {
    let finding = match may_be_secret(entry) {
        true => Finding::error("unknown field without a value"),
        false => Finding::error(format!("unknown field `{}`", shown_name(&entry.key)))
            .field_named(&entry.key),
    };
    match closest_field(&entry.key) {
        Some(field) => finding.help(format!("did you mean `{field}`?")),
        None if may_be_secret(entry) => finding.help("a colon or a quote may be missing"),
        None => finding
            .help("Hydra would drop it without a word; data of your own belongs in `metadata`"),
    }
}

fn server_made(field: Field) -> Finding {
    Finding::warning(format!("`{}` is made by Hydra and not sent", field.name()))
        .help("leave it out")
        .field(field)
}

/// Whether a value is `null`, which says nothing.
pub(crate) fn is_null(node: &Node<'_>) -> bool {
    matches!(&node.content, Content::Plain(text) if meaning(text) == Plain::Null)
}

fn value(field: Field, node: &Node<'_>, report: &mut Report) -> Option<Value> {
    match field.shape() {
        Shape::Text | Shape::Lifespan => {
            string(field, node, report).map(|text| Value::Text(text.into_owned()))
        }
        Shape::Secret => {
            let secret = string(field, node, report)?.into_owned();
            Some(Value::Secret(SecretString::from(secret)))
        }
        Shape::List => list(field, node, report).map(Value::List),
        Shape::Scope => scope(field, node, report).map(Value::List),
        Shape::Flag => flag(field, node, report).map(Value::Flag),
        Shape::Number => number(field, node, report).map(Value::Number),
        Shape::Json => json::value(node, report).map(Value::Json),
        Shape::ServerMade => None,
    }
}

fn string<'n>(field: Field, node: &'n Node<'_>, report: &mut Report) -> Option<Cow<'n, str>> {
    let text = match &node.content {
        Content::Text(text) => text,
        Content::Plain(text) if matches!(meaning(text), Plain::Text(_)) => text,
        Content::Faulty => return None,
        _ => {
            let finding = match field.shape() {
                Shape::List => Finding::error(format!(
                    "every item of `{}` must be a string, not {}",
                    field.name(),
                    kind(node)
                )),
                Shape::Scope => wrong_type(field, "a string or a list of strings", node),
                _ => wrong_type(field, "a string", node),
            };
            report.add(node.span, finding.help(how_to_write_string(field, node)));
            return None;
        }
    };
    if let Some(finding) = reference::refuse(text) {
        report.add(node.span, finding);
        return None;
    }
    Some(Cow::Borrowed(text))
}

fn how_to_write_string(field: Field, node: &Node<'_>) -> String {
    match &node.content {
        Content::Plain(_) if field.shape() == Shape::Secret => "write it in quotes".into(),
        Content::Plain(text) if field.shape() == Shape::Lifespan => {
            format!(
                "write it in quotes and with a unit, such as `\"{}s\"` or `\"1h30m\"`",
                shown(text)
            )
        }
        Content::Plain(text) => format!("write it in quotes: `\"{}\"`", shown(text)),
        _ if field.shape() == Shape::Scope => {
            "write `openid offline_access`, or `[openid, offline_access]`".into()
        }
        _ => format!("`{}` takes one string", field.name()),
    }
}

fn list(field: Field, node: &Node<'_>, report: &mut Report) -> Option<Vec<String>> {
    let items = match &node.content {
        Content::List(items) => items,
        Content::Faulty => return None,
        _ => {
            let finding = wrong_type(field, "a list of strings", node);
            report.add(
                node.span,
                finding.help("write each value on a line of its own behind `- `, or `[\"…\"]`"),
            );
            return None;
        }
    };
    let strings: Vec<_> = items
        .iter()
        .map(|item| string(field, item, report).map(Cow::into_owned))
        .collect();
    strings.into_iter().collect()
}

/// Scopes are separated by blanks (RFC 6749, section 3.3); a list has one an item.
fn scope(field: Field, node: &Node<'_>, report: &mut Report) -> Option<Vec<String>> {
    let Content::List(items) = &node.content else {
        let text = string(field, node, report)?;
        if !text.is_empty() && text.trim().is_empty() {
            let label = (report.label)(field);
            let finding =
                Finding::error(format!("{label} names no scope, and is not empty either"))
                    .naming_field()
                    .help("leave it out to have Hydra's default scopes");
            report.add(node.span, finding);
            return None;
        }
        return Some(text.split_whitespace().map(str::to_owned).collect());
    };
    let scopes = list(field, node, report)?;
    let mut fine = true;
    for (scope, item) in scopes.iter().zip(items) {
        if scope.is_empty() || scope.contains(char::is_whitespace) {
            fine = false;
            let finding = Finding::error(format!("`{}` is not one scope", shown(scope)));
            report.add(
                item.span,
                finding.help("write one scope an item, or all as one string with blanks between"),
            );
        }
    }
    fine.then_some(scopes)
}

fn flag(field: Field, node: &Node<'_>, report: &mut Report) -> Option<bool> {
    let help = match &node.content {
        Content::Plain(text) => match meaning(text) {
            Plain::Flag(flag) => return Some(flag),
            Plain::Doubtful(Doubt::Boolean(flag)) => format!("write `{flag}`"),
            _ => "write `true` or `false`".into(),
        },
        Content::Text(text) if text == "true" || text == "false" => {
            format!("write `{text}` without quotes")
        }
        Content::Faulty => return None,
        _ => "write `true` or `false`".into(),
    };
    report.add(node.span, wrong_type(field, "a boolean", node).help(help));
    None
}

fn number(field: Field, node: &Node<'_>, report: &mut Report) -> Option<i64> {
    if let Content::Plain(text) = &node.content
        && let Plain::Number(number) = meaning(text)
        && let Ok(number) = number.parse()
    {
        return Some(number);
    }
    if !matches!(node.content, Content::Faulty) {
        report.add(
            node.span,
            wrong_type(field, "a whole number", node).help("write it in digits, without quotes"),
        );
    }
    None
}

fn wrong_type(field: Field, wanted: &str, node: &Node<'_>) -> Finding {
    Finding::error(format!(
        "`{}` must be {wanted}, not {}",
        field.name(),
        kind(node)
    ))
}

/// What a value is, in JSON's words.
pub(crate) fn kind(node: &Node<'_>) -> &'static str {
    match &node.content {
        Content::List(_) => "a list",
        Content::Object(_) => "an object",
        Content::Text(_) => "a string",
        Content::Faulty => "a value that cannot be read",
        Content::Plain(text) => match meaning(text) {
            Plain::Null => "null",
            Plain::Flag(_) => "a boolean",
            Plain::Number(number) if number.contains(['.', 'e', 'E']) => {
                "a number with a fraction or an exponent"
            }
            Plain::Number(_) => "a number",
            Plain::Text(_) => "a string",
            Plain::Doubtful(Doubt::Boolean(_)) => {
                "a word that some YAML parsers take for a boolean"
            }
            Plain::Doubtful(_) => "a number",
        },
    }
}
