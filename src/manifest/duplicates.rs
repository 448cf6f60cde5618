//! That no two manifests describe the same client.

use std::collections::HashMap;

use super::clients::Manifest;
use super::diagnostics::{Finding, MAX_ERRORS, Rule, shown, too_many_errors};
use crate::client::{Field, Identity, Name, ResourceName};

/// The findings about manifests that describe the same client, each with both locations.
pub(super) fn check(manifests: &[Manifest]) -> Vec<Finding> {
    let mut first: HashMap<Identity, &Manifest> = HashMap::with_capacity(manifests.len());
    let mut repeated = Vec::new();
    for manifest in manifests {
        if let Some(identity) = manifest.client.identity() {
            match first.get(&identity) {
                Some(first) => repeated.push((*first, manifest, identity)),
                None => drop(first.insert(identity, manifest)),
            }
        }
    }
    let duplicates = repeated
        .iter()
        .map(|(first, second, identity)| duplicate(first, second, identity));
    // A client with an id must not have the name by which another client is recognized.
    let ambiguous = manifests.iter().filter_map(|second| {
        second.client.client_id()?;
        let name = second.client.name()?;
        let first = first.get(&Identity::Name(name.clone()))?;
        Some(ambiguous(first, second, &name))
    });
    // A client of its own must not have the owner by which a resource's client is recognized.
    let owned = manifests.iter().filter_map(|second| {
        let owner = second.client.text(Field::Owner)?;
        let resource = ResourceName::of_owner(owner);
        let is_plain = second.client.resource().is_none();
        let first = first.get(&Identity::Resource(resource.clone()))?;
        is_plain.then(|| owned(first, second, &resource))
    });
    let mut all = duplicates.chain(ambiguous).chain(owned);
    let mut findings: Vec<_> = all.by_ref().take(MAX_ERRORS).collect();
    findings.extend(all.next().map(|_| too_many_errors()));
    findings
}

fn duplicate(first: &Manifest, second: &Manifest, identity: &Identity) -> Finding {
    let (field, what, help) = match identity {
        Identity::Id(id) => (
            Field::ClientId,
            format!("the client `{}`", shown(id.as_str())),
            "remove one of the two, or give one of them another `client_id`",
        ),
        Identity::Name(name) => (
            Field::ClientName,
            format!("the client named {}", named(name)),
            "remove one of the two, or distinguish them by a `client_id` or another `owner`",
        ),
        Identity::Resource(resource) => (
            Field::Owner,
            format!("the resource `{}`", shown(resource.as_str())),
            "remove one of the two, or give one of them another name or namespace",
        ),
    };
    let message = format!("{what} is described twice,");
    let words = ["again at", "first at"];
    pair(
        first,
        second,
        field,
        Rule::DuplicateClient,
        &message,
        words,
        help,
    )
}

fn ambiguous(first: &Manifest, second: &Manifest, name: &Name) -> Finding {
    let message = format!("the name {} is also that of the client", named(name));
    let words = ["with a `client_id` at", "without a `client_id` at"];
    let help = "a client without a `client_id` is recognized by its name and owner: give it a `client_id`, or give one of the two another name";
    pair(
        first,
        second,
        Field::ClientName,
        Rule::AmbiguousName,
        &message,
        words,
        help,
    )
}

fn owned(first: &Manifest, second: &Manifest, resource: &ResourceName) -> Finding {
    let owner = shown(resource.as_str());
    let message = format!("the owner `{owner}` is also that of the client");
    let words = ["described without a resource at", "of the resource at"];
    let help = "the client of a resource is recognized by its owner alone: remove one of the two manifests, or give the other client another `owner`";
    pair(
        first,
        second,
        Field::Owner,
        Rule::AmbiguousName,
        &message,
        words,
        help,
    )
}

/// The finding at the second manifest, which also shows the first, with its counterpart there. Each
/// message ends with its word and the location of the other manifest.
fn pair(
    first: &Manifest,
    second: &Manifest,
    field: Field,
    rule: Rule,
    message: &str,
    words: [&str; 2],
    help: &str,
) -> Finding {
    let at = |here: &Manifest, word, there: &Manifest| {
        let message = format!("{message} {word} {}", there.field_location(field));
        here.finding(rule, field, &message).help(help)
    };
    let [again, before] = words;
    let at_second = at(second, before, first);
    Finding {
        counterpart: Some(Box::new(at(first, again, second))),
        ..at_second.also(&first.source, first.span(field), "first here")
    }
}

fn named(name: &Name) -> String {
    format!("`{}` of `{}`", shown(&name.client_name), shown(&name.owner))
}
