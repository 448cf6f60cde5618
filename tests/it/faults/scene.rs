//! A Hydra, a proxy before it that breaks things, and a folder to run the program in.

use std::process::Command;

use hydra_gitops::sandbox::Version;

use crate::support::program::{self, Ended};
use crate::support::proxy::{Fault, Proxy, Request};
use crate::support::target::Target;
use crate::support::workspace::{SECRETS, Workspace};

/// A Hydra behind a proxy, and a folder.
pub(crate) struct Scene {
    pub(crate) target: Target,
    pub(crate) proxy: Proxy,
    pub(crate) folder: Workspace,
}

impl Scene {
    /// A sandbox behind a proxy that does as `script` says.
    pub(crate) fn new(script: impl Fn(&Request) -> Fault + Send + Sync + 'static) -> Self {
        Self::before(Target::sandbox(Version::default()), script)
    }

    /// That Hydra behind a proxy.
    pub(crate) fn before(
        target: Target,
        script: impl Fn(&Request) -> Fault + Send + Sync + 'static,
    ) -> Self {
        Self {
            proxy: Proxy::start(&target.url(), Box::new(script)),
            folder: Workspace::new(),
            target,
        }
    }

    /// The address of the proxy.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.proxy.address())
    }

    /// `apply`, secrets in clear, with these further words.
    pub(crate) fn apply(&self, more: &[&str]) -> Ended {
        self.run(self.applying(more).args(["--allow-plaintext-secrets"]))
    }

    /// `apply` without a word on secrets, ready to run.
    pub(crate) fn applying(&self, more: &[&str]) -> Command {
        let mut command = self.program("apply");
        if !more.contains(&"--fail-after") {
            command.args(["--fail-after", "5s"]);
        }
        command.args(more);
        command
    }

    /// `secrets recover` with these further words.
    pub(crate) fn recover(&self, more: &[&str]) -> Ended {
        self.run(self.program("secrets").arg("recover").args(more))
    }

    /// A command that speaks to the proxy and tells all it does.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut program = program::program(self.folder.path());
        program
            .env("HYDRA_ADMIN_URL", self.url())
            .env("RUST_LOG", "trace")
            .arg(name);
        program
    }

    /// The same, started by a shell that first does as `script` says.
    pub(crate) fn program_after(&self, script: &str, words: &[&str]) -> Command {
        let mut shell = program::command("sh", self.folder.path());
        shell
            .env("HYDRA_ADMIN_URL", self.url())
            .env("RUST_LOG", "trace")
            .args([
                "-c",
                &format!("{script}; exec \"$0\" \"$@\""),
                program::PATH,
            ])
            .args(words);
        shell
    }

    /// Runs a command, and asserts that it said no secret and only ever read and created.
    #[track_caller]
    pub(crate) fn run(&self, command: &mut Command) -> Ended {
        let ended = program::run(command);
        self.check(&ended);
        ended
    }

    /// Asserts what holds of every run.
    #[track_caller]
    pub(crate) fn check(&self, ended: &Ended) {
        for request in self.proxy.requests() {
            assert!(matches!(&*request.method, "GET" | "POST"), "{request:?}");
            if let Some(secret) = request.member("client_secret") {
                self.is_unsaid(ended, &secret);
            }
        }
    }

    /// Asserts that a word was not said, not even to the log.
    #[track_caller]
    pub(crate) fn is_unsaid(&self, ended: &Ended, word: &str) {
        let said = ended.stdout.contains(word) || ended.stderr.contains(word);
        assert!(!said, "`{word}` was said: {ended}\n{}", ended.stderr);
    }

    /// How often somebody tried to create a client of that id.
    pub(crate) fn posts(&self, id: &str) -> usize {
        let requests = self.proxy.requests();
        let posts = requests.iter().filter(|request| request.creates());
        posts
            .filter(|request| request.member("client_id").as_deref() == Some(id))
            .count()
    }

    /// Asserts that these clients exist once each, and no others.
    #[track_caller]
    pub(crate) fn has_clients(&self, ids: &[&str]) {
        let clients = self.target.clients();
        let mut found: Vec<_> = clients
            .iter()
            .map(|client| client["client_id"].as_str().unwrap())
            .collect();
        found.sort_unstable();
        assert_eq!(found, ids);
    }

    /// Asserts that the last record of the client has its real secret, and whether it is confirmed.
    #[track_caller]
    pub(crate) fn has_secret(&self, id: &str, confirmed: bool) {
        let record = self.folder.record(id);
        let record = record.unwrap_or_else(|| panic!("no record of {id}"));
        let secret = record["client_secret"].as_str().unwrap();
        assert!(self.target.accepts(id, secret), "{record}");
        assert_eq!(record.get("unconfirmed").is_none(), confirmed, "{record}");
    }

    /// Asserts that the folder holds the secrets file and nothing else that a run could leave.
    #[track_caller]
    pub(crate) fn is_tidy(&self) {
        assert_eq!(self.folder.files(), [SECRETS]);
    }

    /// Asserts that no run left anything, or created a client.
    #[track_caller]
    pub(crate) fn is_untouched(&self) {
        self.is_untouched_but(&[]);
    }

    /// The same, where the folder holds these files.
    #[track_caller]
    pub(crate) fn is_untouched_but(&self, files: &[&str]) {
        assert_eq!(self.folder.files(), files);
        assert!(
            self.proxy
                .requests()
                .iter()
                .all(|request| !request.creates())
        );
    }
}
