//! The hook of pre-commit and the variables of direnv.

use serde_json::json;

use super::forge::{text, yaml};
use crate::support::hydra::Release;
use crate::support::program::{self, Ended};
use crate::support::requirement::{Missing, is_installed};
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("a_commit_of_an_invalid_manifest_is_refused", hook),
    ("the_variables_lead_to_the_hydra_on_this_machine", variables),
];

/// The hook as it is, but for the program, which is built already.
fn hook() -> Result<(), Missing> {
    for tool in ["git", "pre-commit"] {
        if !is_installed(tool, "--version") {
            return Err(Missing(format!("`{tool}` is needed to commit with hooks")));
        }
    }
    let folder = Workspace::new();
    let run = |program: &str, words: &[&str]| -> Ended {
        let mut command = program::command(program, folder.path());
        program::run(command.args(words))
    };
    run("git", &["init", "--quiet"]).says(0, &[]);
    let mut hooks = yaml(".pre-commit-hooks.yaml");
    for hook in hooks.as_array_mut().unwrap() {
        hook["language"] = json!("system");
        let entry = hook["entry"].as_str().unwrap();
        assert!(entry.starts_with("hydra-gitops "), "{entry}");
        hook["entry"] = json!(entry.replacen("hydra-gitops", program::PATH, 1));
    }
    let config = json!({"repos": [{"repo": "local", "hooks": hooks}]});
    folder.write(".pre-commit-config.yaml", config.to_string());
    folder.write("manifests/a.yaml", "client_id: a\n");
    folder.write("manifests/notes.txt", "not a manifest\n");
    folder.write("other.yaml", "services: {}\n");
    run("git", &["add", "--all"]).says(0, &[]);
    run("pre-commit", &["run"]).says(0, &["validate OAuth2 clients", "Passed"]);
    // What is not staged does not count.
    folder.write("manifests/a.yaml", "client_id: a\nredirect_uri: x\n");
    run("pre-commit", &["run"]).says(0, &["Passed"]);
    run("git", &["add", "--all"]).says(0, &[]);
    run("pre-commit", &["run"]).says(1, &["error[unknown-field]", "manifests/a.yaml:2:1"]);
    // One client in two files.
    folder.write("manifests/a.yaml", "client_id: a\n");
    folder.write("manifests/b.yml", "client_id: a\n");
    run("git", &["add", "--all"]).says(0, &[]);
    run("pre-commit", &["run"]).says(1, &["manifests/b.yml", "Failed"]);
    Ok(())
}

/// As direnv reads them: by bash, with functions of its own.
fn variables() -> Result<(), Missing> {
    if !is_installed("bash", "--version") {
        return Err(Missing("`bash` is needed to read the variables".to_owned()));
    }
    let target = Target::real(Release::V2, None)?;
    let folder = Workspace::new();
    folder.clients(&["a"]);
    let own = text("examples/direnv/.envrc").replace("http://127.0.0.1:4445", &target.url());
    folder.write(".envrc", own);
    let functions = "source_env_if_exists() { [ ! -f \"$1\" ] || . \"$1\"; }";
    let script = format!("{functions}; . ./.envrc; exec \"$@\"");
    let words = [
        "-euo",
        "pipefail",
        "-c",
        &script,
        "bash",
        program::PATH,
        "plan",
    ];
    let plan = || program::run(program::command("bash", folder.path()).args(words));
    plan().says(0, &["plan: 1 to create"]);
    // What is one's own wins.
    folder.write(".envrc.local", "export HYDRA_ADMIN_URL=nonsense\n");
    plan().says(64, &["HYDRA_ADMIN_URL"]);
    let set = text("examples/direnv/.envrc");
    let set = set.lines().filter_map(|line| line.strip_prefix("export "));
    let set: Vec<_> = set.filter_map(|line| line.split('=').next()).collect();
    assert_eq!(set, ["HYDRA_ADMIN_URL", "HYDRA_PUBLIC_URL"]);
    Ok(())
}
