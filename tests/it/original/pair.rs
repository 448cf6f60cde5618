//! The two command lines, each before a Hydra v1.11.10 of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;

use percent_encoding::NON_ALPHANUMERIC;
use serde_json::Value;
use tempfile::TempDir;

use crate::original::seen::Seen;
use crate::support::ask;
use crate::support::http;
use crate::support::hydra::{Options, Release, Server};
use crate::support::program::{self, Ended};
use crate::support::proxy::{Fault, Proxy};
use crate::support::requirement::Missing;

/// Ory's command line and ours.
pub(crate) struct Pair {
    pub(crate) theirs: Side,
    pub(crate) ours: Side,
    folder: TempDir,
}

/// A command line and the Hydra it speaks to.
pub(crate) struct Side {
    program: PathBuf,
    /// The words between the program's name and those of a case.
    first: &'static [&'static str],
    server: Server,
    proxy: Proxy,
}

impl Pair {
    pub(crate) fn start() -> Result<Self, Missing> {
        let theirs = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("hydra");
        Ok(Self {
            // The server's program is the command line as well; starting one builds it.
            theirs: Side::start(theirs.join("hydra-v1.11.10"), &["clients"])?,
            ours: Side::start(program::PATH.into(), &[])?,
            folder: tempfile::tempdir().unwrap(),
        })
    }

    /// Removes all clients.
    pub(crate) fn clear(&self) {
        self.theirs.clear();
        self.ours.clear();
    }

    /// Writes a file that both can read.
    pub(crate) fn file(&self, name: &str, content: &str) {
        std::fs::write(self.folder.path().join(name), content).unwrap();
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Creates a client in both Hydras, as somebody else would.
    pub(crate) fn create(&self, client: &Value) {
        for side in [&self.theirs, &self.ours] {
            ask::create(&side.clients_url(), client);
        }
    }

    /// Runs both with the same words.
    pub(crate) fn run(&self, words: &[&str]) -> (Seen, Seen) {
        self.run_in(&[], words)
    }

    /// Runs both with the same words and environment.
    pub(crate) fn run_in(&self, env: &[(&str, &str)], words: &[&str]) -> (Seen, Seen) {
        let folder = self.folder.path();
        thread::scope(|scope| {
            let theirs = scope.spawn(|| self.theirs.run(folder, env, words));
            let ours = self.ours.run(folder, env, words);
            (theirs.join().unwrap(), ours)
        })
    }
}

impl Side {
    fn start(program: PathBuf, first: &'static [&'static str]) -> Result<Self, Missing> {
        let env = vec![("OAUTH2_HASHERS_BCRYPT_COST", "8".to_owned())];
        let options = Options {
            env,
            ..Options::default()
        };
        let server = Server::start(Release::V1, options)?;
        let proxy = Proxy::start(&server.admin_url(), Box::new(|_| Fault::Pass));
        Ok(Self {
            program,
            first,
            server,
            proxy,
        })
    }

    /// Runs the command line, and tells what was seen of it.
    pub(crate) fn run(&self, folder: &Path, env: &[(&str, &str)], words: &[&str]) -> Seen {
        let before = self.proxy.requests().len();
        let url = format!("http://{}", self.proxy.address());
        let words = words.iter().map(|word| word.replace("ENDPOINT", &url));
        let mut command = program::command(self.program.to_str().unwrap(), folder);
        command
            .env("HYDRA_ADMIN_URL", &url)
            .envs(
                env.iter()
                    .map(|(name, value)| (name, value.replace("ENDPOINT", &url))),
            )
            .args(self.first)
            .args(words)
            .stdin(Stdio::null());
        let ended: Ended = program::run(&mut command);
        let mut requests = self.proxy.requests();
        requests.drain(..before);
        Seen::new(&ended, &requests, self.clients())
    }

    fn clients_url(&self) -> String {
        // Where v1.11 has its clients.
        self.server.admin_url() + "/clients"
    }

    pub(crate) fn clients(&self) -> Vec<Value> {
        ask::list(&self.clients_url())
    }

    /// Asserts that Hydra takes the secret, where the client authenticates by HTTP Basic.
    #[track_caller]
    pub(crate) fn accepts(&self, seen: &Seen, id: &str, secret: &str) {
        let is_it = |client: &&Value| client["client_id"] == id;
        let client = seen.stored.iter().find(is_it).unwrap();
        if client["token_endpoint_auth_method"] == "client_secret_basic" {
            let id = percent_encoding::utf8_percent_encode(id, NON_ALPHANUMERIC).to_string();
            let public = self.server.public_url();
            assert!(ask::accepts(&public, &id, secret), "{seen:#?}");
            assert!(!ask::accepts(&public, &id, "another"), "{seen:#?}");
        }
    }

    pub(crate) fn public_url(&self) -> String {
        self.server.public_url()
    }

    fn clear(&self) {
        for client in self.clients() {
            let id = client["client_id"].as_str().unwrap();
            let path = percent_encoding::utf8_percent_encode(id, NON_ALPHANUMERIC);
            let url = format!("{}/{path}", self.clients_url());
            let answer = http::send("DELETE", &url, &[], "");
            assert_eq!(answer.status, 204, "{}", answer.body);
        }
    }
}
