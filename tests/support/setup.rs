//! A Hydra, a proxy before it that breaks things, and a folder to run the program in.

use std::process::Command;
use std::sync::Arc;

use hydra_gitops::sandbox::Version;
use serde_json::Value;

use super::forward::Forward;
use super::program::{self, Ended};
use super::proxy::{Fault, Proxy, Request};
use super::relay::Relay;
use super::target::{NOWHERE, Target};
use super::way::Way;
use super::workspace::{SECRETS, Workspace};

/// A Hydra behind a proxy, and a folder.
pub(crate) struct Setup {
    pub(crate) target: Arc<Target>,
    pub(crate) proxy: Proxy,
    pub(crate) folder: Workspace,
    logs: bool,
    pub(crate) way: Way,
    pub(crate) forward: Option<Forward>,
    pub(super) socket: Option<Relay>,
}

impl Setup {
    /// A sandbox behind a proxy that does as `script` says.
    pub(crate) fn new(script: impl Fn(&Request) -> Fault + Send + Sync + 'static) -> Self {
        Self::before(Target::sandbox(Version::default()), script)
    }

    /// That Hydra behind a proxy. The program logs everything it does.
    pub(crate) fn before(
        target: impl Into<Arc<Target>>,
        script: impl Fn(&Request) -> Fault + Send + Sync + 'static,
    ) -> Self {
        let target = target.into();
        Self::behind(Proxy::start(&target.url(), Box::new(script)), target)
    }

    /// That Hydra behind that proxy.
    pub(super) fn behind(proxy: Proxy, target: Arc<Target>) -> Self {
        Self {
            target,
            proxy,
            folder: Workspace::new(),
            logs: true,
            way: Way::Http,
            forward: None,
            socket: None,
        }
    }

    /// The same, without the log.
    pub(crate) fn without_log(mut self) -> Self {
        self.logs = false;
        self
    }

    /// Takes Hydra away.
    pub(crate) fn stop(&self) {
        self.proxy.lead_to(NOWHERE);
    }

    /// Replaces Hydra by an empty sandbox at the same address.
    pub(crate) fn start_again(&mut self, version: Version) {
        self.stop();
        self.target = Target::sandbox(version).into();
        self.proxy.lead_to(&self.target.url());
    }

    /// The address of the proxy.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.proxy.address())
    }

    /// A command that speaks to the proxy.
    pub(crate) fn program(&self, words: &[&str]) -> Command {
        let mut program = program::program(self.folder.path());
        self.prepare(&mut program).args(words);
        program
    }

    /// The same, started by a shell that first does as `script` says.
    pub(crate) fn program_after(&self, script: &str, words: &[&str]) -> Command {
        let mut shell = program::command("sh", self.folder.path());
        let script = format!("{script}; exec \"$0\" \"$@\"");
        self.prepare(&mut shell)
            .args(["-c", &script, program::PATH])
            .args(words);
        shell
    }

    fn prepare<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        if self.logs {
            command.env("RUST_LOG", "trace");
        }
        command.env("HYDRA_ADMIN_URL", self.url())
    }

    /// `apply`, secrets in clear, with these further words.
    pub(crate) fn apply(&self, more: &[&str]) -> Ended {
        self.run(self.applying(more).args(["--allow-plaintext-secrets"]))
    }

    /// `apply` without a word on secrets, ready to run.
    pub(crate) fn applying(&self, more: &[&str]) -> Command {
        let mut command = self.program(&["apply"]);
        if !more.contains(&"--fail-after") {
            command.args(["--fail-after", "5s"]);
        }
        command.args(more);
        command
    }

    /// `secrets recover` with these further words.
    pub(crate) fn recover(&self, more: &[&str]) -> Ended {
        self.run(self.program(&["secrets", "recover"]).args(more))
    }

    /// Runs a command, and asserts that it said no secret and only ever read and created.
    #[track_caller]
    pub(crate) fn run(&self, command: &mut Command) -> Ended {
        let ended = program::run(command);
        self.check(&ended);
        ended
    }

    /// Runs a command on Hydra itself, whose connections stay open, unlike the proxy's.
    pub(crate) fn run_direct(&self, words: &[&str]) -> Ended {
        let connection = ["--endpoint", &self.target.url(), "--fail-after", "20s"];
        self.run_offline(&[words, &connection].concat())
    }

    /// Runs a command that is given no address.
    pub(crate) fn run_offline(&self, words: &[&str]) -> Ended {
        program::run(program::program(self.folder.path()).args(words))
    }

    /// Applies on Hydra itself, asserts that nothing failed, and gives the report.
    #[track_caller]
    pub(crate) fn applied(&self) -> Value {
        let words = ["apply", "--allow-plaintext-secrets", "--output", "json"];
        let ended = self.run_direct(&words);
        ended.says(0, &[]).json()
    }

    /// Plans on Hydra itself, and gives the plan.
    #[track_caller]
    pub(crate) fn plan(&self, more: &[&str]) -> Value {
        let ended = self.run_direct(&[&["plan", "--output", "json"], more].concat());
        ended.says(0, &[]).json()
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

    /// How many requests there were so far.
    pub(crate) fn requests(&self) -> usize {
        self.proxy.requests().len()
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
        assert_eq!(self.target.ids(), ids);
    }

    /// Whether the last record of the client has its real secret.
    #[track_caller]
    pub(crate) fn is_recorded(&self, id: &str) -> bool {
        let record = self.folder.record(id);
        let record = record.unwrap_or_else(|| panic!("no record of {id}"));
        let secret = record["client_secret"].as_str().unwrap();
        self.target.accepts(id, secret)
    }

    /// Asserts that the last record of the client has its real secret, and whether it is confirmed.
    #[track_caller]
    pub(crate) fn has_secret(&self, id: &str, confirmed: bool) {
        assert!(self.is_recorded(id), "{id}");
        let record = self.folder.record(id).unwrap();
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
        let requests = self.proxy.requests();
        assert!(!requests.iter().any(Request::creates));
    }
}
