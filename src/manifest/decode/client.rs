//! One client: its fields by the table of Hydra's fields.

use secrecy::SecretString;

use super::json;
use super::resource::Resource;
use super::suggestion::closest_field;
use crate::client::{ByField, Client, Field, Hidden, Shape, Value};
use crate::manifest::diagnostics::{Finding, Report, Rule, Span, is_of_name, shown, shown_name};
use crate::manifest::parse::{Ambiguity, Content, Entry, Node, Origin, Scalar, resolve};
use crate::manifest::values::check_placeholders;

/// A client, and the locations of its fields in the manifest.
pub(crate) struct Decoded<'t> {
    pub(crate) client: Client,
    /// The whole client.
    pub(crate) span: Span,
    /// The fields that the manifest sets, except `null`s.
    pub(crate) entries: ByField<Entry<'t>>,
    /// The fields that unknown names were probably meant to set.
    pub(crate) misspelt: Vec<Field>,
}

impl Decoded<'_> {
    /// Whether the manifest sets a field to a value that could not be read.
    pub(crate) fn is_unreadable(&self, field: Field) -> bool {
        self.entries.has(field) && self.client.get(field).is_none()
    }

    /// Reports a finding about a field at its value, or at the client if the field is not set.
    pub(crate) fn report(&self, field: Field, finding: Finding, report: &mut Report) {
        let entry = self.entries.get(field);
        let span = entry.map_or(self.span, |entry| entry.value.span);
        report.add(span, finding.field(field));
    }

    /// Reports a finding about an item of a list.
    pub(crate) fn report_item(
        &self,
        field: Field,
        index: usize,
        finding: Finding,
        report: &mut Report,
    ) {
        match self.entries.get(field).map(|entry| &entry.value.content) {
            Some(Content::List(items)) if index < items.len() => {
                report.add(items[index].span, finding.field(field));
            }
            _ => self.report(field, finding, report),
        }
    }
}

/// Decodes one client. All faults are reported; a field with a fault is omitted. `drops_unknown` is
/// whether a field that Hydra drops is left out with a warning, as long as nothing looks misspelt.
pub(crate) fn decode<'t>(
    span: Span,
    entries: Vec<Entry<'t>>,
    resource: Option<Resource>,
    drops_unknown: bool,
    report: &mut Report,
) -> Decoded<'t> {
    let mut decoded = Decoded {
        client: match resource {
            Some(resource) => Client::of_resource(resource.secret_name),
            None => Client::for_fields(entries.len()),
        },
        span,
        entries: ByField::for_fields(entries.len()),
        misspelt: Vec::new(),
    };
    for entry in entries {
        if report.is_full() {
            break;
        }
        match Field::from_name(&entry.key) {
            // A value without a key, which was reported.
            None if entry.key.is_empty() && matches!(entry.value.content, Content::Faulty) => {}
            None => {
                let meant = closest_field(&entry.key).and_then(Field::from_name);
                decoded.misspelt.extend(meant);
                let finding = match drops_unknown && meant.is_none() && is_name(&entry) {
                    true => dropped(&entry),
                    false => unknown(&entry, meant, &decoded.entries),
                };
                report.add(entry.key_span, finding);
            }
            Some(_) if is_null(&entry.value) => {}
            Some(field) if field.shape() == Shape::ServerMade => {
                let message = format!("`{}` is set by Hydra and not sent", field.name());
                let finding = Finding::new(Rule::ServerMadeField, message).help("remove it");
                report.add(entry.key_span, finding.field(field));
            }
            Some(field) => {
                let first = report.findings.len();
                check_placeholders(field, &entry.value, report);
                let is_secret = entry.value.is_secret();
                if is_secret && IDENTITY.contains(&field) {
                    report.add(entry.value.span, secret_identity(field));
                } else if let Some(value) = value(field, &entry.value, report) {
                    // The client's own secret is shown nowhere anyway.
                    if is_secret && field.shape() != Shape::Secret {
                        decoded.client.hide(field, hidden(&entry.value));
                    }
                    decoded.client.set(field, value);
                }
                for finding in &mut report.findings[first..] {
                    finding.field = Some(field.name().to_owned());
                }
                if !decoded.entries.has(field) {
                    decoded.entries.set(field, entry);
                }
            }
        }
    }
    decoded
}

/// The fields by which a client is known, which everybody may see.
const IDENTITY: [Field; 3] = [Field::ClientId, Field::ClientName, Field::Owner];

fn secret_identity(field: Field) -> Finding {
    let message = format!(
        "`{}` comes from the environment or a file, which are secret",
        field.name()
    );
    let finding = Finding::new(Rule::SecretInIdentity, message).naming_field();
    finding.help("write it as it is, or as `${var:NAME}`")
}

fn hidden(node: &Node<'_>) -> Hidden {
    Hidden {
        secrets: secrets(node),
        masked: json::masked(node),
    }
}

