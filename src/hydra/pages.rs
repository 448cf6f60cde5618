//! The list of clients, page by page.

use std::collections::HashSet;

use reqwest::header::LINK;
use serde_json::value::RawValue;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use super::answer::Answer;
use super::detect::get_patiently;
use super::failure::{Cause, Failure};
use super::page;
use super::reader::{Reader, no_client, not_json};
use crate::client::Existing;

/// One page of the list.
#[derive(Debug)]
pub struct Page {
    /// Its clients.
    pub clients: Vec<Existing>,
    /// How many clients the server says it holds in all.
    pub total: Option<usize>,
}

/// The pages of the list, read one after the other, the next one under way while one is used.
pub struct Pages {
    reader: Reader,
    filter: String,
    number: usize,
    seen: HashSet<String>,
    next: Option<JoinHandle<Result<Answer, Failure>>>,
}

impl Pages {
    /// Starts to read the list, restricted by `filter`, a query without `?`.
    pub(super) fn new(reader: Reader, filter: &str) -> Self {
        let first = page::first(reader.dialect().generation).to_owned();
        let mut pages = Self {
            reader,
            filter: filter.to_owned(),
            number: 0,
            seen: HashSet::new(),
            next: None,
        };
        pages.request(first);
        pages
    }

    /// The next page, or `None` after the last.
    ///
    /// # Errors
    /// When a page did not come before patience ended, or is no list of clients.
    pub async fn next(&mut self) -> Result<Option<Page>, Failure> {
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
        // An empty page ends the list, whatever its links say; two bytes are `[]`.
        if let Some(query) = page::next(generation, &answer.headers, self.number)
            && answer.body.trim_ascii().len() > 2
        {
            self.number += 1;
            self.request(query);
        }
        let page = match self.next {
            None => parse_page(&answer)?,
            // On another thread, or this one would not send the request for the next page before
            // it has read this one.
            Some(_) => spawn_blocking(move || parse_page(&answer))
                .await
                .map_err(|error| given_up(&error))??,
        };
        if page.clients.is_empty() {
            self.next = None;
        } else if page.total.is_none() && !has_link {
            return Err(Failure::new(
                format!("GET {}", self.reader.dialect().clients_url()),
                Cause::Foreign("the list comes without `Link` and without `X-Total-Count`, so that it may go on".to_owned()),
            ));
        }
        Ok(Some(page))
    }

    /// Starts to fetch a page, unless it was fetched before.
    fn request(&mut self, query: String) {
        if self.seen.contains(&query) {
            return;
        }
        let mut url = self.reader.dialect().clients_url();
        let separator = if self.filter.is_empty() { "" } else { "&" };
        url.set_query(Some(&format!("{query}{separator}{}", self.filter)));
        self.seen.insert(query);
        let reader = self.reader.clone();
        self.next = Some(tokio::spawn(async move {
            get_patiently(reader.http(), reader.patience(), url).await
        }));
    }
}

fn given_up(error: &JoinError) -> Failure {
    let cause = Cause::Lost(format!("the request was given up: {error}"));
    Failure::new("GET clients", cause)
}

fn parse_page(answer: &Answer) -> Result<Page, Failure> {
    let rows: Vec<Box<RawValue>> =
        serde_json::from_slice(&answer.body).map_err(|error| not_json(answer, &error))?;
    let clients = rows
        .into_iter()
        .map(Existing::from_json)
        .collect::<Result<Vec<_>, _>>();
    Ok(Page {
        clients: clients.map_err(|why| no_client(answer, &why))?,
        total: page::total(&answer.headers),
    })
}
