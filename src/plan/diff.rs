//! Compares desired and existing clients.

use std::collections::{HashMap, HashSet};
use std::panic::resume_unwind;

use super::change::{Action, Change, Creation, Plan};
use super::compare::{Rules, compare};
use super::ignored::IgnoredDrift;
use crate::client::{Client, ClientId, Existing, Field, Identity, Name, Shape, Value};
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
    let index = Index::new(existing, failed);
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
    let (action, ignored) = match found {
        Err(error) => (Action::Failed(error), 0),
        Ok(None) => (create(client, Some(identity), rules.knows), 0),
        Ok(Some(existing)) => compared(&client, existing, rules),
    };
    Ok(Change {
        client_id,
        client_name,
        place: Some(manifest.location),
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
        place: None,
        action: Action::Unmanaged,
        ignored: 0,
    }
}

/// Existing clients by id and by name, and clients whose lookup failed.
struct Index<'a> {
    by_id: HashMap<&'a ClientId, &'a Existing>,
    by_name: HashMap<&'a Name, Vec<&'a Existing>>,
    failed: &'a HashMap<Identity, Error>,
}

impl<'a> Index<'a> {
    fn new(existing: &'a [Existing], failed: &'a HashMap<Identity, Error>) -> Self {
        let mut by_name: HashMap<&Name, Vec<&Existing>> = HashMap::new();
        let mut by_id = HashMap::with_capacity(existing.len());
        for client in existing {
            if by_id.insert(client.id(), client).is_none()
                && let Some(name) = client.name()
            {
                by_name.entry(name).or_default().push(client);
            }
        }
        Self {
            by_id,
            by_name,
            failed,
        }
    }

    fn find(&self, identity: &Identity) -> Result<Option<&'a Existing>> {
        if let Some(error) = self.failed.get(identity) {
            return Err(error.clone());
        }
        let name = match identity {
            Identity::Id(id) => return Ok(self.by_id.get(id).copied()),
            Identity::Name(name) => name,
        };
        match self.by_name.get(name).map_or(&[][..], Vec::as_slice) {
            [] => Ok(None),
            [client] => Ok(Some(client)),
            several => {
                let ids = several.iter().map(|client| format!("`{}`", client.id()));
                let mut ids: Vec<_> = ids.collect();
                ids.sort();
                let ids = ids.join(", ");
                let what = format!("the name `{identity}` matches several clients in Hydra: {ids}");
                let hint = "give the manifest the `client_id` of the one it means";
                Err(Error::unexpected(what).hint(hint))
            }
        }
    }
}
