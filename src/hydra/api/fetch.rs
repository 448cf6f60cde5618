//! Fetches the clients that a plan needs to know, in the cheapest way.
//!
//! A client in the list exists. A client missing from the list is absent only if the list is
//! provably complete ([`super::reading`]). Otherwise it is looked up, or the list is read again.

use std::collections::{BTreeMap, HashMap};

use futures_util::stream::{self, StreamExt as _};

use super::dialect::Generation;
use super::pages::Pages;
use super::query::Query;
use super::reader::{LIST_ATTEMPTS, Reader};
use super::reading::Reading;
use crate::client::{ClientId, Existing, Identity};
use crate::error::Error;
use crate::hydra::failure::{Cause, Failure};

/// How often to read a list that does not contain an id with a `/`, while each reading shows fewer
/// clients than Hydra says it holds.
const SHORT_LIST_ATTEMPTS: usize = 10;

// The cost of looking clients up one by one, and of reading the list.
//
// Measured with server, database and client sharing two cores (v1.11.10, v2.3.0 and v26.2.0 on
// PostgreSQL 15, with 8,800 and with 500,000 clients), in milliseconds:
//
// - a look-up by id, regardless of how many clients exist: 0.4;
// - a client in the list: 0.04, so one look-up costs as much as ten listed clients;
// - a look-up by name is a scan without an index: 240 with 500,000 clients;
// - offset pages are quadratic in the number of clients: each page counts all rows and skips those
//   before it. The page of 500 at offset 400,000 takes 650 on v2.3.0.
const LOOK_UP: f64 = 0.4;
const LISTED_CLIENT: f64 = 0.04;
const SCANNED_CLIENT: f64 = 0.0005;
const OFFSET_SQUARE: f64 = 1.3e-6;

/// What to do where a list that is meant to show every client does not.
const WITHOUT_UNMANAGED: &str = "run the command again when fewer clients are being created and deleted, or leave `--unmanaged` out to look up each client in the manifests individually";

/// Up to this many look-ups, do not even ask what the list would cost.
const FEW: usize = 64;

/// Clients by id, so that a client that appeared on two pages is kept once.
pub(super) type Clients = BTreeMap<ClientId, Existing>;

#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The clients that exist. One name or resource may match several.
    pub clients: Vec<Existing>,
    /// Clients whose look-up failed although Hydra answers look-ups of others.
    pub failed: HashMap<Identity, Error>,
}

/// Finds the clients of a query; with `everything`, all that exist. Fails with the first request
/// without a certain answer, unless the failure concerns only that client. Where only the list can
/// tell, it fails if the list stays incomplete.
pub(crate) async fn fetch(
    reader: &Reader,
    query: &Query,
    everything: bool,
    parallelism: usize,
) -> Result<Found, Failure> {
    let mut fetch = Fetch::new(reader, query, everything);
    let open = if everything || query.len() > FEW || query.needs_list(reader) {
        match fetch.search_list().await {
            Ok(open) => open,
            Err(failure) => fetch.without_list(failure).await?,
        }
    } else {
        query.clone()
    };
    fetch.look_up(&open, parallelism).await?;
    Ok(Found {
        clients: fetch.found.into_values().collect(),
        failed: fetch.failed,
    })
}

/// Finds the client of an id that only the list can find.
pub(super) async fn find_in_list(
    reader: &Reader,
    id: &ClientId,
) -> Result<Option<Existing>, Failure> {
    let query = Query::new([Identity::Id(id.clone())]);
    let mut fetch = Fetch::new(reader, &query, false);
    fetch.search_list().await?;
    Ok(fetch.found.remove(id))
}

enum Listed {
    /// Everything was found before the list ended.
    Enough,
    /// Reading on would cost more than looking up the rest.
    TooDear,
    /// The list was read to the end. Contains the other clients too, if they were requested.
    Read(Reading, Clients),
}

struct Fetch<'a> {
    reader: &'a Reader,
    query: &'a Query,
    everything: bool,
    found: Clients,
    failed: HashMap<Identity, Error>,
}

