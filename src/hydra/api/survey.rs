//! How a Hydra answers: how fast, with how many clients, and what time it is there.

use std::time::{Duration, Instant};

use super::detect::{get_with_retries, one_client};
use super::page;
use super::reader::Reader;
use crate::hydra::failure::Failure;
use crate::hydra::transport::Answer;

/// How many requests the latency is the median of.
const REQUESTS: usize = 5;

/// The most clients that are counted one by one.
const MOST_COUNTED: usize = 10_000;

/// What was seen of a Hydra, by reading only.
#[derive(Debug)]
pub struct Survey {
    /// The median time from a request to its whole answer.
    pub latency: Duration,
    /// How many clients there are; with `more`, at least.
    pub clients: usize,
    /// Whether counting ended before the list did.
    pub more: bool,
    /// How far Hydra's clock is ahead of this machine's, in seconds, where its answers tell (`Date`,
    /// RFC 9110, section 6.6.1); negative where it is behind.
    pub ahead: Option<i64>,
}

/// Asks for the first page of the list several times, and counts the clients: by the total that the
/// server tells, else by reading the list up to a limit.
///
/// # Errors
/// The first request that got no answer of Hydra's before the retry policy gave up.
pub async fn survey(reader: &Reader) -> Result<Survey, Failure> {
    match ask(reader).await {
        Ok(survey) => Ok(survey),
        // A client that Hydra cannot read spoils the list.
        Err(failure) => Err(reader.judge(failure).await),
    }
}

async fn ask(reader: &Reader) -> Result<Survey, Failure> {
    let url = one_client(&reader.dialect().clients_url());
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..REQUESTS {
        let start = Instant::now();
        let answer = get_with_retries(reader.http(), reader.retry_policy(), url.clone()).await?;
        times.push(start.elapsed());
        if answer.status != 200 {
            return Err(answer.refusal());
        }
        last = Some(answer);
    }
    times.sort_unstable();
    let total = last
        .as_ref()
        .and_then(|answer| page::total(&answer.headers));
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

/// Counts the clients of the list, up to the limit.
async fn count(reader: &Reader) -> Result<(usize, bool), Failure> {
    let mut pages = reader.pages("");
    let mut clients = 0;
    while let Some(page) = pages.next().await? {
        clients += page.clients.len();
        if clients >= MOST_COUNTED {
            return Ok((clients, true));
        }
    }
    Ok((clients, false))
}

/// How far the server's clock is ahead. Its answer has whole seconds, and was under way for less.
fn ahead(answer: &Answer) -> Option<i64> {
    Some(answer.date()?.as_second() - crate::now::now().as_second())
}
