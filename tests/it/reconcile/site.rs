//! A server to work on, and a folder to work in.

use std::fs;
use std::path::{Path, PathBuf};

use hydra_gitops::sandbox::{Sandbox, Settings, Version};
use serde_json::Value;
use tempfile::TempDir;

use crate::reconcile::tool::Run;
use crate::support::hydra::{Options, Release, Server};
use crate::support::requirement::Missing;

/// A server, and a folder of the test's own.
pub(crate) struct Site {
    pub(crate) admin: String,
    pub(crate) public: String,
    pub(crate) version: Version,
    folder: TempDir,
    _sandbox: Option<Sandbox>,
}

impl Site {
    /// A fresh sandbox.
    pub(crate) fn sandbox(version: Version) -> Self {
        let listen = ([127, 0, 0, 1], 0).into();
        let sandbox = Sandbox::start(Settings {
            listen,
            version,
            store: None,
        })
        .unwrap();
        Self {
            admin: sandbox.url().to_owned(),
            public: sandbox.url().to_owned(),
            version,
            folder: tempfile::tempdir().unwrap(),
            _sandbox: Some(sandbox),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the one manifest file that `plan` and `apply` read.
    pub(crate) fn manifest(&self, clients: &Value) {
        self.file("manifests/clients.json", &clients.to_string());
    }

    pub(crate) fn file(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs a command on this server, in this folder.
    pub(crate) fn run(&self, words: &[&str]) -> Run {
        let connection = ["--endpoint", &self.admin, "--fail-after", "20s"];
        Run::new(self.folder.path(), &[words, &connection].concat())
    }

    /// Runs a command that speaks to no server, in this folder.
    pub(crate) fn run_bare(&self, words: &[&str]) -> Run {
        Run::new(self.folder.path(), words)
    }

    /// Applies, and sees to it that nothing failed.
    pub(crate) fn apply(&self) -> Value {
        let run = self.run(&["apply", "--allow-plaintext-secrets", "--output", "json"]);
        assert_eq!(run.code, 0, "{run:?}");
        run.json()
    }

    /// Plans, and gives the JSON.
    pub(crate) fn plan(&self, words: &[&str]) -> Value {
        let run = self.run(&[&["plan", "--output", "json"], words].concat());
        assert_eq!(run.code, 0, "{run:?}");
        run.json()
    }

    /// Where the clients are.
    pub(crate) fn clients_url(&self) -> String {
        format!("{}{}", self.admin, self.version.clients_path())
    }

    /// What Hydra reports of a client, asked without the tool.
    pub(crate) fn stored(&self, id: &str) -> Value {
        let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
        let (status, body) = crate::reconcile::tool::http(
            "GET",
            &format!("{}/{id}", self.clients_url()),
            None,
            None,
        );
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Creates a client without the tool, and returns what Hydra answers.
    pub(crate) fn create(&self, client: &Value) -> Value {
        let body = client.to_string();
        let (status, body) = crate::reconcile::tool::http(
            "POST",
            &self.clients_url(),
            Some(("application/json", &body)),
            None,
        );
        assert_eq!(status, 201, "{body}");
        serde_json::from_str(&body).unwrap()
    }
}

/// A name that nobody else uses.
pub(crate) fn fresh(prefix: &str) -> String {
    format!("{prefix}-{}", uuid::Uuid::new_v4())
}

/// A real server, with cheap hashes.
pub(crate) struct Real {
    server: Server,
    version: Version,
}

impl Real {
    pub(crate) fn start(release: Release, dsn: Option<String>) -> Result<Self, Missing> {
        let env = vec![
            ("OAUTH2_HASHERS_BCRYPT_COST", "8".to_owned()),
            ("OAUTH2_HASHERS_PBKDF2_ITERATIONS", "1".to_owned()),
        ];
        let server = Server::start(
            release,
            Options {
                dsn,
                env,
                socket: false,
            },
        )?;
        Ok(Self {
            server,
            version: release.version().parse().unwrap(),
        })
    }

    pub(crate) fn site(&self) -> Site {
        Site {
            admin: self.server.admin_url(),
            public: self.server.public_url(),
            version: self.version,
            folder: tempfile::tempdir().unwrap(),
            _sandbox: None,
        }
    }
}
