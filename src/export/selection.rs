//! Which clients are exported.

use std::collections::HashSet;

use globset::GlobSet;

use crate::client::{Existing, Identity};

/// Which clients are exported: those that meet each condition that is given.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// What their ids match.
    pub(crate) ids: Option<GlobSet>,
    /// What their owners match; a client without an owner has an empty one.
    pub(crate) owners: Option<GlobSet>,
    /// Whom manifests describe, who are left out.
    pub(crate) managed: HashSet<Identity>,
}

impl Selection {
    pub(crate) fn includes(&self, client: &Existing) -> bool {
        let owner = client.owner().unwrap_or_default();
        let ids = self.ids.as_ref();
        let owners = self.owners.as_ref();
        ids.is_none_or(|globs| globs.is_match(client.id().as_str()))
            && owners.is_none_or(|globs| globs.is_match(owner))
            && !self.is_managed(client)
    }

    fn is_managed(&self, client: &Existing) -> bool {
        !self.managed.is_empty()
            && client
                .identities()
                .any(|identity| self.managed.contains(&identity))
    }
}
