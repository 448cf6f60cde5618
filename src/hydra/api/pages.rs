//! The list of clients, page by page.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::LINK;
use serde_json::value::RawValue;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use tokio::time::Instant;

use super::dialect::Generation;
use super::page;
use super::reader::{Reader, no_client, not_json};
use super::reading::Reading;
use crate::client::{ClientId, Existing};
use crate::duration;
use crate::hydra::failure::{Cause, Failure};
use crate::hydra::transport::Answer;

/// Upper bounds on the clients and bytes read from one list: a longer list is taken for endless.
/// The ids of this many clients take about 100 MB.
const MOST_CLIENTS: usize = 1_000_000;
const MOST_BYTES: usize = 2 << 30;

/// If the server does not report a total although its version does, a list with more clients than
/// this must end within the retry limit (`--fail-after`).
const MANY_CLIENTS: usize = 10_000;

/// How many consecutive pages may contain no new client.
const MOST_REPEATED: usize = 100;

#[derive(Debug)]
pub(crate) struct Page {
    /// The page's clients, without those of earlier pages.
    pub clients: Vec<Existing>,
    /// How many clients the server says it holds in total.
    pub total: Option<usize>,
}

/// The pages of the list in order. The next page is fetched while the current one is used.
pub(crate) struct Pages {
    reader: Reader,
    filter: String,
    asked: HashSet<String>,
    next: Option<JoinHandle<Result<Answer, Failure>>>,
    seen: HashSet<ClientId>,
    bytes: usize,
    /// How many consecutive pages contained nothing new; `progress` is when a page last did.
    repeated: usize,
    progress: Instant,
    started: Instant,
    number: usize,
    only_first: bool,
    /// What the pages read so far say about the whole list.
    pub(super) reading: Reading,
}

struct Parsed {
    page: Page,
    bytes: usize,
    answered_at: Option<Timestamp>,
}

impl Pages {
    /// Starts to read the list, restricted by `filter`, a query without `?`.
    pub(super) fn new(reader: Reader, filter: &str) -> Self {
        let (first, _) = page::first(reader.dialect().generation);
        let mut pages = Self {
            reader,
            filter: filter.to_owned(),
            asked: HashSet::new(),
            next: None,
            seen: HashSet::new(),
            bytes: 0,
            repeated: 0,
            progress: Instant::now(),
            started: Instant::now(),
            number: 0,
            only_first: false,
            reading: Reading::default(),
        };
        // Cannot fail: this is the first request.
        let _ = pages.request(first.to_owned());
        pages
    }

    /// Reads only the first page.
    pub(super) fn only_first(reader: Reader) -> Self {
        let mut pages = Self::new(reader, "");
        pages.only_first = true;
        pages
    }

    /// The next page, or `None` after the last. Fails when the retry policy gives up on a page,
    /// when a page is not a list of clients, or when the list does not end.
    pub(crate) async fn next(&mut self) -> Result<Option<Page>, Failure> {
        let Some(request) = self.next.take() else {
            return Ok(None);
        };
        let answer = request.await.map_err(|error| given_up(&error))??;
        match answer.status {
            200 => {}
            404 => return Err(answer.foreign()),
            _ => return Err(answer.refusal()),
        }
        let generation = self.reader.dialect().generation;
        let has_link = answer.headers.contains_key(LINK);
        // An empty page ends the list, whatever its links say. Two bytes are `[]`.
        if !self.only_first
            && let Some(query) = page::next(generation, &answer.headers, self.number)
            && answer.body.trim_ascii().len() > 2
        {
            self.number += 1;
            self.request(query)?;
        }
        let parsed = match self.next {
            None => parse_page(&answer)?,
            // Parse on another thread: parsing on this one would delay sending the request for the
            // next page.
            Some(_) => spawn_blocking(move || parse_page(&answer))
                .await
                .map_err(|error| given_up(&error))??,
        };
        if parsed.page.clients.is_empty() {
            self.next = None;
        } else if parsed.page.total.is_none() && !has_link {
            return Err(self.failure(
                "cannot tell whether the list is complete: the response has neither a `Link` nor an `X-Total-Count` header",
            ));
        }
        self.note(parsed).map(Some)
    }

