//! Kubernetes resources: an `OAuth2Client` of `hydra.ory.sh` is read as the client that
//! hydra-maester makes of it.
//!
//! Its `spec` has Hydra's fields in camel case. hydra-maester leaves the id to Hydra and sets
//! `owner` to `name/namespace`, so that name and owner say who the client is: by them a client that
//! it made is known again here.

use std::borrow::Cow;

use super::suggestion::{LONGEST, bare, closest};
use crate::client::{Field, Shape};
use crate::manifest::diagnostics::{Finding, Report, Span, shown_name};
use crate::manifest::parse::{Content, Entry, Node, Scalar, resolve};

/// Names that the resource has beside Hydra's fields. hydra-maester writes a Kubernetes Secret and
/// may delete clients; here both are done by nobody.
const SECRET_NAME: &str = "secretName";
const HYDRA_ADMIN: &str = "hydraAdmin";
const HARMLESS: [&str; 1] = ["deletionPolicy"];

/// What an object with `apiVersion` and `kind` is.
pub(crate) enum Resource<'t> {
    /// A client, its fields renamed to Hydra's.
    Client(Vec<Entry<'t>>),
    /// A list of resources.
    List(Vec<Node<'t>>),
    /// None of ours.
    Other,
}

/// Whether an object is a resource, and not a client in Hydra's own form.
pub(crate) fn is_resource(entries: &[Entry<'_>]) -> bool {
    text(entries, "apiVersion").is_some() && text(entries, "kind").is_some()
}

/// Reads a resource.
pub(crate) fn read<'t>(entries: Vec<Entry<'t>>, span: Span, report: &mut Report) -> Resource<'t> {
    let api = text(&entries, "apiVersion").unwrap_or_default();
    let ours = api.starts_with("hydra.ory.sh/");
    match text(&entries, "kind") {
        Some("OAuth2Client") if ours => Resource::Client(client(entries, span, report)),
        Some("OAuth2ClientList") if ours => Resource::List(items(entries)),
        Some("List") if api == "v1" => Resource::List(items(entries)),
        kind => {
            let kind = shown_name(kind.unwrap_or_default());
            let finding =
                Finding::warning(format!("a resource of the kind `{kind}`, and so left out"));
            let help = "of resources, an `OAuth2Client` of `hydra.ory.sh/v1alpha1` is read";
            report.push(finding.help(help).placed(report.source.place(span)));
            Resource::Other
        }
    }
}

fn items(entries: Vec<Entry<'_>>) -> Vec<Node<'_>> {
    match entries
        .into_iter()
        .find(|entry| entry.key == "items")
        .map(|entry| entry.value.content)
    {
        Some(Content::List(items)) => items,
        _ => Vec::new(),
    }
}

fn client<'t>(entries: Vec<Entry<'t>>, span: Span, report: &mut Report) -> Vec<Entry<'t>> {
    let mut fields: Vec<_> = owner(&entries, span, report).into_iter().collect();
    let spec = entries.into_iter().find(|entry| entry.key == "spec");
    match spec.map(|spec| spec.value.content) {
        Some(Content::Object(spec)) => {
            spec.into_iter()
                .for_each(|entry| field(entry, &mut fields, report));
        }
        _ => report.add(span, Finding::error("an `OAuth2Client` needs a `spec`")),
    }
    fields
}

/// `name/namespace`, as hydra-maester sets it.
fn owner<'t>(entries: &[Entry<'t>], span: Span, report: &mut Report) -> Option<Entry<'t>> {
    let metadata = entries.iter().find(|entry| entry.key == "metadata");
    let members = match metadata.map(|metadata| &metadata.value.content) {
        Some(Content::Object(members)) => members.as_slice(),
        _ => &[],
    };
    let (Some(name), Some(namespace)) = (text(members, "name"), text(members, "namespace")) else {
        let finding =
            Finding::error("an `OAuth2Client` needs `metadata.name` and `metadata.namespace`");
        let place = metadata.map_or(span, |metadata| metadata.key_span);
        report.add(
            place,
            finding.help(
                "together they are the client's `owner`, by which the next run knows it again",
            ),
        );
        return None;
    };
    let said = members.iter().find(|entry| entry.key == "name")?;
    let content = Content::Text(Cow::Owned(format!("{name}/{namespace}")));
    let value = Node {
        span: said.value.span,
        content,
    };
    Some(Entry {
        key: Cow::Borrowed(Field::Owner.name()),
        key_span: said.key_span,
        value,
    })
}

