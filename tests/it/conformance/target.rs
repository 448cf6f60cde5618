//! A server under test: the sandbox or a real Hydra.

use hydra_gitops::sandbox::{Sandbox, Settings, Version};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::conformance::http::{Http, Reply};
use crate::support::hydra::{Options, Release, Server};
use crate::support::requirement::Missing;

/// What a check talks to.
pub(crate) struct Target {
    pub(crate) http: Http,
    pub(crate) admin: String,
    pub(crate) public: String,
    pub(crate) version: Version,
    _sandbox: Option<Sandbox>,
}

impl Target {
    /// A fresh sandbox.
    pub(crate) fn sandbox(version: Version) -> Self {
        let sandbox = Sandbox::start(Settings {
            listen: ([127, 0, 0, 1], 0).into(),
            version,
            store: None,
        })
        .unwrap();
        Self {
            http: Http::new(),
            admin: sandbox.url().to_owned(),
            public: sandbox.url().to_owned(),
            version,
            _sandbox: Some(sandbox),
        }
    }

    /// Sends a request to a path of the admin API.
    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> Reply {
        let body = (!body.is_empty()).then_some(("application/json", body));
        self.http
            .send(method, &format!("{}{path}", self.admin), &[], body)
    }

    pub(crate) fn create(&self, client: &Value) -> Reply {
        self.create_raw(&client.to_string())
    }

    pub(crate) fn create_raw(&self, body: &str) -> Reply {
        // An empty body must be sent, too.
        let url = format!("{}{}", self.admin, self.version.clients_path());
        self.http
            .send("POST", &url, &[], Some(("application/json", body)))
    }

    /// Creates a client and gives its id, which is chosen where it can be.
    pub(crate) fn made(&self, client: &Value) -> String {
        let mut client = client.clone();
        if !self.version.lets_ids_be_chosen() {
            client.as_object_mut().unwrap().remove("client_id");
        } else if client.get("client_id").is_none() {
            client["client_id"] = json!(fresh("client"));
        }
        let reply = self.create(&client);
        assert_eq!(reply.status, 201, "{client}: {}", reply.body);
        reply.json()["client_id"].as_str().unwrap().to_owned()
    }

    /// What a GET says of a client that was just made.
    pub(crate) fn stored(&self, client: &Value) -> Value {
        self.get(&self.made(client)).json()
    }

    pub(crate) fn path_of(&self, id: &str) -> String {
        let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
        format!("{}/{id}", self.version.clients_path())
    }

    pub(crate) fn get(&self, id: &str) -> Reply {
        self.send("GET", &self.path_of(id), "")
    }

    /// A list call with a query, such as `?owner=x`.
    pub(crate) fn list(&self, query: &str) -> Reply {
        self.send(
            "GET",
            &format!("{}{query}", self.version.clients_path()),
            "",
        )
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

/// A real server, with cheap hashes.
pub(crate) struct Real {
    pub(crate) server: Server,
    version: Version,
}

impl Real {
    pub(crate) fn start(release: Release, dsn: Option<String>) -> Result<Self, Missing> {
        let options = Options {
            dsn,
            env: vec![
                ("OAUTH2_HASHERS_BCRYPT_COST", "8".to_owned()),
                ("OAUTH2_HASHERS_PBKDF2_ITERATIONS", "1".to_owned()),
            ],
            socket: false,
        };
        Ok(Self {
            server: Server::start(release, options)?,
            version: release.version().parse().unwrap(),
        })
    }

    pub(crate) fn target(&self) -> Target {
        Target {
            http: Http::new(),
            admin: self.server.admin_url(),
            public: self.server.public_url(),
            version: self.version,
            _sandbox: None,
        }
    }
}
