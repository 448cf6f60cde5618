//! A server to work on, and a folder to work in.

use std::path::Path;
use std::sync::Arc;

use hydra_gitops::sandbox::Version;
use serde_json::Value;

use crate::support::http::{self, JSON};
use crate::support::program::{self, Ended, program};
use crate::support::target::Target;
use crate::support::workspace::Workspace;

/// A server, and a folder of the test's own.
pub(crate) struct Site {
    pub(crate) target: Arc<Target>,
    pub(crate) folder: Workspace,
}

impl Site {
    pub(crate) fn new(target: impl Into<Arc<Target>>) -> Self {
        Self {
            target: target.into(),
            folder: Workspace::new(),
        }
    }

    pub(crate) fn version(&self) -> Version {
        self.target.version
    }

    pub(crate) fn url(&self) -> String {
        self.target.url()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the one manifest file that `plan` and `apply` read.
    pub(crate) fn manifest(&self, clients: &Value) {
        let clients = clients.to_string();
        self.folder.write("manifests/clients.json", clients);
    }

    /// Runs a command on this server, in this folder.
    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        let connection = ["--endpoint", &self.url(), "--fail-after", "20s"];
        self.run_bare(&[words, &connection].concat())
    }

    /// Runs a command that speaks to no server, in this folder.
    pub(crate) fn run_bare(&self, words: &[&str]) -> Ended {
        program::run(program(self.folder()).args(words))
    }

    /// Applies, and sees to it that nothing failed.
    pub(crate) fn apply(&self) -> Value {
        let run = self.run(&["apply", "--allow-plaintext-secrets", "--output", "json"]);
        assert_eq!(run.code, Some(0), "{run:?}");
        run.json()
    }

    /// Plans, and gives the JSON.
    pub(crate) fn plan(&self, words: &[&str]) -> Value {
        let run = self.run(&[&["plan", "--output", "json"], words].concat());
        assert_eq!(run.code, Some(0), "{run:?}");
        run.json()
    }

    /// What Hydra reports of a client, asked without the program.
    pub(crate) fn stored(&self, id: &str) -> Value {
        let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
        let url = format!("{}/{id}", self.target.clients_url());
        let reply = http::send("GET", &url, &[], "");
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }

    /// Creates a client without the program, and returns what Hydra answers.
    pub(crate) fn create(&self, client: &Value) -> Value {
        let url = self.target.clients_url();
        let reply = http::send("POST", &url, &[JSON], &client.to_string());
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()
    }
}
