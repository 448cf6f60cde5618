//! What Hydra is asked and answers, without any way to change it.

use std::collections::HashSet;
use std::future::Future;

use reqwest::header::LINK;
use serde_json::value::RawValue;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use super::answer::Answer;
use super::detect::{detect, get_patiently};
use super::dialect::Dialect;
use super::failure::{Cause, Failure};
use super::http::Http;
use super::page;
use super::retry::Patience;
use crate::client::{ClientId, Existing, Identity, Name};

/// How often an incomplete list is read again: clients may come and go while it is read.
pub(super) const LIST_ATTEMPTS: usize = 3;

/// Finds clients that exist.
pub trait Read {
    /// The client that `identity` names, or `None` where Hydra itself says that there is none.
    ///
    /// # Errors
    /// When no certain answer came before patience ended, or a name names several clients.
    fn find(&self, identity: &Identity) -> impl Future<Output = Result<Option<Existing>, Failure>>;
}

/// The read side of a Hydra. It has no way to write.
#[derive(Debug, Clone)]
pub struct Reader {
    http: Http,
    patience: Patience,
    dialect: Dialect,
}

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

impl Reader {
    /// Asks which Hydra answers, and returns its read side.
    ///
    /// # Errors
    /// No connection, no Hydra, or a refusal; after patience has ended where waiting could help.
    pub async fn connect(
        http: Http,
        patience: Patience,
        probe: Option<&ClientId>,
    ) -> Result<Self, Failure> {
        let dialect = detect(&http, &patience, probe).await?;
        Ok(Self {
            http,
            patience,
            dialect,
        })
    }

    /// Which Hydra answers.
    #[must_use]
    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// How long each request is tried.
    #[must_use]
    pub fn patience(&self) -> &Patience {
        &self.patience
    }

    pub(super) fn http(&self) -> &Http {
        &self.http
    }

    /// The client of that id. Ids that no path can name are looked for in the list.
    ///
    /// # Errors
    /// When no certain answer came before patience ended.
    pub async fn get(&self, id: &ClientId) -> Result<Option<Existing>, Failure> {
        let Some(url) = self.dialect.client_url(id) else {
            return Ok(self.scan("", |client| client.id() == id).await?.pop());
        };
        let answer = get_patiently(&self.http, &self.patience, url).await?;
        match answer.status {
            200 => {
                let client = parse_client(&answer)?;
                if client.id() == id {
                    return Ok(Some(client));
                }
                Err(answer.failure(Cause::Foreign(format!(
                    "the answer is another client, `{}`",
                    client.id()
                ))))
            }
            404 if answer.is_absent_client() => Ok(None),
            404 => Err(answer.foreign()),
            _ => Err(answer.refusal()),
        }
    }

    /// All clients of that name and owner.
    ///
    /// # Errors
    /// When no certain answer came before patience ended.
    pub async fn named(&self, name: &Name) -> Result<Vec<Existing>, Failure> {
        let filter = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_name", &name.client_name)
            .append_pair("owner", &name.owner)
            .finish();
        // Whether the server obeyed the filter is not taken for granted.
        self.scan(&filter, |client| client.name() == Some(name))
            .await
    }

    async fn scan(
        &self,
        filter: &str,
        keep: impl Fn(&Existing) -> bool,
    ) -> Result<Vec<Existing>, Failure> {
        for _ in 0..LIST_ATTEMPTS {
            let mut pages = self.pages(filter);
            let (mut found, mut seen, mut total) = (Vec::new(), HashSet::new(), None);
            while let Some(page) = pages.next().await? {
                total = page.total.max(total);
                for client in page.clients {
                    if seen.insert(client.id().clone()) && keep(&client) {
                        found.push(client);
                    }
                }
            }
            // The total ignores the filters (measured), so that it says nothing of a filtered list.
            if !filter.is_empty() || total.is_none_or(|total| seen.len() >= total) {
                return Ok(found);
            }
        }
        Err(self.incomplete())
    }

    /// What to say of a list that stays incomplete.
    pub(super) fn incomplete(&self) -> Failure {
        Failure::new(
            format!("GET {}", self.dialect.clients_url()),
            Cause::Foreign(
                "the list stays shorter than the number of clients the server tells".to_owned(),
            ),
        )
    }

    /// The list of clients, restricted by `filter`, a query without `?`.
    #[must_use]
    pub fn pages(&self, filter: &str) -> Pages {
        let mut pages = Pages {
            reader: self.clone(),
            filter: filter.to_owned(),
            number: 0,
            seen: HashSet::new(),
            next: None,
        };
        pages.request(page::first(self.dialect.generation).to_owned());
        pages
    }
}

impl Read for Reader {
    async fn find(&self, identity: &Identity) -> Result<Option<Existing>, Failure> {
        match identity {
            Identity::Id(id) => self.get(id).await,
            Identity::Name(name) => {
                let mut clients = self.named(name).await?;
                if clients.len() > 1 {
                    let ids: Vec<_> = clients
                        .iter()
                        .map(|client| format!("`{}`", client.id()))
                        .collect();
                    return Err(Failure::new(
                        format!("GET {}", self.dialect.clients_url()),
                        Cause::Ambiguous(format!(
                            "several clients have that name and owner: {}",
                            ids.join(", ")
                        )),
                    ));
                }
                Ok(clients.pop())
            }
        }
    }
}

impl Pages {
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
        let generation = self.reader.dialect.generation;
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
                format!("GET {}", self.reader.dialect.clients_url()),
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
        let mut url = self.reader.dialect.clients_url();
        let separator = if self.filter.is_empty() { "" } else { "&" };
        url.set_query(Some(&format!("{query}{separator}{}", self.filter)));
        self.seen.insert(query);
        let reader = self.reader.clone();
        self.next = Some(tokio::spawn(async move {
            get_patiently(&reader.http, &reader.patience, url).await
        }));
    }
}

fn given_up(error: &JoinError) -> Failure {
    let cause = Cause::Lost(format!("the request was given up: {error}"));
    Failure::new("GET clients", cause)
}

fn parse_client(answer: &Answer) -> Result<Existing, Failure> {
    let raw: Box<RawValue> =
        serde_json::from_slice(&answer.body).map_err(|error| not_json(answer, &error))?;
    Existing::from_json(raw).map_err(|why| no_client(answer, &why))
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

/// The position helps to find what cut an answer off; the text itself is never shown.
fn not_json(answer: &Answer, error: &serde_json::Error) -> Failure {
    answer.failure(Cause::Foreign(format!(
        "the answer is not the JSON expected (line {}, column {} of {} bytes)",
        error.line(),
        error.column(),
        answer.body.len()
    )))
}

fn no_client(answer: &Answer, why: &str) -> Failure {
    answer.failure(Cause::Foreign(format!(
        "the answer is not a client of Hydra's: {why}"
    )))
}