impl<'a> Fetch<'a> {
    fn new(reader: &'a Reader, query: &'a Query, everything: bool) -> Self {
        Self {
            reader,
            query,
            everything,
            found: Clients::new(),
            failed: HashMap::new(),
        }
    }

    /// Falls back to look-ups after the list failed: a single client that Hydra cannot read breaks
    /// every list that contains it. Returns what has to be looked up. The clients that only the
    /// list can find have its failure.
    async fn without_list(&mut self, list: Failure) -> Result<Query, Failure> {
        let failure = self.reader.judge(list.clone()).await;
        if !failure.is_clients_own() {
            return Err(failure);
        }
        if self.everything {
            // Only the list shows everything.
            return Err(list.advise("Hydra cannot list its clients because it cannot read one of them: leave `--unmanaged` out to look up each client in the manifests individually"));
        }
        let only_listed = self.query.only_listed(self.reader);
        let only_listed = only_listed.filter(|id| !self.found.contains_key(*id));
        let failed = only_listed.map(|id| (Identity::Id(id.clone()), failure.clone().into()));
        self.failed.extend(failed);
        Ok(self.query.still_open(&self.found).with_url(self.reader))
    }

    /// Reads the list, several times if necessary, and returns what still has to be looked up.
    async fn search_list(&mut self) -> Result<Query, Failure> {
        let reader = self.reader;
        let mut was_whole = false;
        for attempt in 1..=SHORT_LIST_ATTEMPTS {
            let mut is_last = attempt >= LIST_ATTEMPTS;
            let (reading, rest) = match self.read_list().await? {
                Listed::Enough => return Ok(Query::default()),
                Listed::TooDear => return Ok(self.query.still_open(&self.found)),
                Listed::Read(reading, rest) => (reading, rest),
            };
            if self.everything && reading.may_lack_some() {
                tracing::debug!(seen = reading.seen, "the list lacks some clients");
                match is_last {
                    true => return Err(changes_too_fast(reader).advise(WITHOUT_UNMANAGED)),
                    false => continue,
                }
            }
            was_whole |= !reading.is_short();
            let open = self.query.missing(&self.found);
            // Hydra counts its clients after it has read them. While many are being created, every
            // list looks short, and only another reading finds an id with a `/`.
            is_last &= was_whole || !open.needs_list(reader) || attempt == SHORT_LIST_ATTEMPTS;
            let is_settled = open.len() == 0 || is_proved(reader, &reading, &open).await?;
            if !is_settled && !is_last && is_read_again(reader, &reading, &open) {
                let missing = open.len();
                tracing::debug!(missing, "read the list again: it may lack some");
                continue;
            }
            if !is_settled && open.needs_list(reader) && !was_whole {
                return Err(is_cut_off(reader));
            }
            self.found.extend(rest);
            return Ok(match is_settled {
                true => Query::default(),
                false => open.with_url(reader),
            });
        }
        Ok(self.query.missing(&self.found).with_url(reader))
    }

    async fn read_list(&mut self) -> Result<Listed, Failure> {
        let (ids, scans) = (self.query.ids.len(), self.query.scans());
        let may_stop = !self.everything && !self.query.needs_list(self.reader);
        let mut pages = Pages::new(self.reader.clone(), "");
        let mut rest = Clients::new();
        while let Some(page) = pages.next().await? {
            for client in page.clients {
                if self.query.wants(&client) {
                    self.found.insert(client.id().clone(), client);
                } else if self.everything {
                    rest.insert(client.id().clone(), client.without_json());
                }
            }
            // A name may match several clients.
            if !self.everything && scans == 0 && self.found.len() == ids {
                return Ok(Listed::Enough);
            }
            // If the total is unknown, give up the list once it has cost as much as the look-ups
            // would.
            let reading = &pages.reading;
            let expected = reading.most_total.unwrap_or(reading.seen);
            let look_ups = cost_of_look_ups(ids, scans, expected);
            if may_stop && cost_of_list(self.reader.dialect().generation, expected) > look_ups {
                return Ok(Listed::TooDear);
            }
        }
        Ok(Listed::Read(std::mem::take(&mut pages.reading), rest))
    }

