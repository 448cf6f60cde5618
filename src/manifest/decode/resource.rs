//! Kubernetes resources: an `OAuth2Client` of `hydra.ory.sh` is read as the client that
//! hydra-maester creates for it.
//!
//! Its `spec` has Hydra's fields in camel case. hydra-maester lets Hydra choose the id and sets
//! `owner` to `name/namespace`, by which it recognizes the client, whatever its `clientName` is. So
//! does this program.

use std::sync::Arc;

use super::client::string_of;
use super::suggestion::{LONGEST, bare, closest, closest_field};
use crate::client::{Field, Namespace, Shape};
use crate::manifest::diagnostics::{Finding, Report, Rule, Span, shown, shown_name};
use crate::manifest::parse::{Content, Entry, Node};

/// A document, or an item of a list, with resources resolved.
pub(crate) enum Document<'t> {
    /// A client with Hydra's fields, and the resource that describes it, if one does.
    Client(Vec<Entry<'t>>, Option<Resource>),
    /// A value that is not a client.
    Other(Node<'t>),
}

/// A resource that describes a client.
pub(crate) struct Resource {
    /// The Secret that applications read.
    pub(crate) secret_name: Option<String>,
}

/// Receives a document and its span, and the findings of the file so far.
type Visit<'v, 't> = &'v mut dyn FnMut(Span, Document<'t>, &mut Report);

/// Passes a document to `visit`: as it is, or the clients of the resources in it.
pub(crate) fn resolve_resources<'t>(node: Node<'t>, report: &mut Report, visit: Visit<'_, 't>) {
    let span = node.span;
    let entries = match node.content {
        Content::Object(entries) => entries,
        content => return visit(span, Document::Other(Node::new(span, content)), report),
    };
    let (Some(api), Some(kind)) = (text(&entries, "apiVersion"), text(&entries, "kind")) else {
        return visit(span, Document::Client(entries, None), report);
    };
    let is_ours = api.starts_with("hydra.ory.sh/");
    match kind {
        "OAuth2Client" if is_ours => {
            let secret_name = secret_name(&entries);
            let fields = client(entries, span, report);
            let resource = Resource { secret_name };
            visit(span, Document::Client(fields, Some(resource)), report);
        }
        "OAuth2ClientList" if is_ours => items(entries, report, visit),
        "List" if api == "v1" => items(entries, report, visit),
        _ => {
            let message = format!("a resource of kind `{}` is skipped", shown_name(kind));
            let finding = Finding::new(Rule::SkippedResource, message);
            let help = "the only supported kind is `OAuth2Client` of `hydra.ory.sh/v1alpha1`";
            report.add_hidden(span, finding.help(help));
        }
    }
}

fn items<'t>(entries: Vec<Entry<'t>>, report: &mut Report, visit: Visit<'_, 't>) {
    let items = entries.into_iter().find(|entry| entry.key == "items");
    if let Some(Content::List(items)) = items.map(|entry| entry.value.content) {
        for item in items {
            resolve_resources(item, report, visit);
        }
    }
}

