//! The Hydras that a suite runs against: the sandbox of any version, and real ones.

use std::net::{Ipv4Addr, SocketAddr};

use hydra_gitops::sandbox::{Sandbox, Settings, Version};
use serde_json::Value;

use crate::support::ask;
use crate::support::hydra::{Options, Release, Server};
use crate::support::requirement::Missing;

/// A running Hydra.
pub(crate) struct Target {
    hydra: Hydra,
    /// The path of its clients.
    clients: &'static str,
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
            clients: version.clients_path(),
        }
    }

    /// A real server, in memory or with a database.
    pub(crate) fn real(release: Release, dsn: Option<String>) -> Result<Self, Missing> {
        // What is asked of it is not how long it takes to hash.
        let env = vec![
            ("OAUTH2_HASHERS_BCRYPT_COST", "8".to_owned()),
            ("OAUTH2_HASHERS_PBKDF2_ITERATIONS", "1".to_owned()),
        ];
        let options = Options {
            dsn,
            env,
            ..Options::default()
        };
        let clients = match release {
            Release::V1 => "/clients",
            Release::V2_1 | Release::V2 => "/admin/clients",
        };
        let hydra = Hydra::Real(Server::start(release, options)?);
        Ok(Self { hydra, clients })
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
        self.clients
    }

    /// All clients.
    pub(crate) fn clients(&self) -> Vec<Value> {
        ask::list(&self.url(), self.clients)
    }

    /// Creates a client, as somebody else would.
    pub(crate) fn create(&self, client: &Value) {
        ask::create(&self.url(), self.clients, client);
    }

    /// Whether the secret is the client's own.
    pub(crate) fn accepts(&self, id: &str, secret: &str) -> bool {
        ask::accepts(&self.public_url(), id, secret)
    }
}
