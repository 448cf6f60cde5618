//! The two command lines, each before a Hydra of its own, of the version of Ory's.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
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
    /// Those of v1.11.10, whose commands stand behind `clients`.
    pub(crate) fn of_v1() -> Result<Self, Missing> {
        Self::start(Release::V1, &["clients"])
    }

    /// Those of v2.3.0.
    pub(crate) fn of_v2() -> Result<Self, Missing> {
        Self::start(Release::V2, &[])
    }

    fn start(release: Release, first: &'static [&'static str]) -> Result<Self, Missing> {
        let theirs = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("hydra");
        let theirs = theirs.join(format!("hydra-{release}"));
        Ok(Self {
            // The server's program is the command line as well; starting one builds it.
            theirs: CommandLine::start(release, theirs, first)?,
            ours: CommandLine::start(release, program::PATH.into(), &[])?,
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
        self.both(|side| side.run(self.folder.path(), env, words))
    }

    /// Runs both with the same words, and this file as standard input.
    pub(crate) fn run_on(&self, stdin: &str, words: &[&str]) -> (Seen, Seen) {
        self.both(|side| {
            let stdin = File::open(self.folder.file(stdin)).unwrap();
            side.run_on(stdin.into(), self.folder.path(), &[], words)
        })
    }

    fn both(&self, run: impl Fn(&CommandLine) -> Seen + Sync) -> (Seen, Seen) {
        thread::scope(|scope| {
            let theirs = scope.spawn(|| run(&self.theirs));
            let ours = run(&self.ours);
            (theirs.join().unwrap(), ours)
        })
    }
}

impl CommandLine {
    fn start(
        release: Release,
        program: PathBuf,
        first: &'static [&'static str],
    ) -> Result<Self, Missing> {
        Ok(Self {
            program,
            first,
            setup: Setup::before(Target::real(release, None)?, |_| Fault::Pass),
        })
    }

    /// Runs the command line, and tells what was seen of it.
    pub(crate) fn run(&self, folder: &Path, env: &[(&str, &str)], words: &[&str]) -> Seen {
        self.run_on(Stdio::null(), folder, env, words)
    }

    fn run_on(&self, stdin: Stdio, folder: &Path, env: &[(&str, &str)], words: &[&str]) -> Seen {
        let before = self.setup.requests();
        let url = self.setup.url();
        let env = env
            .iter()
            .map(|(name, value)| (name, value.replace("ENDPOINT", &url)));
        let mut command = program::command(self.program.to_str().unwrap(), folder);
        command
            .env("HYDRA_ADMIN_URL", &url)
            .env("ORY_SDK_URL", &url)
            .stdin(stdin)
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
