//! Compares desired and existing clients.

use std::collections::{HashMap, HashSet};
use std::panic::resume_unwind;

use super::change::{Action, Change, Creation, Plan};
use super::compare::{Rules, compare};
use super::ignored::IgnoredDrift;
use crate::client::{
    Client, ClientId, Existing, Field, Identity, Name, ResourceName, SecretSource, Shape, Value,
};
use crate::error::{Error, Result};
use crate::manifest::Manifest;
use crate::side_by_side::side_by_side;

/// With fewer clients than this, starting a thread is not worth it.
const FEW: usize = 500;

/// Whether the server knows a field.
pub type Knows<'a> = &'a (dyn Fn(Field) -> bool + Sync);

/// Plans what an apply would do about `manifests`, whose identities must be unique, given the
/// existing clients and those whose lookup `failed`. Differences that are `ignored` are no drift.
/// With `unmanaged`, existing clients without a manifest are listed as well.
///
/// # Errors
/// A manifest without an identity (exit 3). A problem with one client in Hydra, such as an
/// ambiguous name or a failed lookup, becomes that client's [`Action::Failed`].
pub fn diff(
    manifests: Vec<Manifest>,
    existing: &[Existing],
    failed: &HashMap<Identity, Error>,
    knows: Knows<'_>,
    ignored: &IgnoredDrift,
    unmanaged: bool,
) -> Result<Plan> {
    let resources = manifests.iter().filter_map(|one| one.client.resource());
    let index = Index::new(existing, failed, &resources.collect());
    let rules = Rules { knows, ignored };
    let changes = side_by_side(manifests, FEW, |manifest| change(manifest, &index, rules))
        .unwrap_or_else(|panic| resume_unwind(panic));
    let mut changes = changes.into_iter().collect::<Result<Vec<_>>>()?;
    if unmanaged {
        let managed = changes
            .iter()
            .filter_map(|change| change.client_id.as_ref());
        let managed: HashSet<_> = managed.collect();
        let is_unmanaged = |client: &&Existing| !managed.contains(client.id());
        let mut rest: Vec<_> = existing.iter().filter(is_unmanaged).collect();
        rest.sort_by_key(|client| client.id());
        changes.extend(rest.into_iter().map(unmanaged_change));
    }
    Ok(Plan { changes })
}

fn change(manifest: Manifest, index: &Index<'_>, rules: Rules<'_>) -> Result<Change> {
    let identity = manifest.client.identity().ok_or_else(|| {
        Error::manifest(format!("{}: the client has no identity", manifest.location))
            .hint("give it a `client_id`, or a `client_name` and an `owner`")
    })?;
    let found = index.find(&identity);
    let existing = found.as_ref().ok().copied().flatten();
    let existing_id = existing.map(|existing| existing.id().clone());
    let client = manifest.client;
    let client_id = existing_id.or(client.client_id());
    let client_name = client.text(Field::ClientName).map(str::to_owned);
    let resource = client.resource();
    let secret = client.secret_source();
    let (action, ignored) = match found {
        Err(error) => (Action::Failed(error), 0),
        Ok(None) => (create(client, Some(identity), rules.knows), 0),
        Ok(Some(existing)) => compared(&client, existing, rules),
    };
    Ok(Change {
        client_id,
        client_name,
        resource,
        place: Some(manifest.location),
        secret,
        action,
        ignored,
    })
}

pub(super) fn create(client: Client, identity: Option<Identity>, knows: Knows<'_>) -> Action {
    Action::Create(Box::new(Creation {
        secret: client.secret_source(),
        dropped: dropped(&client, knows),
        client,
        identity,
    }))
}

/// The action for a client that exists, and the number of differences that are ignored.
fn compared(client: &Client, existing: &Existing, rules: Rules<'_>) -> (Action, usize) {
    match compare(client, existing, rules) {
        Ok((drift, ignored)) if drift.differences.is_empty() => (Action::Unchanged, ignored),
        Ok((drift, ignored)) => (Action::Drifted(drift), ignored),
        Err(why) => {
            let what = format!("cannot compare the client in Hydra with its manifest: {why}");
            (Action::Failed(Error::unexpected(what)), 0)
        }
    }
}

/// The fields a server would drop. Dropping an empty value or a false flag loses nothing.
fn dropped(client: &Client, knows: Knows<'_>) -> Vec<Field> {
    client
        .values()
        .filter(|(field, _)| field.shape() != Shape::ServerMade && !knows(*field))
        .filter(|(_, value)| match value {
            Value::Text(text) => !text.is_empty(),
            Value::List(list) => !list.is_empty(),
            Value::Flag(flag) => *flag,
            _ => true,
        })
        .map(|(field, _)| field)
        .collect()
}

fn unmanaged_change(existing: &Existing) -> Change {
    Change {
        client_id: Some(existing.id().clone()),
        client_name: existing.client_name().map(str::to_owned),
        resource: None,
        place: None,
        secret: SecretSource::None,
        action: Action::Unmanaged,
        ignored: 0,
    }
}

/// Existing clients by id, by name and by resource, and clients whose lookup failed.
struct Index<'a> {
    by_id: HashMap<&'a ClientId, &'a Existing>,
    by_name: HashMap<&'a Name, Vec<&'a Existing>>,
    by_resource: HashMap<&'a str, Vec<&'a Existing>>,
    failed: &'a HashMap<Identity, Error>,
}

impl<'a> Index<'a> {
    fn new(
        existing: &'a [Existing],
        failed: &'a HashMap<Identity, Error>,
        resources: &HashSet<ResourceName>,
    ) -> Self {
        let mut index = Self {
            by_id: HashMap::with_capacity(existing.len()),
            by_name: HashMap::new(),
            by_resource: HashMap::new(),
            failed,
        };
        for client in existing {
            if index.by_id.insert(client.id(), client).is_some() {
                continue;
            }
            if let Some(name) = client.name() {
                index.by_name.entry(name).or_default().push(client);
            }
            if let Some(owner) = client.owner().filter(|owner| resources.contains(*owner)) {
                index.by_resource.entry(owner).or_default().push(client);
            }
        }
        index
    }

    fn find(&self, identity: &Identity) -> Result<Option<&'a Existing>> {
        if let Some(error) = self.failed.get(identity) {
            return Err(error.clone());
        }
        let found = match identity {
            Identity::Id(id) => return Ok(self.by_id.get(id).copied()),
            Identity::Name(name) => self.by_name.get(name),
            Identity::Resource(resource) => self.by_resource.get(resource.as_str()),
        };
        match found.map_or(&[][..], Vec::as_slice) {
            [] => Ok(None),
            [client] => Ok(Some(client)),
            several => Err(ambiguous(identity, several)),
        }
    }
}

fn ambiguous(identity: &Identity, several: &[&Existing]) -> Error {
    let ids = several.iter().map(|client| format!("`{}`", client.id()));
    let mut ids: Vec<_> = ids.collect();
    ids.sort();
    let ids = ids.join(", ");
    match identity {
        Identity::Resource(resource) => Error::unexpected(format!(
            "several clients in Hydra have the owner `{resource}` of this resource: {ids}"
        ))
        .hint("keep the one that the application uses, and delete the others or give them another owner; hydra-maester would delete all of them"),
        _ => Error::unexpected(format!(
            "the name `{identity}` matches several clients in Hydra: {ids}"
        ))
        .hint("give the manifest the `client_id` of the one it means"),
    }
}