/// The Secret that a resource names.
fn secret_name(entries: &[Entry<'_>]) -> Option<String> {
    let spec = entries.iter().find(|entry| entry.key == "spec")?;
    match &spec.value.content {
        Content::Object(spec) => text(spec, "secretName").map(str::to_owned),
        _ => None,
    }
}

fn client<'t>(entries: Vec<Entry<'t>>, span: Span, report: &mut Report) -> Vec<Entry<'t>> {
    let mut fields: Vec<_> = owner(&entries, span, report).into_iter().collect();
    let spec = entries.into_iter().find(|entry| entry.key == "spec");
    match spec.map(|spec| spec.value.content) {
        Some(Content::Object(spec)) => {
            let spec = spec.into_iter();
            spec.for_each(|entry| field(entry, &mut fields, report));
        }
        _ => {
            let message = "an `OAuth2Client` needs a `spec`";
            let finding = Finding::new(Rule::IncompleteResource, message);
            report.add(
                span,
                finding.help("the client's fields stand below `spec:`"),
            );
        }
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
    let policy = Arc::clone(&report.policy);
    let default = policy.namespace().map(Namespace::as_str);
    let part = |key| text(members, key).filter(|part| !part.is_empty());
    let name = part("name");
    let (Some(name), Some(namespace)) = (name, part("namespace").or(default)) else {
        let span = metadata.map_or(span, |metadata| metadata.key_span);
        let (message, help) = match name {
            None => (
                "an `OAuth2Client` needs `metadata.name` and `metadata.namespace`",
                "together they are the client's `owner`, by which the next run recognizes it",
            ),
            Some(_) => (
                "an `OAuth2Client` needs `metadata.namespace`",
                "add it, or give `--namespace`: name and namespace are the client's `owner`, by which the next run recognizes it",
            ),
        };
        let finding = Finding::new(Rule::IncompleteResource, message);
        report.add(span, finding.help(help));
        return None;
    };
    let entry = members.iter().find(|entry| entry.key == "name")?;
    if name.contains('/') || namespace.contains('/') {
        let message = "the name or namespace of an `OAuth2Client` contains a `/`";
        let finding = Finding::new(Rule::IncompleteResource, message);
        let help = "Kubernetes allows none, and in the client's `owner` the two would not be told apart: remove it";
        report.add(entry.value.span, finding.help(help));
        return None;
    }
    let content = Content::Text(format!("{name}/{namespace}").into());
    let mut value = Node::new(entry.value.span, content);
    // Which part is secret does not matter.
    let parts = members
        .iter()
        .filter(|entry| ["name", "namespace"].contains(&&*entry.key));
    value.origin = parts
        .map(|part| part.value.origin)
        .fold(value.origin, Ord::max);
    Some(Entry::new("", entry.key_span, value).renamed(Field::Owner))
}

fn field<'t>(entry: Entry<'t>, fields: &mut Vec<Entry<'t>>, report: &mut Report) {
    let mut ignored = |message: &str, help: &str| {
        let finding = Finding::new(Rule::IgnoredField, message);
        report.add(entry.key_span, finding.help(help));
    };
    match &*entry.key {
        "tokenLifespans" => lifespans(entry, fields, report),
        "secretName" => {
            let secret =
                string_of(&entry.value).map(|name| format!("the Secret `{}`", shown(name)));
            let secret = secret.as_deref().unwrap_or("a Kubernetes Secret");
            let message = format!("{secret} is not read: an id and a secret in it do not count");
            ignored(
                &message,
                "hydra-maester takes the client's id and secret from that Secret, or writes them there; here Hydra's client gets an id and a secret of its own, and `--secrets-out sops:FOLDER` writes them as that Secret",
            );
        }
        "hydraAdmin" => ignored(
            "`hydraAdmin` is ignored",
            "the endpoint is set on the command line",
        ),
        "requireExistingSecret" => ignored(
            "`requireExistingSecret` is ignored",
            "no Kubernetes Secret is read: where one chooses the client's id, describe the client by a manifest with that `client_id`",
        ),
        // hydra-maester may delete clients; this program never does.
        "deletionPolicy" => {}
        "scope" | "scopeArray" => scope(entry, fields),
        key => match known(key) {
            Some(known) => fields.push(entry.renamed(known)),
            None => report.add(entry.key_span, unknown(key)),
        },
    }
}

/// In `tokenLifespans` the fields have Hydra's own names.
fn lifespans<'t>(entry: Entry<'t>, fields: &mut Vec<Entry<'t>>, report: &mut Report) {
    let Content::Object(lifespans) = entry.value.content else {
        let message = "`tokenLifespans` must be an object";
        return report.add(entry.value.span, Finding::new(Rule::WrongType, message));
    };
    for lifespan in lifespans {
        match Field::from_name(&lifespan.key).map(Field::shape) {
            Some(Shape::Lifespan) => fields.push(lifespan),
            _ => report.add(lifespan.key_span, unknown_lifespan(&lifespan.key)),
        }
    }
}

fn unknown_lifespan(key: &str) -> Finding {
    let message = format!("unknown field `{}` in `tokenLifespans`", shown_name(key));
    let finding = Finding::new(Rule::UnknownField, message).field_named(key);
    let names = Field::ALL.iter().filter(|field| is_lifespan(**field));
    match closest(key, names.map(|field| field.name())) {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None => finding,
    }
}

