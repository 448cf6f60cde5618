//! A repository with an origin, somebody who works in it, and the tools that a runner has.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::age;
use crate::support::hydra::Release;
use crate::support::program;
use crate::support::proxy::{Fault, Request};
use crate::support::requirement::{Missing, is_installed};
use crate::support::setup::Setup;
use crate::support::target::Target;
use crate::support::workspace::last_record;

const TOOLS: &[(&str, &str)] = &[
    ("gh", include_str!("fakes/gh")),
    ("curl", include_str!("fakes/curl")),
    ("hydra-gitops", include_str!("fakes/hydra-gitops")),
];

pub(super) struct Forge {
    pub(super) setup: Setup,
    pub(super) ann: age::Identity,
}

/// The text of a file of this repository.
pub(super) fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The YAML of a file of this repository.
pub(super) fn yaml(path: &str) -> Value {
    let parsed = serde_norway::from_str(&text(path));
    parsed.unwrap_or_else(|error| panic!("{path}: {error}"))
}

impl Forge {
    /// A real Hydra behind a proxy that does as `script` says, and a repository whose main branch has
    /// one manifest, of a client that exists.
    pub(super) fn new(
        script: impl Fn(&Request) -> Fault + Send + Sync + 'static,
    ) -> Result<Self, Missing> {
        for tool in ["bash", "git", "jq"] {
            if !is_installed(tool, "--version") {
                return Err(Missing(format!("`{tool}` is needed to run what CI runs")));
            }
        }
        age::require()?;
        let target = Target::real(Release::V2, None)?;
        let setup = Setup::before(target, script).without_log();
        let ann = age::generate(&setup.folder, "ann.txt");
        let forge = Self { setup, ann };
        forge.install();
        forge.found();
        Ok(forge)
    }

