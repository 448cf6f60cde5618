//! Which clients are asked for.

use std::collections::HashSet;

use super::fetch::Clients;
use super::reader::Reader;
use crate::client::{ClientId, Existing, Identity, Name};

/// Which clients are asked for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub(super) ids: HashSet<ClientId>,
    pub(super) names: HashSet<Name>,
}

impl Query {
    /// The clients of those identities.
    pub fn new<'a>(identities: impl IntoIterator<Item = &'a Identity>) -> Self {
        let mut query = Self::default();
        for identity in identities {
            match identity {
                Identity::Id(id) => drop(query.ids.insert(id.clone())),
                Identity::Name(name) => drop(query.names.insert(name.clone())),
            }
        }
        query
    }

    /// Whether it asks for that client.
    pub(super) fn wants(&self, client: &Existing) -> bool {
        self.ids.contains(client.id())
            || client.name().is_some_and(|name| self.names.contains(name))
    }

    /// How many ids and names it asks for.
    pub(super) fn len(&self) -> usize {
        self.ids.len() + self.names.len()
    }

    /// Everything it asks for.
    pub(super) fn identities(&self) -> impl Iterator<Item = Identity> {
        let ids = self.ids.iter().cloned().map(Identity::Id);
        ids.chain(self.names.iter().cloned().map(Identity::Name))
    }

    /// What of it was not found.
    pub(super) fn missing(&self, found: &Clients) -> Self {
        let names: HashSet<&Name> = found.values().filter_map(Existing::name).collect();
        let is_missing = |id: &&ClientId| !found.contains_key(*id);
        Self {
            ids: self.ids.iter().filter(is_missing).cloned().collect(),
            names: self
                .names
                .iter()
                .filter(|name| !names.contains(name))
                .cloned()
                .collect(),
        }
    }

    /// What of it has to be looked up after a list that was not read to its end: what that showed of
    /// a name may not be all of that name.
    pub(super) fn still_open(&self, found: &Clients) -> Self {
        let names = self.names.clone();
        Self {
            names,
            ..self.missing(found)
        }
    }

    /// The same without the ids that only the list can find.
    pub(super) fn with_url(mut self, reader: &Reader) -> Self {
        self.ids.retain(|id| !is_only_listed(reader, id));
        self
    }

    /// The ids that only the list can find.
    pub(super) fn only_listed(&self, reader: &Reader) -> impl Iterator<Item = &ClientId> {
        self.ids.iter().filter(|id| is_only_listed(reader, id))
    }

    /// Whether it holds an id that only the list can find.
    pub(super) fn needs_list(&self, reader: &Reader) -> bool {
        self.only_listed(reader).next().is_some()
    }
}

fn is_only_listed(reader: &Reader, id: &ClientId) -> bool {
    reader.dialect().client_url(id).is_none()
}