/// hydra-maester joins `scope` and `scopeArray`.
fn scope<'t>(entry: Entry<'t>, fields: &mut Vec<Entry<'t>>) {
    let Some(first) = fields.iter_mut().find(|field| field.key == "scope") else {
        return fields.push(entry.renamed(Field::Scope));
    };
    if let (Some(all), Some(more)) = (scopes(&first.value), scopes(&entry.value)) {
        first.value.content = Content::List([all, more].concat());
    }
}

fn scopes<'t>(node: &Node<'t>) -> Option<Vec<Node<'t>>> {
    match &node.content {
        Content::List(items) => Some(items.clone()),
        Content::Text(text) | Content::Plain(text) => {
            let scopes = text.split_whitespace().map(|scope| scope.to_owned().into());
            let scopes = scopes.map(|scope| Node::new(node.span, Content::Text(scope)));
            Some(scopes.collect())
        }
        _ => None,
    }
}

/// The field of a name in camel case.
fn known(key: &str) -> Option<Field> {
    let is_camel = key.len() <= LONGEST && !key.contains('_');
    let is_it = |field: &Field| is_camel && bare(field.name()) == bare(key);
    let mut fields = Field::ALL.iter().copied();
    fields.find(|field| is_it(field) && is_settable_in_resource(*field))
}

/// A resource cannot set the id, the secret or the owner.
pub(crate) fn is_settable_in_resource(field: Field) -> bool {
    ![Field::ClientId, Field::ClientSecret, Field::Owner].contains(&field)
}

fn unknown(key: &str) -> Finding {
    let message = format!("unknown field `{}` in `spec`", shown_name(key));
    let finding = Finding::new(Rule::UnknownField, message).field_named(key);
    let meant = closest_field(key).and_then(Field::from_name);
    match meant {
        Some(Field::ClientId) => finding.help(
            "a resource has no id of its own: remove it; the client is recognized by its name and namespace",
        ),
        Some(Field::ClientSecret) => {
            finding.help("a resource has no secret: remove it; the client's secret is generated")
        }
        Some(Field::Owner) => {
            finding.help("remove it: the owner is `metadata.name` and `metadata.namespace`")
        }
        Some(field) if is_lifespan(field) => {
            finding.help(format!("write `{}` below `tokenLifespans`", field.name()))
        }
        Some(field) => finding.help(format!("did you mean `{}`?", maester_name(field))),
        None => match closest(key, NO_FIELDS.into_iter()) {
            Some(name) => finding.help(format!("did you mean `{name}`?")),
            None => {
                finding.help("Hydra would silently drop it; custom data belongs in `spec.metadata`")
            }
        },
    }
}

/// The names in a `spec` that are not those of fields.
pub(crate) const NO_FIELDS: [&str; 6] = [
    "scopeArray",
    "tokenLifespans",
    "secretName",
    "hydraAdmin",
    "deletionPolicy",
    "requireExistingSecret",
];

fn is_lifespan(field: Field) -> bool {
    field.shape() == Shape::Lifespan
}

/// The name that hydra-maester gives a field.
pub(crate) fn maester_name(field: Field) -> String {
    match field {
        Field::FrontchannelLogoutUri => "frontChannelLogoutURI".to_owned(),
        Field::BackchannelLogoutUri => "backChannelLogoutURI".to_owned(),
        Field::FrontchannelLogoutSessionRequired => "frontChannelLogoutSessionRequired".to_owned(),
        Field::BackchannelLogoutSessionRequired => "backChannelLogoutSessionRequired".to_owned(),
        field => camel_case(field.name()),
    }
}

/// How findings about a resource name a field.
pub(crate) fn resource_label(field: Field) -> String {
    match field {
        Field::Owner => "`metadata.name`".to_owned(),
        field if is_lifespan(field) => format!("`{}`", field.name()),
        field => format!("`{}`", maester_name(field)),
    }
}

pub(crate) fn camel_case(name: &str) -> String {
    let words = name.split('_').enumerate().map(|(at, word)| {
        let (first, rest) = word.split_at(word.len().min(usize::from(at > 0)));
        first.to_ascii_uppercase() + rest
    });
    words.collect()
}

fn text<'n>(entries: &'n [Entry<'_>], key: &str) -> Option<&'n str> {
    string_of(&entries.iter().find(|entry| entry.key == key)?.value)
}
