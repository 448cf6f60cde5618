//! The read side of Hydra's admin API, which cannot change anything.

use std::future::Future;
use std::time::Duration;

use serde_json::value::RawValue;
use url::Url;

use super::detect::detect;
use super::dialect::{Dialect, Generation, nobodys_url};
use super::fetch::find_in_list;
use super::pages::Pages;
use crate::client::{ClientId, Existing, Identity};
use crate::hydra::failure::{Cause, Failure, RetryPolicy};
use crate::hydra::transport::{Answer, Endpoint, Http};

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

/// Sends `GET` requests until they are answered or the retry policy gives up. Any non-transient
/// status is an answer.
#[derive(Debug, Clone)]
pub(super) struct Getter {
    pub(super) http: Http,
    pub(super) retry_policy: RetryPolicy,
}

impl Getter {
    pub(super) async fn get(&self, url: Url) -> Result<Answer, Failure> {
        let (answer, _) = self.get_either([&url, &url]).await?;
        Ok(answer)
    }

    /// The same with a fallback URL. It is used once Hydra answers the first one with 500, which
    /// may concern only that client. Returns the URL that was answered.
    pub(super) async fn get_either<'u>(
        &self,
        [first, second]: [&'u Url; 2],
    ) -> Result<(Answer, &'u Url), Failure> {
        let mut waiting = self.retry_policy.begin();
        let mut url = first;
        loop {
            let failure = match self.http.get(url.clone()).await {
                // Looking for the reason of a refusal would parse the whole response.
                Ok(answer) if answer.status == 200 => return Ok((answer, url)),
                Ok(answer) if answer.status == 500 && url != second => {
                    url = second;
                    continue;
                }
                Ok(answer) => match answer.refusal() {
                    refusal if refusal.is_transient() => refusal,
                    _ => return Ok((answer, url)),
                },
                Err(failure) => failure,
            };
            waiting.pause(failure).await?;
        }
    }
}

/// The read side of a Hydra. It cannot write.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub(super) getter: Getter,
    dialect: Dialect,
}

impl Reader {
    /// Detects which Hydra answers, and returns its read side. Fails without a connection, on a
    /// refusal, or if no Hydra answers; after retries if a retry could help.
    pub(crate) async fn connect(
        http: Http,
        retry_policy: RetryPolicy,
        probe: Option<&ClientId>,
    ) -> Result<Self, Failure> {
        let getter = Getter { http, retry_policy };
        let dialect = detect(&getter, probe).await?;
        Ok(Self { getter, dialect })
    }

    pub(crate) fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        self.getter.http.endpoint()
    }

    pub(crate) fn request_timeout(&self) -> Duration {
        self.getter.http.time_out
    }

    pub(crate) fn retry_policy(&self) -> &RetryPolicy {
        &self.getter.retry_policy
    }

    /// Uses the dialect of that family from now on.
    pub(super) fn speak(&mut self, generation: Generation) {
        self.dialect.generation = generation;
        self.dialect.is_guess = false;
    }

    /// The client with that id. Ids that cannot be part of a path are searched for in the list.
    /// Fails when the retry policy gave up without a certain answer.
    pub(super) async fn get(&self, id: &ClientId) -> Result<Option<Existing>, Failure> {
        let found = match self.dialect.client_url(id) {
            Some(url) => self.look_up(id, url).await,
            None => find_in_list(self, id).await,
        };
        self.judged(found).await
    }

    async fn look_up(&self, id: &ClientId, url: Url) -> Result<Option<Existing>, Failure> {
        let answer = self.getter.get(url).await?;
        match answer.status {
            200 => {
                let client = parse_client(&answer)?;
                if client.id() == id {
                    return Ok(Some(client));
                }
                let id = answer.shown(client.id().as_str());
                let other = format!("the answer is another client, `{id}`");
                Err(answer.failure(Cause::Foreign(other)))
            }
            404 if answer.is_absent_client() => Ok(None),
            404 => Err(answer.foreign()),
            _ => Err(answer.refusal()),
        }
    }

    /// All clients with that identity. Fails when the retry policy gave up without a certain answer.
    pub(super) async fn all_of(&self, identity: &Identity) -> Result<Vec<Existing>, Failure> {
        let (client_name, owner) = match identity {
            Identity::Id(id) => return Ok(self.get(id).await?.into_iter().collect()),
            Identity::Name(name) => (Some(&*name.client_name), &*name.owner),
            Identity::Resource(resource) => (None, resource.as_str()),
        };
        let filter = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(client_name.map(|name| ("client_name", name)))
            .append_pair("owner", owner)
            .finish();
        self.judged(self.list_of(identity, &filter).await).await
    }

    /// Finds out whether a failed look-up concerns only that client: then Hydra answers another
    /// look-up. A gateway's response may concern every client.
    pub(super) async fn judge(&self, failure: Failure) -> Failure {
        if failure.status().is_none() || !failure.may_be_clients_own() {
            return failure;
        }
        match self
            .getter
            .http
            .get(nobodys_url(&self.dialect.clients))
            .await
        {
            Ok(answer) if answer.is_absent_client() => failure.clients_own(),
            Ok(_) | Err(_) => failure,
        }
    }

    pub(super) async fn judged<T>(&self, answer: Result<T, Failure>) -> Result<T, Failure> {
        match answer {
            Ok(found) => Ok(found),
            Err(failure) => Err(self.judge(failure).await),
        }
    }

    /// If there are none and the list may be incomplete, it is read again.
    async fn list_of(&self, identity: &Identity, filter: &str) -> Result<Vec<Existing>, Failure> {
        // Do not rely on the server to apply the filter.
        let is_it = |client: &Existing| client.is(identity);
        let mut found = Vec::new();
        for _ in 0..LIST_ATTEMPTS {
            let mut pages = Pages::new(self.clone(), filter);
            while let Some(page) = pages.next().await? {
                found.extend(page.clients.into_iter().filter(is_it));
            }
            if !found.is_empty() || pages.reading.is_one_query(self.dialect.generation) {
                break;
            }
        }
        Ok(found)
    }
}

impl Read for Reader {
    async fn find(&self, identity: &Identity) -> Result<Option<Existing>, Failure> {
        let what = match identity {
            Identity::Id(id) => return self.get(id).await,
            Identity::Name(_) => "that name and owner",
            Identity::Resource(_) => "the owner of that resource",
        };
        let mut clients = self.all_of(identity).await?;
        if clients.len() <= 1 {
            return Ok(clients.pop());
        }
        let ids = clients.iter().map(|client| format!("`{}`", client.id()));
        let ids = ids.collect::<Vec<_>>().join(", ");
        let several = format!("several clients have {what}: {ids}");
        let request = format!("GET {}", self.dialect.clients);
        Err(Failure::new(request, Cause::Ambiguous(several)))
    }
}

fn parse_client(answer: &Answer) -> Result<Existing, Failure> {
    let raw: Box<RawValue> = answer.parse().map_err(|error| not_json(answer, &error))?;
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
    let why = answer.shown(why);
    let no_client = format!("the answer is not a client of Hydra's: {why}");
    answer.failure(Cause::Foreign(no_client))
}
