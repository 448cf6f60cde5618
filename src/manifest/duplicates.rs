//! That no two manifests mean one client.

use std::collections::HashMap;

use super::diagnostics::{Finding, MAX_ERRORS, Severity, shown, too_many_errors};
use super::load::Manifest;
use crate::client::{Field, Identity, Name};

/// The findings about manifests that mean the same client, each naming both places.
pub(crate) fn check(manifests: &[Manifest]) -> Vec<Finding> {
    let mut known: HashMap<Identity, &Manifest> = HashMap::with_capacity(manifests.len());
    let mut names: HashMap<Name, &Manifest> = HashMap::new();
    let mut findings = Vec::new();
    for manifest in manifests {
        let Some(identity) = manifest.client.identity() else {
            continue;
        };
        match known.get(&identity) {
            Some(_) if findings.len() >= MAX_ERRORS => {
                findings.push(too_many_errors());
                return findings;
            }
            Some(first) => findings.push(same_client(first, manifest, &identity)),
            None => drop(known.insert(identity, manifest)),
        }
    }
    for (identity, manifest) in &known {
        if let Identity::Name(name) = identity {
            names.insert(name.clone(), manifest);
        }
    }
    if names.is_empty() {
        return findings;
    }
    let with_id = manifests
        .iter()
        .filter(|manifest| manifest.client.client_id().is_some());
    for manifest in with_id {
        let first = manifest.client.name().and_then(|name| names.get(&name));
        if first.is_some() && findings.len() >= MAX_ERRORS {
            findings.push(too_many_errors());
            return findings;
        }
        findings.extend(first.map(|first| same_name(first, manifest)));
    }
    findings
}

fn same_client(first: &Manifest, second: &Manifest, identity: &Identity) -> Finding {
    let (field, what) = match identity {
        Identity::Id(id) => (
            Field::ClientId,
            format!("the client `{}`", shown(id.as_str())),
        ),
        Identity::Name(name) => (
            Field::ClientName,
            format!("the client named {}", named(name)),
        ),
    };
    let (here, there) = (first.field_place(field), second.field_place(field));
    let help = match identity {
        Identity::Id(_) => "keep one of the two, or give one of them another `client_id`",
        Identity::Name(_) => {
            "keep one of the two, or tell them apart by a `client_id` or another `owner`"
        }
    };
    Both {
        first,
        second,
        field,
    }
    .finding(
        &format!("{what} is described twice, first at {here}"),
        &format!("{what} is described twice, again at {there}"),
        help,
    )
}

fn same_name(first: &Manifest, second: &Manifest) -> Finding {
    let name = first
        .client
        .name()
        .map(|name| named(&name))
        .unwrap_or_default();
    let field = Field::ClientName;
    let (here, there) = (first.field_place(field), second.field_place(field));
    Both { first, second, field }.finding(
        &format!("the name {name} is also that of the client without a `client_id` at {here}"),
        &format!("the name {name} is also that of the client with a `client_id` at {there}"),
        "a client without a `client_id` is known by its name and owner alone: give it a `client_id`, or one of the two another name",
    )
}

/// Two manifests that mean the same client, and the field that says so.
struct Both<'m> {
    first: &'m Manifest,
    second: &'m Manifest,
    field: Field,
}

impl Both<'_> {
    /// The finding at the second one, with what is to be said `of_first`.
    fn finding(&self, of_second: &str, of_first: &str, help: &str) -> Finding {
        let Self {
            first,
            second,
            field,
        } = *self;
        let at = |manifest: &Manifest, message: &str| {
            let finding = manifest.finding(Severity::Error, Some(field), message);
            finding.help(help)
        };
        let mut finding =
            at(second, of_second).also(first.source(), first.span(field), "first here");
        finding.counterpart = Some(Box::new(at(first, of_first)));
        finding
    }
}

fn named(name: &Name) -> String {
    format!("`{}` of `{}`", shown(&name.client_name), shown(&name.owner))
}