/// The secret scalars in a value.
fn secrets(node: &Node<'_>) -> Vec<SecretString> {
    match &node.content {
        Content::List(items) => items.iter().flat_map(secrets).collect(),
        Content::Object(entries) => entries
            .iter()
            .flat_map(|entry| secrets(&entry.value))
            .collect(),
        Content::Text(text) | Content::Plain(text) if node.origin == Origin::Secret => {
            vec![SecretString::from(&**text)]
        }
        _ => Vec::new(),
    }
}

/// Whether a key is a name, and not a part of something that was mistyped.
fn is_name(entry: &Entry<'_>) -> bool {
    !entry.may_be_secret() && entry.key.chars().all(is_of_name)
}

/// A file that Ory's import reads may have such a field (RFC 7591, section 2: a server ignores
/// metadata that it does not know).
fn dropped(entry: &Entry<'_>) -> Finding {
    let message = format!(
        "Hydra has no field `{}`; it is not sent",
        shown_name(&entry.key)
    );
    Finding::new(Rule::ForeignField, message)
        .field_named(&entry.key)
        .help("remove it, or keep it in `metadata`")
}

fn unknown(entry: &Entry<'_>, meant: Option<Field>, given: &ByField<Entry<'_>>) -> Finding {
    let rule = Rule::UnknownField;
    let finding = match entry.may_be_secret() {
        true => Finding::new(rule, "unknown field without a value"),
        false => Finding::new(rule, format!("unknown field `{}`", shown_name(&entry.key)))
            .field_named(&entry.key),
    };
    match meant.map(|field| (field, field.name())) {
        Some((field, name)) if given.has(field) => {
            finding.help(format!("`{name}` is given above: remove one of the two"))
        }
        Some((_, name)) if entry.key.contains('"') => {
            finding.help(format!("a quote is missing: write `\"{name}\"`"))
        }
        Some((_, name)) => finding.help(format!("did you mean `{name}`?")),
        None if entry.may_be_secret() => finding.help("a colon or a quote may be missing"),
        None if entry.key == "sops" => {
            finding.help("the values are encrypted: decrypt the file first, with `sops --decrypt`")
        }
        None => match entry.key.split_once('.').map(|(field, _)| field) {
            Some("metadata") => finding.help("write it below `metadata:`, indented by two spaces"),
            _ => finding.help("Hydra would silently drop it; custom data belongs in `metadata`"),
        },
    }
}

/// Whether a value is `null`, which is the same as no value.
pub(crate) fn is_null(node: &Node<'_>) -> bool {
    matches!(&node.content, Content::Plain(text) if resolve(text) == Scalar::Null)
}

fn value(field: Field, node: &Node<'_>, report: &mut Report) -> Option<Value> {
    match field.shape() {
        Shape::Text | Shape::Lifespan => string(field, node, report).map(Value::Text),
        Shape::Secret => string(field, node, report).map(|text| Value::Secret(text.into())),
        Shape::List => list(field, node, report).map(Value::List),
        Shape::Scope => scope(field, node, report).map(Value::List),
        Shape::Flag => flag(field, node, report).map(Value::Flag),
        Shape::Number => number(field, node, report).map(Value::Number),
        Shape::Json => json::value(node, report).map(Box::new).map(Value::Json),
        Shape::ServerMade => None,
    }
}

/// The text of a value that is a string.
pub(super) fn string_of<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match &node.content {
        Content::Text(text) => Some(text),
        Content::Plain(text) if node.origin != Origin::Manifest => Some(text),
        Content::Plain(text) if matches!(resolve(text), Scalar::Text(_)) => Some(text),
        _ => None,
    }
}

fn string(field: Field, node: &Node<'_>, report: &mut Report) -> Option<String> {
    if let Some(text) = string_of(node) {
        return json::string(text, node, report);
    }
    let wanted = match field.shape() {
        Shape::Scope => "a string or a list of strings",
        _ => "a string",
    };
    wrong_type(
        field,
        wanted,
        node,
        how_to_write_string(field, node),
        report,
    )
}

fn how_to_write_string(field: Field, node: &Node<'_>) -> String {
    match &node.content {
        Content::Plain(_) if is_null(node) => "remove it, or write a string".into(),
        Content::Plain(_) if field.shape() == Shape::Secret => "write it in quotes".into(),
        Content::Plain(text) if field.shape() == Shape::Lifespan => {
            let text = shown(text);
            format!("write it in quotes and with a unit, such as `\"{text}s\"` or `\"1h30m\"`")
        }
        Content::Plain(text) => format!("write it in quotes: `\"{}\"`", shown(text)),
        _ if field.shape() == Shape::Scope => {
            "write `openid offline_access`, or `[openid, offline_access]`".into()
        }
        Content::List(items) if items.len() == 1 && field.shape() != Shape::List => {
            "it is a single string: write it without `[ ]` or `- `".into()
        }
        Content::Object(_) if field.shape() == Shape::List => {
            "write the value alone, without a name; text that contains `: ` needs quotes".into()
        }
        _ => format!("`{}` is a single string", field.name()),
    }
}

