//! Which clients to fetch.

use std::collections::HashSet;

use super::fetch::Clients;
use super::reader::Reader;
use crate::client::{ClientId, Existing, Identity, Name, ResourceName};

/// Which clients to fetch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    pub(super) ids: HashSet<ClientId>,
    pub(super) names: HashSet<Name>,
    pub(super) resources: HashSet<ResourceName>,
}

impl Query {
    pub(crate) fn new(identities: impl IntoIterator<Item = Identity>) -> Self {
        let mut query = Self::default();
        for identity in identities {
            match identity {
                Identity::Id(id) => drop(query.ids.insert(id)),
                Identity::Name(name) => drop(query.names.insert(name)),
                Identity::Resource(resource) => drop(query.resources.insert(resource)),
            }
        }
        query
    }

    pub(super) fn wants(&self, client: &Existing) -> bool {
        self.ids.contains(client.id())
            || client.name().is_some_and(|name| self.names.contains(name))
            || client
                .owner()
                .is_some_and(|owner| self.resources.contains(owner))
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len() + self.scans()
    }

    /// How many clients of the query Hydra can find only by searching all of its clients.
    pub(super) fn scans(&self) -> usize {
        self.names.len() + self.resources.len()
    }

    pub(super) fn identities(&self) -> impl Iterator<Item = Identity> {
        let ids = self.ids.iter().cloned().map(Identity::Id);
        let names = self.names.iter().cloned().map(Identity::Name);
        let resources = self.resources.iter().cloned().map(Identity::Resource);
        ids.chain(names).chain(resources)
    }

    /// The part of the query that was not found.
    pub(super) fn missing(&self, found: &Clients) -> Self {
        let names: HashSet<&Name> = found.values().filter_map(Existing::name).collect();
        let mut missing = self.clone();
        missing.ids.retain(|id| !found.contains_key(id));
        missing.names.retain(|name| !names.contains(name));
        let owners: HashSet<&str> = found.values().filter_map(Existing::owner).collect();
        let is_missing = |resource: &ResourceName| !owners.contains(resource.as_str());
        missing.resources.retain(is_missing);
        missing
    }

    /// What still has to be looked up after a list that was not read to the end. All names and
    /// resources are: the rest of the list may hold more clients of one that was found.
    pub(super) fn still_open(&self, found: &Clients) -> Self {
        let mut open = self.clone();
        open.ids.retain(|id| !found.contains_key(id));
        open
    }

    /// The same query without the ids that only the list can find.
    pub(super) fn with_url(mut self, reader: &Reader) -> Self {
        self.ids.retain(|id| !is_only_listed(reader, id));
        self
    }

    /// The ids that only the list can find.
    pub(super) fn only_listed(&self, reader: &Reader) -> impl Iterator<Item = &ClientId> {
        self.ids.iter().filter(|id| is_only_listed(reader, id))
    }

    /// Whether the query has an id that only the list can find.
    pub(super) fn needs_list(&self, reader: &Reader) -> bool {
        self.only_listed(reader).next().is_some()
    }
}

fn is_only_listed(reader: &Reader, id: &ClientId) -> bool {
    reader.dialect().client_url(id).is_none()
}
