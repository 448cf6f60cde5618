//! What checks do to a server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use hydra_gitops::sandbox::Version;
use serde_json::{Value, json};

use crate::support::http::{self, JSON, Reply};
use crate::support::target::{Target, fresh};

impl Target {
    /// Sends a request to a path of the admin API.
    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> Reply {
        let headers: http::Headers = if body.is_empty() { &[] } else { &[JSON] };
        http::send(method, &(self.url() + path), headers, body)
    }

    pub(crate) fn post(&self, client: &Value) -> Reply {
        self.post_raw(&client.to_string())
    }

    pub(crate) fn post_raw(&self, body: &str) -> Reply {
        http::send("POST", &self.clients_url(), &[JSON], body)
    }

    /// Creates a client and gives its id, which is chosen where it can be.
    pub(crate) fn made(&self, client: &Value) -> String {
        let mut client = client.clone();
        if !self.version.lets_ids_be_chosen() {
            client.as_object_mut().unwrap().remove("client_id");
        } else if client.get("client_id").is_none() {
            client["client_id"] = json!(fresh("client"));
        }
        let reply = self.post(&client);
        assert_eq!(reply.status, 201, "{client}: {}", reply.body);
        reply.json()["client_id"].as_str().unwrap().to_owned()
    }

    /// What a GET says of a client that was just made.
    pub(crate) fn stored(&self, client: &Value) -> Value {
        self.get(&self.made(client)).json()
    }

    pub(crate) fn path_of(&self, id: &str) -> String {
        let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
        format!("{}/{id}", self.path())
    }

    pub(crate) fn get(&self, id: &str) -> Reply {
        self.send("GET", &self.path_of(id), "")
    }

    /// A list call with a query, such as `?owner=x`.
    pub(crate) fn list(&self, query: &str) -> Reply {
        self.send("GET", &format!("{}{query}", self.path()), "")
    }

    /// Whether the server closes the connection without an answer.
    pub(crate) fn cuts_off(&self, path: &str) -> bool {
        let url = self.url();
        let host = url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        // Whether it is closed or reset.
        let _ = stream.read_to_end(&mut answer);
        answer.is_empty()
    }

    pub(crate) fn is_v1(&self) -> bool {
        self.version == Version::V1_11_10
    }

    pub(crate) fn is_calendar(&self) -> bool {
        self.version >= Version::V25_4_0
    }
}
