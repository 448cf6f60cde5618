//! Fetches the clients that a plan has to know, in the cheapest way.
//!
//! What a list shows is there. What it does not show is absent only where the list proves that it
//! left nothing out ([`super::reading`]); the rest is looked up, or looked for in another reading.

use std::collections::{BTreeMap, HashSet};

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::cost;
use super::failure::{Cause, Failure};
use super::pages::Pages;
use super::reader::{LIST_ATTEMPTS, Reader};
use super::reading::Reading;
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

    fn len(&self) -> usize {
        self.ids.len() + self.names.len()
    }

    /// What of it was not found.
    fn missing(&self, found: &Clients) -> Self {
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

    /// The same without ids that only the list can find.
    fn with_url(mut self, reader: &Reader) -> Self {
        self.ids.retain(|id| !is_only_listed(reader, id));
        self
    }

    /// Whether it holds an id that only the list can find.
    fn needs_list(&self, reader: &Reader) -> bool {
        self.ids.iter().any(|id| is_only_listed(reader, id))
    }
}

fn is_only_listed(reader: &Reader, id: &ClientId) -> bool {
    reader.dialect().client_url(id).is_none()
}

/// Clients by their ids, so that one that two pages showed is there once.
type Clients = BTreeMap<ClientId, Existing>;

/// The wanted clients that exist; with `everything`, all that exist. A name may bring several.
///
/// # Errors
/// The first request that got no certain answer, or a list that stays incomplete where only a list
/// can tell.
pub async fn fetch(
    reader: &Reader,
    wanted: &Wanted,
    everything: bool,
    parallelism: usize,
) -> Result<Vec<Existing>, Failure> {
    let mut found = Clients::new();
    if everything || wanted.len() > cost::FEW || wanted.needs_list(reader) {
        let open = from_list(reader, wanted, everything, &mut found).await?;
        look_up(reader, &open, parallelism, &mut found).await?;
    } else {
        look_up(reader, wanted, parallelism, &mut found).await?;
    }
    Ok(found.into_values().collect())
}

/// Reads the list, several times if need be, and returns what is still to be looked up.
async fn from_list(
    reader: &Reader,
    wanted: &Wanted,
    everything: bool,
    found: &mut Clients,
) -> Result<Wanted, Failure> {
    let generation = reader.dialect().generation;
    let mut was_whole = false;
    for attempt in 1..=LIST_ATTEMPTS {
        let is_last = attempt == LIST_ATTEMPTS;
        let (reading, rest) = match read_list(reader, wanted, everything, found).await? {
            Listed::Enough => return Ok(Wanted::default()),
            Listed::TooDear => {
                let mut open = wanted.missing(found);
                // What the list showed of a name may not be all of that name.
                open.names.clone_from(&wanted.names);
                return Ok(open);
            }
            Listed::Read(reading, rest) => (reading, rest),
        };
        if everything && reading.may_lack_some() {
            tracing::debug!(seen = reading.seen(), "the list lacks some clients");
            if is_last {
                return Err(changes_too_fast(reader));
            }
            continue;
        }
        let open = wanted.missing(found);
        was_whole |= !reading.is_short();
        let is_settled = open.len() == 0 || is_proved(reader, &reading, &open).await?;
        let look_ups = cost::look_ups(open.ids.len(), open.names.len(), reading.seen());
        let reads_again =
            open.needs_list(reader) || look_ups > cost::list(generation, reading.seen());
        if is_settled || is_last || !reads_again {
            if !is_settled && open.needs_list(reader) && !was_whole {
                return Err(is_cut_off(reader));
            }
            found.extend(rest);
            return Ok(if is_settled {
                Wanted::default()
            } else {
                open.with_url(reader)
            });
        }
        tracing::debug!(
            missing = open.len(),
            "the list may lack some clients, reading it again"
        );
    }
    Ok(wanted.missing(found).with_url(reader))
}

/// Whether what is missing in the list is absent, and does not have to be looked up.
async fn is_proved(reader: &Reader, reading: &Reading, open: &Wanted) -> Result<bool, Failure> {
    if reading.is_snapshot(reader.dialect().generation) {
        return Ok(true);
    }
    // A few look-ups cost no more than the page.
    let is_cheap = open.len() <= cost::FEW && !open.needs_list(reader);
    if is_cheap || !reading.is_whole_if_first_page_stands() {
        return Ok(false);
    }
    let again = Pages::only_first(reader.clone()).next().await?;
    Ok(again.is_some_and(|page| reading.first_page_stands_in(&page)))
}

enum Listed {
    /// All that is wanted was found before the list ended.
    Enough,
    /// Reading on would cost more than looking up the rest.
    TooDear,
    /// The list was read to its end; with the clients that are not wanted, where these were asked
    /// for.
    Read(Reading, Clients),
}

async fn read_list(
    reader: &Reader,
    wanted: &Wanted,
    everything: bool,
    found: &mut Clients,
) -> Result<Listed, Failure> {
    let generation = reader.dialect().generation;
    let may_stop = !everything && !wanted.needs_list(reader);
    let mut pages = Pages::new(reader.clone(), "");
    let mut rest = Clients::new();
    while let Some(page) = pages.next().await? {
        for client in page.clients {
            if wanted.wants(&client) {
                found.insert(client.id().clone(), client);
            } else if everything {
                rest.insert(client.id().clone(), client.without_json());
            }
        }
        // A name may have several clients.
        if !everything && wanted.names.is_empty() && found.len() == wanted.ids.len() {
            return Ok(Listed::Enough);
        }
        // Without a total, the list is given up when it has cost as much as the look-ups would.
        let reading = pages.reading();
        let expected = reading.most_total().unwrap_or(reading.seen());
        let look_ups = cost::look_ups(wanted.ids.len(), wanted.names.len(), expected);
        if may_stop && cost::list(generation, expected) > look_ups {
            return Ok(Listed::TooDear);
        }
    }
    Ok(Listed::Read(pages.into_reading(), rest))
}

/// Looks up what is wanted, several at once.
async fn look_up(
    reader: &Reader,
    wanted: &Wanted,
    parallelism: usize,
    found: &mut Clients,
) -> Result<(), Failure> {
    let by_id: Vec<Existing> = stream::iter(&wanted.ids)
        .map(|id| reader.get(id))
        .buffer_unordered(parallelism)
        .try_filter_map(|client| async { Ok(client) })
        .try_collect()
        .await?;
    let by_name: Vec<Vec<Existing>> = stream::iter(&wanted.names)
        .map(|name| reader.named(name))
        .buffer_unordered(parallelism)
        .try_collect()
        .await?;
    let all = by_id.into_iter().chain(by_name.into_iter().flatten());
    found.extend(all.map(|client| (client.id().clone(), client)));
    Ok(())
}

fn changes_too_fast(reader: &Reader) -> Failure {
    incomplete(
        reader,
        "clients were created or deleted while the list was read, so that it showed fewer than Hydra holds",
    )
    .advise(Some(
        "run it again when fewer clients come and go, or leave `--unmanaged` out: what the manifests describe is then looked up client by client",
    ))
}

fn is_cut_off(reader: &Reader) -> Failure {
    incomplete(
        reader,
        "the list ends before it has shown as many clients as Hydra says it holds, and an id with a `/` can only be found there",
    )
    .advise(Some("check whether a gateway on the way shortens the list or drops its `Link` header"))
}

fn incomplete(reader: &Reader, why: &str) -> Failure {
    let why = format!("{why} (it was read {LIST_ATTEMPTS} times)");
    let request = format!("GET {}", reader.dialect().clients_url());
    Failure::new(request, Cause::Foreign(why))
}
