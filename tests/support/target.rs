//! The Hydras that tests run against: the sandbox of any version, and real ones.

use std::net::{Ipv4Addr, SocketAddr};

use hydra_gitops::sandbox::{Sandbox, Settings, Version};
use serde_json::Value;
use uuid::Uuid;

use super::ask;
use super::hydra::{Options, Release, Server};
use super::requirement::Missing;

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

    /// A real server with cheap hashes, in memory or with a database.
    pub(crate) fn real(release: Release, dsn: Option<String>) -> Result<Self, Missing> {
        let options = Options {
            dsn,
            ..Options::default()
        };
        Self::real_with(release, options)
    }

    /// The same, started with these options.
    pub(crate) fn real_with(release: Release, mut options: Options) -> Result<Self, Missing> {
        for (name, cost) in [
            ("OAUTH2_HASHERS_BCRYPT_COST", "8"),
            ("OAUTH2_HASHERS_PBKDF2_ITERATIONS", "1"),
        ] {
            options.env.push((name, cost.to_owned()));
        }
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

    /// Creates a client, as somebody else would.
    pub(crate) fn create(&self, client: &Value) {
        ask::create(&self.clients_url(), client);
    }

    /// Whether the secret is the client's own.
    pub(crate) fn accepts(&self, id: &str, secret: &str) -> bool {
        ask::accepts(&self.public_url(), id, secret)
    }
}

/// A name that nobody else uses.
pub(crate) fn fresh(prefix: &str) -> String {
    format!("{prefix}-{}", Uuid::new_v4())
}
