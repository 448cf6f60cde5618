//! The two command lines, each before a Hydra v1.11.10 of its own.

use std::path::{Path, PathBuf};
use std::thread;

use percent_encoding::NON_ALPHANUMERIC;
use serde_json::Value;

use crate::original::seen::Seen;
use crate::support::hydra::Release;
use crate::support::program;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::target::Target;
use crate::support::workspace::Workspace;

/// Ory's command line and ours, in one folder.
pub(crate) struct CommandLines {
    pub(crate) theirs: CommandLine,
    pub(crate) ours: CommandLine,
    pub(crate) folder: Workspace,
}

/// A command line and the Hydra it speaks to.
pub(crate) struct CommandLine {
    program: PathBuf,
    /// The words between the program's name and those of a case.
    first: &'static [&'static str],
    pub(crate) setup: Setup,
}

impl CommandLines {
    pub(crate) fn start() -> Result<Self, Missing> {
        let theirs = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("hydra");
        Ok(Self {
            // The server's program is the command line as well; starting one builds it.
            theirs: CommandLine::start(theirs.join("hydra-v1.11.10"), &["clients"])?,
            ours: CommandLine::start(program::PATH.into(), &[])?,
            folder: Workspace::new(),
        })
    }

    /// Removes all clients.
    pub(crate) fn clear(&self) {
        for target in self.targets() {
            target.ids().iter().for_each(|id| target.delete(id));
        }
    }

    /// Creates a client in both Hydras, as somebody else would.
    pub(crate) fn create(&self, client: &Value) {
        for target in self.targets() {
            target.create(client);
        }
    }

    fn targets(&self) -> [&Target; 2] {
        [&self.theirs, &self.ours].map(|side| &*side.setup.target)
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

impl CommandLine {
    fn start(program: PathBuf, first: &'static [&'static str]) -> Result<Self, Missing> {
        Ok(Self {
            program,
            first,
            setup: Setup::before(Target::real(Release::V1, None)?, |_| Fault::Pass),
        })
    }

    /// Runs the command line, and tells what was seen of it.
    pub(crate) fn run(&self, folder: &Path, env: &[(&str, &str)], words: &[&str]) -> Seen {
        let before = self.setup.requests();
        let url = self.setup.url();
        let env = env
            .iter()
            .map(|(name, value)| (name, value.replace("ENDPOINT", &url)));
        let mut command = program::command(self.program.to_str().unwrap(), folder);
        command
            .env("HYDRA_ADMIN_URL", &url)
            .envs(env)
            .args(self.first)
            .args(words.iter().map(|word| word.replace("ENDPOINT", &url)));
        let ended = program::run(&mut command);
        let requests = self.setup.proxy.requests().split_off(before);
        Seen::new(&ended, &requests, self.setup.target.clients())
    }

    /// Asserts that Hydra takes the secret, where the client authenticates by HTTP Basic.
    #[track_caller]
    pub(crate) fn accepts(&self, seen: &Seen, id: &str, secret: &str) {
        let is_it = |client: &&Value| client["client_id"] == id;
        let client = seen.stored.iter().find(is_it).unwrap();
        if client["token_endpoint_auth_method"] == "client_secret_basic" {
            let id = percent_encoding::utf8_percent_encode(id, NON_ALPHANUMERIC).to_string();
            let target = &self.setup.target;
            assert!(target.accepts(&id, secret), "{seen:#?}");
            assert!(!target.accepts(&id, "another"), "{seen:#?}");
        }
    }
}
