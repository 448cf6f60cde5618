//! The least that any program has to do: post bodies, fetch pages. No parsing, no files.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use reqwest::header::{CONTENT_TYPE, LINK};
use tokio::runtime::{Builder, Runtime};

use crate::support::hydra::{Release, Server};

/// A bare HTTP client of a server's list of clients.
pub(crate) struct Bare {
    runtime: Runtime,
    client: reqwest::Client,
    base: String,
    clients: String,
    first_page: &'static str,
}

impl Bare {
    pub(crate) fn new(server: &Server, release: Release) -> Self {
        // An error means that there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let base = server.admin_url();
        let (path, first_page) = match release {
            Release::V1 => ("/clients", "limit=500&offset=0"),
            Release::V2_1 | Release::V2 => ("/admin/clients", "page_size=1000"),
        };
        let client = reqwest::Client::builder()
            .http1_only()
            .no_proxy()
            .tls_certs_only([])
            .build();
        Self {
            runtime: Builder::new_current_thread().enable_all().build().unwrap(),
            client: client.unwrap(),
            clients: format!("{base}{path}"),
            base,
            first_page,
        }
    }

    /// Posts all bodies, so many at once.
    pub(crate) fn create(&self, bodies: Vec<Bytes>, at_once: usize) -> Duration {
        let start = Instant::now();
        let post = |body: Bytes| async move {
            let request = self.client.post(&self.clients);
            let request = request.header(CONTENT_TYPE, "application/json").body(body);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 201);
            answer.bytes().await.unwrap();
        };
        let all = stream::iter(bodies).for_each_concurrent(at_once, post);
        self.runtime.block_on(all);
        start.elapsed()
    }

    /// Fetches the whole list, one page after the other.
    pub(crate) fn download(&self) -> Duration {
        let start = Instant::now();
        self.runtime.block_on(async {
            let mut next = Some(format!("{}?{}", self.clients, self.first_page));
            while let Some(address) = next {
                let answer = self.client.get(address).send().await.unwrap();
                assert_eq!(answer.status(), 200);
                let links = answer.headers().get(LINK);
                next = links.and_then(|links| {
                    let mut links = links.to_str().unwrap().split(',');
                    let link = links.find(|link| link.contains("rel=\"next\""))?;
                    let (target, _) = link.trim_start_matches('<').split_once('>')?;
                    Some(format!("{}{target}", self.base))
                });
                answer.bytes().await.unwrap();
            }
        });
        start.elapsed()
    }

    /// Deletes clients, which the tool itself never does. One by one: SQLite in memory locks whole
    /// tables, and Hydra answers 500 then.
    pub(crate) fn delete(&self, ids: impl Iterator<Item = String>) {
        self.runtime.block_on(async {
            for id in ids {
                let request = self.client.delete(format!("{}/{id}", self.clients));
                assert_eq!(request.send().await.unwrap().status(), 204);
            }
        });
    }
}