fn field<'t>(entry: Entry<'t>, fields: &mut Vec<Entry<'t>>, report: &mut Report) {
    let key = &*entry.key;
    if key == "tokenLifespans" {
        lifespans(entry, fields, report);
    } else if key == SECRET_NAME {
        let finding = Finding::warning("no Kubernetes Secret is written");
        report.add(
            entry.key_span,
            finding.help("a generated secret is encrypted and recorded like any other"),
        );
    } else if key == HYDRA_ADMIN {
        let finding = Finding::warning("`hydraAdmin` does not count");
        report.add(
            entry.key_span,
            finding.help("the endpoint is that of the command line"),
        );
    } else if key == "scope" || key == "scopeArray" {
        scope(entry, fields);
    } else if let Some(known) = known(key) {
        fields.push(Entry {
            key: Cow::Borrowed(known.name()),
            ..entry
        });
    } else if !HARMLESS.contains(&key) {
        report.add(entry.key_span, unknown(key));
    }
}

/// In `tokenLifespans` the fields have Hydra's own names.
fn lifespans<'t>(entry: Entry<'t>, fields: &mut Vec<Entry<'t>>, report: &mut Report) {
    let Content::Object(lifespans) = entry.value.content else {
        return report.add(
            entry.value.span,
            Finding::error("`tokenLifespans` must be an object"),
        );
    };
    for lifespan in lifespans {
        match Field::from_name(&lifespan.key).map(Field::shape) {
            Some(Shape::Lifespan) => fields.push(lifespan),
            _ => report.add(lifespan.key_span, unknown(&lifespan.key)),
        }
    }
}

/// hydra-maester joins `scope` and `scopeArray`.
fn scope<'t>(entry: Entry<'t>, fields: &mut Vec<Entry<'t>>) {
    let Some(first) = fields.iter_mut().find(|field| field.key == "scope") else {
        return fields.push(Entry {
            key: Cow::Borrowed("scope"),
            ..entry
        });
    };
    let parts = [scopes(&first.value), scopes(&entry.value)];
    if let [Some(mut all), Some(more)] = parts {
        all.extend(more);
        first.value.content = Content::List(all);
    }
}

fn scopes<'t>(node: &Node<'t>) -> Option<Vec<Node<'t>>> {
    match &node.content {
        Content::List(items) => Some(items.clone()),
        Content::Text(text) | Content::Plain(text) => {
            let scope = |scope: &str| Node {
                span: node.span,
                content: Content::Text(scope.to_owned().into()),
            };
            Some(text.split_whitespace().map(scope).collect())
        }
        _ => None,
    }
}

/// The field of a name in camel case. Id, secret and owner are not the resource's to say.
fn known(key: &str) -> Option<Field> {
    if key.len() > LONGEST {
        return None;
    }
    let not_said = [Field::ClientId, Field::ClientSecret, Field::Owner];
    let matches = |field: &Field| !key.contains('_') && bare(field.name()) == bare(key);
    Field::ALL
        .iter()
        .copied()
        .find(|field| matches(field) && !not_said.contains(field))
}

fn unknown(key: &str) -> Finding {
    let finding =
        Finding::error(format!("unknown field `{}` in `spec`", shown_name(key))).field_named(key);
    match closest(key, Field::ALL.iter().map(|field| field.name())) {
        Some(field) => finding.help(format!("did you mean `{}`?", camel_case(field))),
        None => finding,
    }
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
    }
    camel
}

fn text<'n>(entries: &'n [Entry<'_>], key: &str) -> Option<&'n str> {
    match &entries.iter().find(|entry| entry.key == key)?.value.content {
        Content::Text(text) => Some(text),
        Content::Plain(text) if matches!(resolve(text), Scalar::Text(_)) => Some(text),
        _ => None,
    }
}
