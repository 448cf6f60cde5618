//! Requests and answers, plainly: nothing of the product's own client is used here.

use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// Sends requests, one after the other.
pub(crate) struct Http {
    client: Client,
    runtime: Runtime,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Http {
    pub(crate) fn new() -> Self {
        // Whoever is first installs it; it is the same for all.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .tls_certs_only([])
            .build()
            .unwrap();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        Self { client, runtime }
    }

    /// Sends a request with a body of a type, if there is one.
    pub(crate) fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<(&str, &str)>,
    ) -> Reply {
        let method: Method = method.parse().unwrap();
        let mut request = self.client.request(method, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some((content_type, body)) = body {
            request = request
                .header("content-type", content_type)
                .body(body.to_owned());
        }
        self.runtime.block_on(async {
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            let headers = response.headers().iter().map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.to_string(), value.into_owned())
            });
            let headers = headers.collect();
            let body = response.bytes().await.unwrap();
            let body = String::from_utf8_lossy(&body).into_owned();
            Reply {
                status,
                headers,
                body,
            }
        })
    }
}

impl Reply {
    /// A header; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.body);
        parsed.unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.body))
    }

    /// The ids of a list.
    pub(crate) fn ids(&self) -> Vec<String> {
        let list = self.json();
        let clients = list.as_array().unwrap().iter();
        clients
            .map(|client| client["client_id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The query of the `Link` with that relation.
    pub(crate) fn link(&self, rel: &str) -> Option<String> {
        let links = self.header("link");
        let link = links
            .split(',')
            .find(|link| link.ends_with(&format!("; rel=\"{rel}\"")))?;
        let address = link.split(['<', '>']).nth(1)?;
        Some(format!("?{}", address.split_once('?')?.1))
    }
}
