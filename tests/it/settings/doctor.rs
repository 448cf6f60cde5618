//! `doctor` says where each value comes from.

use super::{FOUND, command, folder};
use crate::support::program::run;
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[("it_names_the_source_of_each_value", sources)];

fn sources() -> Result<(), Missing> {
    let text = "[defaults]\nparallelism = 2\nfail-after = \"1s\"\n[environments.dev]\nrequest-timeout = \"5s\"\n[environments.dev.vars]\nn = 1\n";
    let folder = folder(FOUND, text);
    let mut program = command(
        &folder,
        "doctor --sandbox --environment dev --fail-after 2s --allow-plaintext-secrets manifests",
    );
    let ended = run(program.env("HYDRA_GITOPS_PARALLELISM", "3"));
    ended.says(
        0,
        &[
            "`hydra-gitops.toml` was found in the working folder",
            "the environment is `dev`",
            "`fail-after` comes from the command line",
            "`sandbox` comes from the command line",
            "`parallelism` comes from `HYDRA_GITOPS_PARALLELISM`",
            "`request-timeout` comes from `hydra-gitops.toml:5:1` (environment `dev`)",
            "`vars.n` comes from `hydra-gitops.toml:7:1` (environment `dev`)",
            "`secrets-out` comes from the environment `dev`",
            "`client-secrets.dev.jsonl` does not exist",
        ],
    );
    let mut program = command(&folder, "doctor --output json --config hydra-gitops.toml");
    let secret = [
        ("HYDRA_ADMIN_URL", "http://127.0.0.1:1"),
        ("OAUTH2_ACCESS_TOKEN", "hunter2"),
    ];
    let ended = run(program.envs(secret));
    let object = ended.json();
    let checks = object["checks"].as_array().unwrap().iter();
    let said: Vec<&str> = checks
        .filter(|check| check["check"] == "settings")
        .map(|check| check["message"].as_str().unwrap())
        .collect();
    for line in [
        "`hydra-gitops.toml` is used because it was named",
        "`endpoint` comes from `HYDRA_ADMIN_URL`",
        "`access-token` comes from `OAUTH2_ACCESS_TOKEN`",
        "`parallelism` comes from `hydra-gitops.toml:2:1` (defaults)",
    ] {
        assert!(said.contains(&line), "{line}: {said:#?}");
    }
    assert!(!ended.to_string().contains("hunter2"), "{ended}");
    Ok(())
}
