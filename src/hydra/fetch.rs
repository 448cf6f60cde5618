//! Fetches the clients that a plan has to know, in the cheapest way.

use std::collections::HashSet;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::cost;
use super::failure::Failure;
use super::reader::{LIST_ATTEMPTS, Reader};
use crate::client::{ClientId, Existing, Identity, Name};

/// Which clients are asked for.
#[derive(Debug, Default)]
pub struct Wanted {
    ids: HashSet<ClientId>,
    names: HashSet<Name>,
}

impl Wanted {
    /// The clients of those identities.
    pub fn new<'a>(identities: impl IntoIterator<Item = &'a Identity>) -> Self {
        let mut wanted = Self::default();
        for identity in identities {
            match identity {
                Identity::Id(id) => drop(wanted.ids.insert(id.clone())),
                Identity::Name(name) => drop(wanted.names.insert(name.clone())),
            }
        }
        wanted
    }

    fn wants(&self, client: &Existing) -> bool {
        self.ids.contains(client.id())
            || client.name().is_some_and(|name| self.names.contains(name))
    }
}

/// The wanted clients that exist; with `everything`, all that exist. A name may bring several.
///
/// # Errors
/// The first request that got no certain answer, or a list that stays incomplete.
pub async fn fetch(
    reader: &Reader,
    wanted: &Wanted,
    everything: bool,
    parallelism: usize,
) -> Result<Vec<Existing>, Failure> {
    let only_listed = wanted
        .ids
        .iter()
        .any(|id| reader.dialect().client_url(id).is_none());
    let look_ups = wanted.ids.len() + wanted.names.len();
    if !everything && !only_listed && look_ups <= cost::FEW {
        return look_up(reader, wanted, &HashSet::new(), parallelism).await;
    }
    for _ in 0..LIST_ATTEMPTS {
        match read_list(reader, wanted, everything, !everything && !only_listed).await? {
            Listed::Whole(clients) => return Ok(clients),
            Listed::TooDear(mut clients) => {
                let known: HashSet<ClientId> =
                    clients.iter().map(|client| client.id().clone()).collect();
                // What the list brought so far by name may not be all of that name.
                clients.retain(|client| wanted.ids.contains(client.id()));
                let rest = look_up(reader, wanted, &known, parallelism).await?;
                clients.extend(rest);
                clients.sort_by(|a, b| a.id().cmp(b.id()));
                clients.dedup_by(|a, b| a.id() == b.id());
                return Ok(clients);
            }
            Listed::Incomplete => tracing::debug!("the list was incomplete, reading it again"),
        }
    }
    Err(reader.incomplete())
}

enum Listed {
    /// Every client was seen.
    Whole(Vec<Existing>),
    /// Reading on would cost more than looking up the rest.
    TooDear(Vec<Existing>),
    /// The server holds more clients than it listed.
    Incomplete,
}

async fn read_list(
    reader: &Reader,
    wanted: &Wanted,
    everything: bool,
    may_stop: bool,
) -> Result<Listed, Failure> {
    let generation = reader.dialect().generation;
    let mut pages = reader.pages("");
    let mut seen: HashSet<ClientId> = HashSet::new();
    let mut kept = Vec::new();
    let mut total = None;
    while let Some(page) = pages.next().await? {
        // Clients that go meanwhile move others to pages that were read already.
        total = page.total.max(total);
        for client in page.clients {
            let new = seen.insert(client.id().clone());
            if new && (everything || wanted.wants(&client)) {
                kept.push(client);
            }
        }
        // Without a total, the list is given up when it has cost as much as the look-ups would.
        let expected = total.unwrap_or(seen.len());
        let look_ups = cost::look_ups(wanted.ids.len(), wanted.names.len(), expected);
        if may_stop && cost::list(generation, expected) > look_ups {
            return Ok(Listed::TooDear(kept));
        }
    }
    if total.is_some_and(|total| seen.len() < total) {
        return Ok(Listed::Incomplete);
    }
    Ok(Listed::Whole(kept))
}

/// Looks up what is wanted and not `known`, several at once.
async fn look_up(
    reader: &Reader,
    wanted: &Wanted,
    known: &HashSet<ClientId>,
    parallelism: usize,
) -> Result<Vec<Existing>, Failure> {
    let ids = wanted.ids.iter().filter(|id| !known.contains(*id));
    let mut found: Vec<Existing> = stream::iter(ids)
        .map(|id| reader.get(id))
        .buffer_unordered(parallelism)
        .try_filter_map(|client| async { Ok(client) })
        .try_collect()
        .await?;
    let named: Vec<Vec<Existing>> = stream::iter(&wanted.names)
        .map(|name| reader.named(name))
        .buffer_unordered(parallelism)
        .try_collect()
        .await?;
    found.extend(named.into_iter().flatten());
    Ok(found)
}