    async fn look_up(&mut self, open: &Query, parallelism: usize) -> Result<(), Failure> {
        let look_ups = open.identities().map(async |identity| {
            let clients = self.reader.all_of(&identity).await;
            (identity, clients)
        });
        let mut answers = stream::iter(look_ups).buffer_unordered(parallelism);
        while let Some((identity, clients)) = answers.next().await {
            match clients {
                Ok(clients) => {
                    let clients = clients.into_iter().map(|one| (one.id().clone(), one));
                    self.found.extend(clients);
                }
                Err(failure) if failure.is_clients_own() => {
                    self.failed.insert(identity, failure.into());
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }
}

/// Whether reading the list again is cheaper than looking up what it did not show.
fn is_read_again(reader: &Reader, reading: &Reading, open: &Query) -> bool {
    let list = cost_of_list(reader.dialect().generation, reading.seen);
    let look_ups = cost_of_look_ups(open.ids.len(), open.scans(), reading.seen);
    open.needs_list(reader) || look_ups > list
}

/// Whether clients missing from the list are provably absent and need no look-up.
async fn is_proved(reader: &Reader, reading: &Reading, open: &Query) -> Result<bool, Failure> {
    if reading.is_snapshot(reader.dialect().generation) {
        return Ok(true);
    }
    // A few look-ups cost no more than the page.
    let is_cheap = open.len() <= FEW && !open.needs_list(reader);
    if is_cheap || !reading.is_whole_if_first_page_stands() {
        return Ok(false);
    }
    let again = Pages::only_first(reader.clone()).next().await?;
    Ok(again.is_some_and(|page| reading.first_page_stands_in(&page)))
}

/// Clients were created or deleted while the list was read, every time.
pub(super) fn changes_too_fast(reader: &Reader) -> Failure {
    let why = "clients were created or deleted while the list was read, so that it showed fewer than Hydra holds";
    incomplete(reader, why, LIST_ATTEMPTS)
        .advise("run the command again when fewer clients are being created and deleted")
}

fn is_cut_off(reader: &Reader) -> Failure {
    let why = "the list has fewer clients than Hydra reports, and a client with a `/` in its id can only be found in the list";
    incomplete(reader, why, SHORT_LIST_ATTEMPTS)
        .advise("check whether a gateway on the way shortens the list or drops its `Link` header")
}

fn incomplete(reader: &Reader, why: &str, attempts: usize) -> Failure {
    let why = format!("{why} (it was read {attempts} times)");
    let request = format!("GET {}", reader.dialect().clients);
    Failure::new(request, Cause::Foreign(why))
}

/// The cost of looking up this many ids and names on a server that holds `total` clients.
fn cost_of_look_ups(ids: usize, names: usize, total: usize) -> f64 {
    let [ids, names, total] = [ids, names, total].map(float);
    ids * LOOK_UP + names * (LOOK_UP + total * SCANNED_CLIENT)
}

fn cost_of_list(generation: Generation, total: usize) -> f64 {
    let total = float(total);
    let linear = total * LISTED_CLIENT;
    match generation {
        Generation::V25 => linear,
        _ => linear + total * total * OFFSET_SQUARE,
    }
}

#[expect(clippy::cast_precision_loss, reason = "an estimate of milliseconds")]
fn float(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::{cost_of_list as list, cost_of_look_ups as look_ups};
    use crate::hydra::Generation::{V2_2, V25};

    #[test]
    fn the_cheaper_way_follows_the_measurements() {
        // As many manifests as clients: read the list.
        assert!(list(V2_2, 10_000) < look_ups(10_000, 0, 10_000));
        // A hundred manifests, half a million clients: look them up.
        assert!(look_ups(100, 0, 500_000) < list(V25, 500_000));
        // Offset pages of half a million clients take minutes; 50,000 look-ups take 20 seconds.
        assert!(look_ups(50_000, 0, 500_000) < list(V2_2, 500_000));
        assert!(list(V25, 500_000) < look_ups(100_000, 0, 500_000));
        // Hundreds of names mean hundreds of scans.
        assert!(list(V25, 500_000) < look_ups(0, 300, 500_000));
    }
}
