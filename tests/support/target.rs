//! The Hydras that tests run against: the sandbox of any version, and real ones.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::net::{Ipv4Addr, SocketAddr};

use hydra_gitops::sandbox::{Sandbox, Settings, Version};
use serde_json::{Value, json};
use uuid::Uuid;

use super::ask;
use super::http::{self, JSON, Reply};
use super::hydra::{Options, Release, Server};
use super::requirement::Missing;

/// A port where nobody listens, and that nobody is given.
pub(crate) const NOWHERE: &str = "127.0.0.1:1";

/// A running Hydra; it ends when this is dropped.
pub(crate) struct Target {
    hydra: Hydra,
    pub(crate) version: Version,
}

enum Hydra {
    Sandbox(Sandbox),
    Real(Server),
}

impl Target {
    /// A sandbox.
    pub(crate) fn sandbox(version: Version) -> Self {
        let settings = Settings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            version,
            store: None,
        };
        Self {
            hydra: Hydra::Sandbox(Sandbox::start(settings).unwrap()),
            version,
        }
    }

    /// A real server, in memory or with a database.
    pub(crate) fn real(release: Release, dsn: Option<String>) -> Result<Self, Missing> {
        let options = Options {
            dsn,
            ..Options::default()
        };
        Self::real_with(release, options)
    }

    /// The same, started with these options.
    pub(crate) fn real_with(release: Release, options: Options) -> Result<Self, Missing> {
        Ok(Self {
            hydra: Hydra::Real(Server::start(release, options)?),
            version: release.version().parse().unwrap(),
        })
    }

    /// Restarts a real server.
    pub(crate) fn restart(&mut self) {
        match &mut self.hydra {
            Hydra::Sandbox(_) => panic!("a sandbox cannot be restarted"),
            Hydra::Real(server) => server.start_again(),
        }
    }

    /// The address of the admin API.
    pub(crate) fn url(&self) -> String {
        match &self.hydra {
            Hydra::Sandbox(sandbox) => sandbox.url().to_owned(),
            Hydra::Real(server) => server.admin_url(),
        }
    }

    /// The address of the public API.
    pub(crate) fn public_url(&self) -> String {
        match &self.hydra {
            Hydra::Sandbox(sandbox) => sandbox.url().to_owned(),
            Hydra::Real(server) => server.public_url(),
        }
    }

    /// The path of its clients.
    pub(crate) fn path(&self) -> &'static str {
        match self.version {
            Version::V1_11_10 => "/clients",
            _ => "/admin/clients",
        }
    }

    /// The address of its clients.
    pub(crate) fn clients_url(&self) -> String {
        self.url() + self.path()
    }

    /// All clients.
    pub(crate) fn clients(&self) -> Vec<Value> {
        ask::list(&self.clients_url())
    }

    /// The ids of all clients, sorted.
    pub(crate) fn ids(&self) -> Vec<String> {
        let clients = self.clients();
        let ids = clients.iter().map(|client| client["client_id"].as_str());
        let mut ids: Vec<String> = ids.map(|id| id.unwrap().to_owned()).collect();
        ids.sort();
        ids
    }

    /// A client that exists.
    #[track_caller]
    pub(crate) fn client(&self, id: &str) -> Value {
        self.get(id).has_status(200).json()
    }

    /// Creates a client, as somebody else would, and gives Hydra's answer.
    #[track_caller]
    pub(crate) fn create(&self, client: &Value) -> Value {
        self.post(client).has_status(201).json()
    }

    /// Changes a client, as somebody else would.
    #[track_caller]
    pub(crate) fn replace(&self, id: &str, client: &Value) {
        self.send("PUT", &self.path_of(id), &client.to_string())
            .has_status(200);
    }

    /// Deletes a client, as somebody else would.
    #[track_caller]
    pub(crate) fn delete(&self, id: &str) {
        self.send("DELETE", &self.path_of(id), "").has_status(204);
    }

    /// Whether the secret is the client's own.
    pub(crate) fn accepts(&self, id: &str, secret: &str) -> bool {
        ask::accepts(&self.public_url(), id, secret)
    }

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

/// A name that nobody else uses.
pub(crate) fn fresh(prefix: &str) -> String {
    format!("{prefix}-{}", Uuid::new_v4())
}
