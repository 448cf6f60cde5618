//! Objects without a single field of a client: other programs' files, and lists of clients under a
//! name.

use super::suggestion::closest_field;
use crate::client::Field;
use crate::manifest::diagnostics::{Finding, Rule, Span, shown_name};
use crate::manifest::parse::{Content, Entry, Node};

/// Names at the top of well-known files, and what such a file is.
const KNOWN: &[(&str, &str)] = &[
    ("dependencies", "a `package.json`"),
    ("devDependencies", "a `package.json`"),
    ("scripts", "a `package.json`"),
    ("compilerOptions", "a `tsconfig.json`"),
    ("services", "a Docker Compose file"),
    ("replicaCount", "the values of a Helm chart"),
    ("image", "the values of a Helm chart"),
    ("appVersion", "a Helm `Chart.yaml`"),
    ("jobs", "a GitHub workflow"),
    ("stages", "a GitLab pipeline"),
    ("repos", "a pre-commit configuration"),
    ("openapi", "an OpenAPI document"),
    ("swagger", "an OpenAPI document"),
    ("dsn", "a configuration for Hydra itself"),
    ("serve", "a configuration for Hydra itself"),
    ("configMapGenerator", "a `kustomization.yaml`"),
    ("patches", "a `kustomization.yaml`"),
    ("resources", "a `kustomization.yaml`"),
    ("is_last_page", "an empty list as Ory's commands print it"),
    (
        "next_page_token",
        "an empty list as Ory's commands print it",
    ),
    ("creation_rules", "a configuration of SOPS"),
    ("publicClient", "a client of Keycloak"),
    ("protocolMappers", "a client of Keycloak"),
];

/// Names at the top of what servers and commands say instead of what was asked of them.
const ERRORS: &[&str] = &["error", "Error", "error_description", "curl", "jq", "fatal"];

/// The finding about an object that has no field of a client, and its location. `None` if it has
/// one, or a name that may be a misspelt one.
pub(crate) fn foreign(entries: &[Entry<'_>]) -> Option<(Span, Finding)> {
    let is_odd = |entry: &Entry<'_>| entry.key.is_empty() || entry.may_be_secret();
    let first = entries.first()?;
    if entries.iter().any(is_odd) || has_field(entries) {
        return None;
    }
    if let Some(entry) = entries
        .iter()
        .find(|entry| is_list_of_clients(&entry.value))
    {
        return Some((entry.key_span, list_under_a_name(&entry.key)));
    }
    if let Some(entry) = entries.iter().find(|entry| is_client(&entry.value)) {
        let name = shown_name(&entry.key);
        let message = format!("expected a client, found one under the name `{name}`");
        return Some((entry.key_span, not_a_client(&message).help(AS_LIST)));
    }
    if let Some(entry) = entries.iter().find(|entry| is_named_clients(&entry.value)) {
        let name = shown_name(&entry.key);
        let message = format!("expected a client, found several under the name `{name}`");
        return Some((entry.key_span, not_a_client(&message).help(AS_LIST)));
    }
    let known = KNOWN.iter().find_map(|(name, file)| {
        let entry = entries.iter().find(|entry| entry.key == *name)?;
        Some((entry.key_span, *file))
    });
    if let Some((at, file)) = known {
        let message = format!("expected a client, found what looks like {file}");
        return Some((at, not_a_client(&message).help(IGNORE)));
    }
    if let Some(entry) = entries.iter().find(|entry| ERRORS.contains(&&*entry.key)) {
        let message = "expected a client, found an error message";
        let help = "a server or a command failed, and its message was saved in this file: remove it, or fetch the client again";
        return Some((entry.key_span, not_a_client(message).help(help)));
    }
    if may_be_misspelt(entries) {
        return None;
    }
    let names = entries
        .iter()
        .take(3)
        .map(|entry| format!("`{}`", shown_name(&entry.key)));
    let names = names.collect::<Vec<_>>().join(", ");
    let more = if entries.len() > 3 { ", …" } else { "" };
    let message =
        format!("expected a client, found an object with none of its fields: {names}{more}");
    Some((first.key_span, not_a_client(&message).help(IGNORE)))
}

const AS_LIST: &str = "write clients as a list, each starting with `- client_id: …`; names above clients are not read";
const IGNORE: &str = "if this file is not meant to be read here, name it in `.hydra-gitops-ignore`; a client has fields such as `client_id`";

/// Whether a name is close to that of a field, or most are the end of one, as `name` is.
fn may_be_misspelt(entries: &[Entry<'_>]) -> bool {
    let is_end = |name: &str, field: &str| field.ends_with(&format!("_{name}"));
    let meant = entries.iter().filter_map(|entry| {
        let field = closest_field(&entry.key)?;
        Some(is_end(&entry.key, field))
    });
    let (ends, near): (Vec<_>, Vec<_>) = meant.partition(|is_end| *is_end);
    !near.is_empty() || ends.len() * 2 > entries.len()
}

fn not_a_client(message: &str) -> Finding {
    Finding::new(Rule::NotAClient, message)
}

fn list_under_a_name(name: &str) -> Finding {
    let name = shown_name(name);
    let message = format!("expected a client, found a list of clients under the name `{name}`");
    let help = match name.as_str() {
        "items" => "write the list alone, as `jq .items` prints it".to_owned(),
        _ => format!("write the list alone, without `{name}:` above or around it"),
    };
    not_a_client(&message).help(help)
}

fn has_field(entries: &[Entry<'_>]) -> bool {
    let mut names = entries.iter();
    names.any(|entry| Field::from_name(&entry.key).is_some())
}

fn is_client(node: &Node<'_>) -> bool {
    matches!(&node.content, Content::Object(entries) if has_field(entries))
}

fn is_named_clients(node: &Node<'_>) -> bool {
    let is_one = |entry: &Entry<'_>| is_client(&entry.value);
    matches!(&node.content, Content::Object(entries) if entries.iter().any(is_one))
}

fn is_list_of_clients(node: &Node<'_>) -> bool {
    matches!(&node.content, Content::List(items) if items.iter().any(is_client))
}
