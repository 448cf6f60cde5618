//! Finds out what became of clients whose manifests are gone.

use std::collections::HashSet;

use super::connection::Connection;
use super::event::Event;
use super::news::Subject;
use crate::client::{ClientId, Identity};
use crate::hydra::{Query, fetch};

/// Which of these clients are in Hydra, and how to delete them.
pub(super) async fn look_up_gone(
    connection: &Connection,
    clients: Vec<Subject>,
    ask: bool,
    look_ups: usize,
) -> Event {
    let ids = clients.iter().filter_map(|client| client.id.clone());
    let identities: Vec<Identity> = ids.map(Identity::Id).collect();
    let in_hydra = match ask && !identities.is_empty() {
        true => ids_in_hydra(connection, &identities, look_ups).await,
        false => None,
    };
    let with_command = clients.into_iter().map(|client| {
        let id = client.id.as_ref();
        let delete = id.and_then(|id| connection.delete_command(id));
        (client, delete)
    });
    Event::LookedUpGone {
        clients: with_command.collect(),
        in_hydra,
    }
}

/// `None` where that cannot be found out.
async fn ids_in_hydra(
    connection: &Connection,
    identities: &[Identity],
    look_ups: usize,
) -> Option<HashSet<ClientId>> {
    let target = connection.connect(None).await.ok()?;
    let (reader, query) = (
        &target.session.reader,
        Query::new(identities.iter().cloned()),
    );
    let found = fetch(reader, &query, false, look_ups).await.ok()?;
    let clients = found.clients.iter().map(|client| client.id().clone());
    // Hydra answers 404 for a client that is gone, so it has one that it cannot read.
    let unreadable = found
        .failed
        .into_keys()
        .filter_map(|identity| match identity {
            Identity::Id(id) => Some(id),
            Identity::Name(_) => None,
        });
    Some(clients.chain(unreadable).collect())
}
