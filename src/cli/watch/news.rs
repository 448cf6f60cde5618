//! What is said of manifests that are gone, once they are calm.

use std::collections::HashSet;

use super::clients::Known;
use super::files::Files;
use super::turn::Watch;
use super::under_way::UnderWay;
use crate::client::{ClientId, Identity};
use crate::hydra::{Query, fetch};
use crate::report::watch::{Client, Event, News};

impl Watch<'_> {
    /// Whether a manifest is gone of which that was not said yet.
    pub(super) fn has_gone(&self) -> bool {
        let (files, under_way) = (&self.files, &self.under_way);
        self.clients
            .any(|identity, known| is_gone(files, under_way, identity, known))
    }

    /// Says of clients whose manifests are gone that they stay, or are gone as well.
    pub(super) async fn say_gone(&mut self) {
        let (files, under_way) = (&self.files, &self.under_way);
        let gone = self
            .clients
            .forget(|identity, known| is_gone(files, under_way, identity, known));
        if gone.is_empty() {
            return;
        }
        let there = self.ids_there(&gone).await;
        let became = gone.iter().map(|known| {
            let id = known.id.as_ref();
            let stays = there.as_ref().is_none_or(|there| {
                // Nobody asked about one without an id.
                id.is_none_or(|id| there.contains(id))
            });
            let client = Client {
                id,
                name: known.name.as_deref(),
                place: Some(&known.place),
            };
            let delete = id.and_then(|id| self.hydra.delete(id));
            let news = match stays {
                true => News::Unmanaged { delete },
                false => News::Gone,
            };
            (client, news)
        });
        let became: Vec<_> = became.collect();
        self.say.event(&Event::Clients(&became));
    }

    /// Which of these clients are in Hydra; `None` where that cannot be found out.
    async fn ids_there(&self, clients: &[Known]) -> Option<HashSet<ClientId>> {
        let ids = clients.iter().filter_map(|known| known.id.clone());
        let identities: Vec<Identity> = ids.map(Identity::Id).collect();
        if identities.is_empty() || self.hydra.is_down() {
            return None;
        }
        let connected = self.hydra.connect(None).await.ok()?;
        let (reader, query) = (&connected.session.reader, Query::new(&identities));
        let look_ups = self.args.connection.look_ups();
        let found = fetch(reader, &query, false, look_ups).await.ok()?;
        let there = found.clients.iter().map(|client| client.id().clone());
        // Hydra answers 404 for a client that is gone, and has one that it cannot read.
        let unreadable = found
            .failed
            .into_keys()
            .filter_map(|identity| match identity {
                Identity::Id(id) => Some(id),
                Identity::Name(_) => None,
            });
        Some(there.chain(unreadable).collect())
    }
}

/// Whether a client's manifest is gone. What becomes of one that is being created is said first.
fn is_gone(files: &Files, under_way: &UnderWay, identity: &Identity, known: &Known) -> bool {
    files.lacks(identity, &known.place.path) && under_way.meant_by(identity).is_none()
}
