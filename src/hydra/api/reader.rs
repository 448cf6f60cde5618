//! The read side of Hydra's admin API, which cannot change anything.

use std::future::Future;
use std::time::Duration;

use serde_json::value::RawValue;
use url::Url;

use super::detect::{detect, get_with_retries};
use super::dialect::{Dialect, Generation, nobodys_url};
use super::fetch::find_in_list;
use super::pages::Pages;
use crate::client::{ClientId, Existing, Identity, Name};
use crate::hydra::failure::RetryPolicy;
use crate::hydra::failure::{Cause, Failure};
use crate::hydra::transport::Answer;
use crate::hydra::transport::Http;

/// How often to read a list that may be incomplete because clients come and go meanwhile.
pub(super) const LIST_ATTEMPTS: usize = 3;

/// Finds existing clients.
pub trait Read {
    /// The client with that `identity`, or `None` if Hydra itself says that there is none.
    ///
    /// # Errors
    /// When the retry policy gave up without a certain answer, or when a name matches several
    /// clients.
    fn find(&self, identity: &Identity) -> impl Future<Output = Result<Option<Existing>, Failure>>;
}

/// The read side of a Hydra. It cannot write.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    http: Http,
    retry_policy: RetryPolicy,
    dialect: Dialect,
}

impl Reader {
    /// Detects which Hydra answers, and returns its read side.
    ///
    /// # Errors
    /// No connection, no Hydra, or a refusal; after retries if a retry could help.
    pub(crate) async fn connect(
        http: Http,
        retry_policy: RetryPolicy,
        probe: Option<&ClientId>,
    ) -> Result<Self, Failure> {
        let dialect = detect(&http, &retry_policy, probe).await?;
        Ok(Self {
            http,
            retry_policy,
            dialect,
        })
    }

    /// The Hydra that answers.
    pub(crate) fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// The timeout of each request.
    pub(crate) fn request_timeout(&self) -> Duration {
        self.http.time_out()
    }

    /// Uses the dialect of that family from now on.
    pub(super) fn speak(&mut self, generation: Generation) {
        self.dialect.generation = generation;
        self.dialect.is_guess = false;
    }

    /// How long each request is retried.
    pub(crate) fn retry_policy(&self) -> &RetryPolicy {
        &self.retry_policy
    }

    pub(super) fn http(&self) -> &Http {
        &self.http
    }

    /// The client with that id. Ids that cannot be part of a path are searched for in the list.
    ///
    /// # Errors
    /// When the retry policy gave up without a certain answer.
    pub(crate) async fn get(&self, id: &ClientId) -> Result<Option<Existing>, Failure> {
        match self.dialect.client_url(id) {
            Some(url) => match self.look_up(id, url).await {
                Ok(found) => Ok(found),
                Err(failure) => Err(self.judge(failure).await),
            },
            None => match find_in_list(self, id).await {
                Ok(found) => Ok(found),
                Err(failure) => Err(self.judge(failure).await),
            },
        }
    }

    async fn look_up(&self, id: &ClientId, url: Url) -> Result<Option<Existing>, Failure> {
        let answer = get_with_retries(&self.http, &self.retry_policy, url).await?;
        match answer.status {
            200 => {
                let client = parse_client(&answer)?;
                if client.id() == id {
                    return Ok(Some(client));
                }
                Err(answer.failure(Cause::Foreign(format!(
                    "the answer is another client, `{}`",
                    answer.shown(client.id().as_str())
                ))))
            }
            404 if answer.is_absent_client() => Ok(None),
            404 => Err(answer.foreign()),
            _ => Err(answer.refusal()),
        }
    }

    /// All clients with that name and owner.
    ///
    /// # Errors
    /// When the retry policy gave up without a certain answer.
    pub(crate) async fn named(&self, name: &Name) -> Result<Vec<Existing>, Failure> {
        match self.list_named(name).await {
            Ok(found) => Ok(found),
            Err(failure) => Err(self.judge(failure).await),
        }
    }

    /// Finds out whether a failed look-up concerns only that client: then Hydra answers another
    /// look-up. A gateway's response may concern every client.
    pub(super) async fn judge(&self, failure: Failure) -> Failure {
        let is_answered = matches!(failure.cause, Cause::Status { .. });
        if !is_answered || !failure.may_be_clients_own() {
            return failure;
        }
        let url = nobodys_url(&self.dialect.clients_url());
        match self.http.get(url).await {
            Ok(answer) if answer.is_absent_client() => failure.clients_own(),
            Ok(_) | Err(_) => failure,
        }
    }

    async fn list_named(&self, name: &Name) -> Result<Vec<Existing>, Failure> {
        let filter = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_name", &name.client_name)
            .append_pair("owner", &name.owner)
            .finish();
        // Do not rely on the server to apply the filter.
        self.scan(&filter, |client| client.name() == Some(name))
            .await
    }

    /// The clients in the list, restricted by `filter`, that satisfy `keep`. If there are none and
    /// the list may be incomplete, it is read again.
    async fn scan(
        &self,
        filter: &str,
        keep: impl Fn(&Existing) -> bool,
    ) -> Result<Vec<Existing>, Failure> {
        let mut found = Vec::new();
        for _ in 0..LIST_ATTEMPTS {
            let mut pages = self.pages(filter);
            while let Some(page) = pages.next().await? {
                found.extend(page.clients.into_iter().filter(|client| keep(client)));
            }
            if !found.is_empty() || pages.reading().is_one_query(self.dialect.generation) {
                break;
            }
        }
        Ok(found)
    }

    /// The list of clients, restricted by `filter`, a query without `?`.
    pub(crate) fn pages(&self, filter: &str) -> Pages {
        Pages::new(self.clone(), filter)
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

fn parse_client(answer: &Answer) -> Result<Existing, Failure> {
    let raw: Box<RawValue> =
        serde_json::from_slice(&answer.body).map_err(|error| not_json(answer, &error))?;
    Existing::from_json(raw).map_err(|why| no_client(answer, &why))
}

/// The position helps to find out what truncated a response. The text itself is never shown.
pub(super) fn not_json(answer: &Answer, error: &serde_json::Error) -> Failure {
    answer.failure(Cause::Foreign(format!(
        "the answer is not the JSON expected (line {}, column {} of {} bytes)",
        error.line(),
        error.column(),
        answer.body.len()
    )))
}

pub(super) fn no_client(answer: &Answer, why: &str) -> Failure {
    answer.failure(Cause::Foreign(format!(
        "the answer is not a client of Hydra's: {}",
        answer.shown(why)
    )))
}
