//! Runs a job of GitHub Actions: each script by bash, our action step by step, checkouts by git.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::forge::{Forge, yaml};
use super::scope::Scope;
use crate::support::program::{self, Ended};
use crate::support::workspace::Workspace;

const ACTION: &str = "example-org/hydra-gitops@";

/// A runner with one job, and nothing left of any other.
pub(super) struct Runner<'f> {
    forge: &'f Forge,
    place: Workspace,
    scope: Scope,
    /// The scripts that ran, by the names of their steps.
    pub(super) ran: Vec<(String, Ended)>,
    /// The folders that were uploaded.
    pub(super) uploaded: Vec<String>,
}

impl<'f> Runner<'f> {
    /// A runner for a workflow at this commit, whose event has these values.
    pub(super) fn new(forge: &'f Forge, commit: &str, event: &[(&str, &str)]) -> Self {
        let mut scope = Scope::default();
        for (name, value) in [
            ("github.sha", commit),
            ("github.token", "token-of-the-job"),
            ("github.ref", "refs/heads/main"),
            ("github.repository", "shop/clients"),
            ("vars.HYDRA_ADMIN_URL", &forge.setup.url()),
            ("vars.HYDRA_PUBLIC_URL", &forge.setup.target.public_url()),
            ("secrets.HYDRA_READ_TOKEN", "token-to-read"),
            ("secrets.HYDRA_TOKEN", "token-to-create"),
        ] {
            scope.set(name, value);
        }
        for (name, value) in event {
            scope.set(name, value);
        }
        let place = Workspace::new();
        for folder in ["work", "temp"] {
            fs::create_dir(place.file(folder)).unwrap();
        }
        Self {
            forge,
            place,
            scope,
            ran: Vec::new(),
            uploaded: Vec::new(),
        }
    }

    /// Runs the job; whether it succeeded, or nothing where its `if` leaves it out.
    pub(super) fn job(&mut self, workflow: &Value, name: &str) -> Option<bool> {
        let job = &workflow["jobs"][name];
        for (name, value) in self.scope.members(&workflow["env"]) {
            self.scope.set(&format!("env.{name}"), &value);
        }
        if !self.scope.allows(&job["if"]) {
            return None;
        }
        let mut scope = self.scope.clone();
        let env = scope.members(&workflow["env"]);
        self.steps(&job["steps"], &mut scope, &env);
        Some(!scope.failed)
    }

    /// How the script of a step ended.
    #[track_caller]
    pub(super) fn step(&self, name: &str) -> &Ended {
        let step = self.ran.iter().rfind(|(step, _)| step == name);
        let names: Vec<_> = self.ran.iter().map(|(name, _)| name).collect();
        &step
            .unwrap_or_else(|| panic!("`{name}` did not run: {names:?}"))
            .1
    }

    /// The summary of the job.
    pub(super) fn summary(&self) -> String {
        self.place.read("temp/summary")
    }

    /// Asserts that nothing in the log is a token.
    #[track_caller]
    pub(super) fn says_no_token(&self) {
        for (name, ended) in &self.ran {
            let said = [&ended.stdout, &ended.stderr];
            assert!(
                !said.iter().any(|text| text.contains("token-")),
                "{name}: {ended}"
            );
        }
    }

    fn steps(&mut self, steps: &Value, scope: &mut Scope, env: &[(String, String)]) {
        for step in steps.as_array().unwrap() {
            if !scope.allows(&step["if"]) {
                continue;
            }
            let with = scope.members(&step["with"]);
            let env = [env, &scope.members(&step["env"])].concat();
            let (succeeded, outputs) = match step["uses"].as_str() {
                Some(uses) if uses.starts_with(ACTION) => self.action(&with, &env),
                Some(uses) if uses.starts_with("actions/checkout@") => {
                    (self.check_out(&with, scope), Vec::new())
                }
                Some(uses) if uses.starts_with("actions/upload-artifact@") => {
                    let path = with.iter().find(|(name, _)| name == "path").unwrap();
                    self.uploaded.push(path.1.clone());
                    (true, Vec::new())
                }
                Some(uses) => panic!("`{uses}` is not known here"),
                None => self.script(step, &env),
            };
            if let Some(id) = step["id"].as_str() {
                let outcome = if succeeded { "success" } else { "failure" };
                scope.set(&format!("steps.{id}.outcome"), outcome);
                for (name, value) in outputs {
                    scope.set(&format!("steps.{id}.outputs.{name}"), &value);
                }
            }
            scope.failed |= !succeeded;
        }
    }