    fn install(&self) {
        for (name, text) in TOOLS {
            let name = format!("bin/{name}");
            self.setup.folder.write(&name, text);
            let path = self.path(&name);
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        self.setup.folder.write("forge/pulls.json", "{}");
    }

    fn found(&self) {
        let folder = self.setup.folder.path();
        for words in [
            &[
                "init",
                "--quiet",
                "--bare",
                "--initial-branch=main",
                "origin.git",
            ][..],
            // What the servers of GitHub and GitLab allow.
            &[
                "-C",
                "origin.git",
                "config",
                "uploadpack.allowAnySHA1InWant",
                "true",
            ],
            &[
                "-C",
                "origin.git",
                "config",
                "receive.advertisePushOptions",
                "true",
            ],
            &["clone", "--quiet", "origin.git", "author"],
            &["-C", "author", "checkout", "--quiet", "-b", "main"],
        ] {
            let mut git = self.command("git", folder);
            program::run(git.args(words)).says(0, &[]);
        }
        self.setup.target.create(&json!({"client_id": "old"}));
        self.write("manifests/old.yaml", "client_id: old\n");
        self.write("recipients.txt", &format!("{}\n", self.ann.recipient));
        self.commit("the first client");
        self.git(&["push", "--quiet", "origin", "main"]);
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.setup.folder.file(name)
    }

    /// A program as it runs on a runner: with these tools before all others, and files that a group
    /// may write.
    pub(super) fn command(&self, program: &str, folder: &Path) -> Command {
        let mut command = program::command("sh", folder);
        let path = std::env::var("PATH").unwrap_or_default();
        let bin = self.path("bin");
        command
            .args(["-c", "umask 002; exec \"$0\" \"$@\"", program])
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("FORGE", self.path("forge"))
            .env("PROGRAM_UNDER_TEST", program::PATH)
            .env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }

    /// Runs git as the author of changes.
    #[track_caller]
    pub(super) fn git(&self, words: &[&str]) -> String {
        let mut git = self.command("git", &self.path("author"));
        git.args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]);
        let ended = program::run(git.args(words));
        ended.says(0, &[]);
        ended.stdout.trim().to_owned()
    }

    /// Writes a file of the repository.
    pub(super) fn write(&self, name: &str, text: &str) {
        self.setup.folder.write(&format!("author/{name}"), text);
    }

    pub(super) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    /// Begins a branch at the origin's main branch.
    pub(super) fn branch(&self, name: &str) {
        self.git(&["fetch", "--quiet", "origin"]);
        self.git(&["checkout", "--quiet", "-B", name, "origin/main"]);
    }

    /// Merges what is checked out into the origin's main branch, and gives the commit.
    pub(super) fn merged(&self, reference: &str) -> String {
        self.git(&["fetch", "--quiet", "origin"]);
        let branch = self.git(&["branch", "--show-current"]);
        self.git(&["checkout", "--quiet", "--detach", "origin/main"]);
        self.git(&["merge", "--quiet", "--no-ff", "--no-edit", &branch]);
        self.git(&[
            "push",
            "--quiet",
            "--force",
            "origin",
            &format!("HEAD:{reference}"),
        ]);
        let commit = self.git(&["rev-parse", "HEAD"]);
        self.git(&["checkout", "--quiet", &branch]);
        commit
    }

    /// Merges the pull request, as the forge does, and gives the commit.
    pub(super) fn merge(&self) -> String {
        let commit = self.merged("refs/heads/main");
        let pull = json!([{"number": 1, "iid": 1, "state": "merged", "merged_at": "2026-11-29"}]);
        let pulls = json!({ &commit: pull });
        self.setup
            .folder
            .write("forge/pulls.json", pulls.to_string());
        commit
    }

    /// The text of a file in the origin's main branch; `None` where there is none.
    pub(super) fn on_main(&self, path: &str) -> Option<String> {
        let mut git = self.command("git", &self.path("origin.git"));
        let ended = program::run(git.args(["show", &format!("main:{path}")]));
        (ended.code == Some(0)).then_some(ended.stdout)
    }

    /// The files in the origin's main branch.
    pub(super) fn files_on_main(&self) -> Vec<String> {
        let mut git = self.command("git", &self.path("origin.git"));
        let ended = program::run(git.args(["ls-tree", "-r", "--name-only", "main"]));
        ended.stdout.lines().map(str::to_owned).collect()
    }

    /// What the comments say.
    pub(super) fn comments(&self) -> Vec<String> {
        let text = self.setup.folder.read("forge/comments.json");
        let comments: Vec<Value> = serde_json::from_str(&text).unwrap_or_default();
        let body = |comment: &Value| comment["body"].as_str().unwrap().to_owned();
        comments.iter().map(body).collect()
    }

    /// Comments of others, who repeat what ours say.
    pub(super) fn others_comment(&self, comments: &Value) {
        self.setup
            .folder
            .write("forge/comments.json", comments.to_string());
    }

    /// Which commands of the program ran since the last look, with their tokens.
    pub(super) fn ran(&self) -> Vec<String> {
        let ran = self.setup.folder.read("forge/ran");
        self.setup.folder.write("forge/ran", "");
        ran.lines().map(str::to_owned).collect()
    }

    /// Lets somebody push to the main branch while `apply` runs.
    pub(super) fn push_during_apply(&self) {
        self.branch("meanwhile");
        self.write("elsewhere.txt", "something else\n");
        self.commit("something else");
        let author = self.path("author");
        let push = format!(
            "git -C '{}' push --quiet origin meanwhile:main\n",
            author.display()
        );
        self.setup.folder.write("forge/meanwhile", push);
    }

    /// A Hydra to whom the creates of `wiki` get through, and end the program that sends them.
    pub(super) fn deadly() -> Result<Self, Missing> {
        let number = Arc::<OnceLock<PathBuf>>::default();
        let of_script = Arc::clone(&number);
        let forge = Self::new(move |request| {
            let is_wiki = request.member("client_id").as_deref() == Some("wiki");
            if !request.creates() || !is_wiki {
                return Fault::Pass;
            }
            let number = fs::read_to_string(of_script.get().unwrap()).unwrap();
            let number = Pid::from_raw(number.trim().parse().unwrap()).unwrap();
            kill_process(number, Signal::KILL).unwrap();
            Fault::Lose
        })?;
        number.set(forge.path("forge/pid")).unwrap();
        Ok(forge)
    }

    /// Asserts that the origin has the secret of the client, in both forms, and that it is right.
    #[track_caller]
    pub(super) fn has_secret(&self, id: &str) {
        let lines = self.on_main("secrets/clients.jsonl").unwrap();
        let record =
            last_record(&lines, id).unwrap_or_else(|| panic!("no record of {id}: {lines}"));
        let sealed = record["age_encrypted_client_secret"].as_str().unwrap();
        assert!(
            self.setup.target.accepts(id, &self.ann.open(sealed)),
            "{id}"
        );
        let sops = format!("secrets/sops/{id}.sops.yaml");
        assert!(self.on_main(&sops).unwrap().contains("CLIENT_SECRET: ENC["));
    }
}
