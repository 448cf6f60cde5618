//! Surveys a Hydra: its latency, how many clients it holds, and its clock.

use std::time::{Duration, Instant};

use super::detect::one_client;
use super::page;
use super::pages::Pages;
use super::reader::Reader;
use crate::hydra::failure::Failure;
use crate::hydra::transport::Answer;

/// The latency is the median of this many requests.
const REQUESTS: usize = 5;

/// At most this many clients are counted one by one.
const MOST_COUNTED: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Survey {
    /// The median time from a request to the end of its response.
    pub latency: Duration,
    /// The number of clients; a lower bound if `more` is set.
    pub clients: usize,
    /// Whether counting stopped before the end of the list.
    pub more: bool,
    /// How many seconds Hydra's clock is ahead of this machine's, if its responses tell (`Date`,
    /// RFC 9110, section 6.6.1). Negative if it is behind.
    pub ahead: Option<i64>,
}

/// Requests the first page of the list several times, and counts the clients: by the server's
/// total, otherwise by reading the list up to a limit. Fails with the first request that Hydra did
/// not answer before the retry policy gave up.
pub(crate) async fn survey(reader: &Reader) -> Result<Survey, Failure> {
    // A client that Hydra cannot read breaks the list.
    reader.judged(ask(reader).await).await
}

async fn ask(reader: &Reader) -> Result<Survey, Failure> {
    let url = one_client(&reader.dialect().clients);
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..REQUESTS {
        let start = Instant::now();
        let answer = reader.getter.get(url.clone()).await?;
        times.push(start.elapsed());
        if answer.status != 200 {
            return Err(answer.refusal());
        }
        last = Some(answer);
    }
    times.sort_unstable();
    let total = last.as_ref().and_then(|last| page::total(&last.headers));
    let (clients, more) = match total {
        Some(total) => (total, false),
        None => count(reader).await?,
    };
    Ok(Survey {
        latency: times[REQUESTS / 2],
        clients,
        more,
        ahead: last.as_ref().and_then(ahead),
    })
}

async fn count(reader: &Reader) -> Result<(usize, bool), Failure> {
    let mut pages = Pages::new(reader.clone(), "");
    let mut clients = 0;
    while let Some(page) = pages.next().await? {
        clients += page.clients.len();
        if clients >= MOST_COUNTED {
            return Ok((clients, true));
        }
    }
    Ok((clients, false))
}

/// How many seconds the server's clock is ahead. `Date` has whole seconds, and the latency is less
/// than that.
fn ahead(answer: &Answer) -> Option<i64> {
    Some(answer.date()?.as_second() - crate::now::now().as_second())
}