    /// Drops clients that were already seen, and checks that the list makes progress and ends.
    fn note(&mut self, parsed: Parsed) -> Result<Page, Failure> {
        let mut page = parsed.page;
        let generation = self.reader.dialect().generation;
        let (_, asked) = page::first(generation);
        let is_full = page.clients.len() >= asked;
        page.clients
            .retain(|client| self.seen.insert(client.id().clone()));
        self.bytes = self.bytes.saturating_add(parsed.bytes);
        if page.clients.is_empty() {
            self.repeated += 1;
        } else {
            (self.repeated, self.progress) = (0, Instant::now());
        }
        let limit = self.reader.retry_policy().fail_after();
        let stands_for = self.progress.elapsed();
        if self.next.is_some() {
            let is_late = self.repeated > 1 && limit.is_some_and(|limit| stands_for > limit);
            if self.repeated > MOST_REPEATED || is_late {
                return Err(self.repeats(stands_for));
            }
            let seen = self.seen.len();
            let is_late =
                seen > MANY_CLIENTS && limit.is_some_and(|limit| self.started.elapsed() > limit);
            let is_beyond = match page.total {
                // Clients created and deleted meanwhile shift the numbers a little.
                Some(total) => seen > total.saturating_mul(2).saturating_add(MANY_CLIENTS),
                None => is_late && generation != Generation::V25,
            };
            if is_beyond || seen > MOST_CLIENTS || self.bytes > MOST_BYTES {
                return Err(self.has_no_end());
            }
        }
        self.reading.note(&page, parsed.answered_at, is_full);
        Ok(page)
    }

    fn repeats(&self, time: Duration) -> Failure {
        let (pages, time) = (self.repeated, duration::show(time));
        self.failure(&format!(
            "the list does not end: its last {pages} pages, read in {time}, showed no client that was not on an earlier page"
        ))
    }

    fn goes_back(&self) -> Failure {
        self.failure("the list is incomplete: a page links to an earlier page as the next one")
            .advise("check whether a cache or gateway in front of Hydra ignores the query of a request, or answers with a page it kept")
    }

    fn has_no_end(&self) -> Failure {
        let (clients, bytes) = (self.seen.len(), self.bytes >> 20);
        let time = duration::show(self.started.elapsed());
        self.failure(&format!(
            "the list does not end: it was given up after {clients} clients and {bytes} MiB, read in {time}"
        ))
        .advise("check what answers there, and whether it drops `X-Total-Count`, by which Hydra tells how long the list is; `--fail-after` allows more time")
    }

    fn failure(&self, why: &str) -> Failure {
        let request = format!("GET {}", self.reader.dialect().clients);
        Failure::new(request, Cause::Foreign(why.to_owned()))
    }

    /// Starts to fetch a page. Before v25.4, a page that was already requested ends the list. A
    /// keyset page never names an earlier page as the next one, so that is an error.
    fn request(&mut self, query: String) -> Result<(), Failure> {
        if self.asked.contains(&query) {
            return match self.reader.dialect().generation {
                Generation::V25 => Err(self.goes_back()),
                _ => Ok(()),
            };
        }
        let mut url = self.reader.dialect().clients.clone();
        let separator = if self.filter.is_empty() { "" } else { "&" };
        url.set_query(Some(&format!("{query}{separator}{}", self.filter)));
        self.asked.insert(query);
        let reader = self.reader.clone();
        self.next = Some(tokio::spawn(async move { reader.getter.get(url).await }));
        Ok(())
    }
}

impl Drop for Pages {
    /// Cancels a request whose page nobody needs.
    fn drop(&mut self) {
        if let Some(request) = &self.next {
            request.abort();
        }
    }
}

fn given_up(error: &JoinError) -> Failure {
    let cause = Cause::Lost(format!("the request was given up: {error}"));
    Failure::new("GET clients", cause)
}

fn parse_page(answer: &Answer) -> Result<Parsed, Failure> {
    let rows: Vec<Box<RawValue>> = answer.parse().map_err(|error| not_json(answer, &error))?;
    let clients = rows.into_iter().map(Existing::from_json);
    let clients = clients.collect::<Result<Vec<_>, _>>();
    let clients = clients.map_err(|why| no_client(answer, &why))?;
    let total = page::total(&answer.headers);
    Ok(Parsed {
        page: Page { clients, total },
        bytes: answer.body.len(),
        answered_at: answer.date(),
    })
}