    /// Our own action: its steps see its inputs, and nothing of the job but the environment.
    fn action(&mut self, with: &[(String, String)], env: &[(String, String)]) -> Outcome {
        let action = yaml("action.yml");
        let mut scope = Scope::default();
        for (name, input) in action["inputs"].as_object().unwrap() {
            let value = with.iter().rfind(|(given, _)| given == name);
            let value = value.map(|(_, value)| value.as_str());
            let value = value.or(input["default"].as_str());
            let value = value.unwrap_or_else(|| panic!("no input `{name}`"));
            scope.set(&format!("inputs.{name}"), value);
        }
        for (name, _) in with {
            assert!(
                action["inputs"].get(name).is_some(),
                "there is no input `{name}`"
            );
        }
        // What GitHub's machines would build is built already.
        if scope.values["inputs.binary"].is_empty() {
            let folder = self.place.file("temp/hydra-gitops/bin");
            fs::create_dir_all(&folder).unwrap();
            let program = self.forge.path("bin/hydra-gitops");
            fs::copy(program, folder.join("hydra-gitops")).unwrap();
        }
        self.steps(&action["runs"]["steps"], &mut scope, env);
        let outputs = action["outputs"].as_object().unwrap().iter();
        let value = |output: &Value| scope.expand(output["value"].as_str().unwrap());
        let outputs = outputs.map(|(name, output)| (name.clone(), value(output)));
        (!scope.failed, outputs.collect())
    }

    /// As `actions/checkout` does it: one commit, or as many as are asked for.
    fn check_out(&self, with: &[(String, String)], scope: &Scope) -> bool {
        let given = |name: &str| with.iter().rfind(|(given, _)| given == name);
        let given = |name: &str| given(name).map(|(_, value)| value.as_str());
        let path = self.work().join(given("path").unwrap_or("."));
        fs::create_dir_all(&path).unwrap();
        let origin = format!("file://{}", self.forge.path("origin.git").display());
        let depth = given("fetch-depth").unwrap_or("1");
        let (source, checkout) = match given("ref") {
            None => (
                scope.values["github.sha"].clone(),
                vec!["--detach", "FETCH_HEAD"],
            ),
            Some(name) => {
                let source = format!("+refs/heads/{name}:refs/remotes/origin/{name}");
                (source, vec!["-B", name, "FETCH_HEAD"])
            }
        };
        for words in [
            vec!["init", "--quiet"],
            vec!["remote", "add", "origin", &origin],
            vec!["fetch", "--quiet", "--depth", depth, "origin", &source],
            [vec!["checkout", "--quiet"], checkout].concat(),
        ] {
            let mut git = self.forge.command("git", &path);
            program::run(git.args(words)).says(0, &[]);
        }
        true
    }

    fn script(&mut self, step: &Value, env: &[(String, String)]) -> Outcome {
        let script = step["run"].as_str().unwrap();
        self.place.write("temp/script", script);
        self.place.write("temp/output", "");
        let folder = step["working-directory"].as_str().unwrap_or(".");
        let mut bash = self.forge.command("bash", &self.work().join(folder));
        bash.args(["-euo", "pipefail"])
            .arg(self.place.file("temp/script"))
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_REPOSITORY", &self.scope.values["github.repository"])
            .env("GITHUB_SHA", &self.scope.values["github.sha"])
            .env("GITHUB_WORKSPACE", self.work())
            .env("GITHUB_ACTION_PATH", env!("CARGO_MANIFEST_DIR"))
            .env("GITHUB_OUTPUT", self.place.file("temp/output"))
            .env("GITHUB_STEP_SUMMARY", self.place.file("temp/summary"))
            .env("RUNNER_TEMP", self.place.file("temp"))
            .envs(env.iter().map(|(name, value)| (name, value)));
        let ended = program::run(&mut bash);
        let succeeded = ended.code == Some(0);
        let name = step["name"].as_str().unwrap_or_default();
        self.ran.push((name.to_owned(), ended));
        let output = self.place.read("temp/output");
        let outputs = output.lines().map(|line| {
            let (name, value) = line.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        (succeeded, outputs.collect())
    }

    pub(super) fn work(&self) -> PathBuf {
        self.place.path().join(Path::new("work"))
    }
}

/// Whether a step succeeded, and its outputs.
type Outcome = (bool, Vec<(String, String)>);