fn list(field: Field, node: &Node<'_>, report: &mut Report) -> Option<Vec<String>> {
    let Content::List(items) = &node.content else {
        let help = how_to_write_list(node);
        return wrong_type(field, "a list of strings", node, help, report);
    };
    let strings = items.iter().map(|item| string(field, item, report));
    // All items are read, so that all faults are reported.
    strings.collect::<Vec<_>>().into_iter().collect()
}

fn how_to_write_list(node: &Node<'_>) -> String {
    let text = string_of(node).unwrap_or_default();
    let is_one = !text.is_empty() && !text.contains([' ', ',', '"', '\\', '\n']);
    if text.starts_with('-') {
        "write a space after each `-`".to_owned()
    } else if text.starts_with('[') && text.ends_with(']') {
        "write the list without quotes around it".to_owned()
    } else if is_one && shown(text) == text {
        format!("write `[\"{text}\"]`, or each value on its own line after `- `")
    } else {
        "write each value on its own line after `- `, or write `[\"…\"]`".to_owned()
    }
}

/// Scopes are separated by spaces (RFC 6749, section 3.3); in a list, each item is one scope.
fn scope(field: Field, node: &Node<'_>, report: &mut Report) -> Option<Vec<String>> {
    let Content::List(items) = &node.content else {
        let text = string(field, node, report)?;
        if !text.is_empty() && text.trim().is_empty() {
            let message = format!("{} contains only whitespace", (report.label)(field));
            let finding = Finding::new(Rule::InvalidScope, message).naming_field();
            report.add(
                node.span,
                finding.help("remove it to get Hydra's default scopes"),
            );
            return None;
        }
        return Some(text.split_whitespace().map(str::to_owned).collect());
    };
    let scopes = list(field, node, report)?;
    let is_one = |scope: &str| !scope.is_empty() && !scope.contains(char::is_whitespace);
    for (scope, item) in scopes.iter().zip(items).filter(|(scope, _)| !is_one(scope)) {
        let message = format!("`{}` is not one scope", shown(scope));
        let finding = Finding::new(Rule::InvalidScope, message);
        let help = "write one scope per item, or all scopes as one string with spaces between";
        report.add(item.span, finding.help(help));
    }
    scopes.iter().all(|scope| is_one(scope)).then_some(scopes)
}

/// A scalar that takes the shape of its field: without quotes, or from elsewhere.
fn shapeless<'n>(node: &'n Node<'_>) -> Option<Scalar<'n>> {
    match &node.content {
        Content::Plain(text) => Some(resolve(text)),
        Content::Text(text) if node.origin != Origin::Manifest => Some(resolve(text)),
        _ => None,
    }
}

fn flag(field: Field, node: &Node<'_>, report: &mut Report) -> Option<bool> {
    let help = match &node.content {
        _ if let Some(Scalar::Flag(flag)) = shapeless(node) => return Some(flag),
        Content::Plain(text) => match resolve(text) {
            Scalar::Ambiguous(Ambiguity::Boolean(flag)) => format!("write `{flag}`"),
            _ => "write `true` or `false`".into(),
        },
        Content::Text(text) if text == "true" || text == "false" => {
            format!("write `{text}` without quotes")
        }
        _ => "write `true` or `false`".into(),
    };
    wrong_type(field, "a boolean", node, help, report)
}

fn number(field: Field, node: &Node<'_>, report: &mut Report) -> Option<i64> {
    if let Some(Scalar::Number(number)) = shapeless(node)
        && let Ok(number) = number.parse()
    {
        return Some(number);
    }
    let help = "write it in digits, without quotes";
    wrong_type(field, "a whole number", node, help, report)
}

/// Reports a value, or an item of a list, that has the wrong type, unless it was reported already.
fn wrong_type<T>(
    field: Field,
    wanted: &str,
    node: &Node<'_>,
    help: impl AsRef<str>,
    report: &mut Report,
) -> Option<T> {
    if !matches!(node.content, Content::Faulty) {
        let (name, kind) = ((report.label)(field), kind(node));
        let what = if wanted == "a string" && field.shape() == Shape::List {
            "every item of "
        } else {
            ""
        };
        let message = format!("{what}{name} must be {wanted}, not {kind}");
        report.add(node.span, Finding::new(Rule::WrongType, message).help(help));
    }
    None
}

/// The type of a value, in JSON's terms.
pub(crate) fn kind(node: &Node<'_>) -> &'static str {
    match &node.content {
        Content::List(_) => "a list",
        Content::Object(_) => "an object",
        Content::Text(_) => "a string",
        Content::Faulty => "a value that cannot be read",
        Content::Plain(text) => match resolve(text) {
            Scalar::Null => "null",
            Scalar::Flag(_) => "a boolean",
            Scalar::Number(number) if number.contains(['.', 'e', 'E']) => {
                "a number with a fraction or an exponent"
            }
            Scalar::Number(_) => "a number",
            Scalar::Text(_) => "a string",
            Scalar::Ambiguous(Ambiguity::Boolean(_)) => {
                "a word that some YAML parsers read as a boolean"
            }
            Scalar::Ambiguous(_) => "a number",
        },
    }
}
