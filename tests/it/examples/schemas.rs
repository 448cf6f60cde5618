//! The files are what their schemas say, and keep what no schema says.

use std::path::Path;

use serde_json::{Value, json};

use super::forge::{text, yaml};
use crate::support::program::{command, run};
use crate::support::requirement::{Missing, is_installed};
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("each_file_is_as_its_schema_says", schemas),
    ("pre_commit_reads_the_hooks", hooks),
    ("no_expression_is_part_of_a_script", scripts),
    ("permissions_are_stated", permissions),
];

const GITHUB: &[&str] = &[
    "examples/github/pull-request.yml",
    "examples/github/merge.yml",
];

fn schemas() -> Result<(), Missing> {
    if !is_installed("check-jsonschema", "--version") {
        return Err(Missing(
            "`check-jsonschema` is needed for the schemas of CI files".to_owned(),
        ));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let check = |schema: &str, file: &Path| {
        let mut check = command("check-jsonschema", root);
        run(check.args(["--builtin-schema", schema]).arg(file))
    };
    for (schema, file) in [
        ("vendor.github-actions", "action.yml"),
        ("vendor.github-workflows", GITHUB[0]),
        ("vendor.github-workflows", GITHUB[1]),
        ("vendor.gitlab-ci", "examples/gitlab/.gitlab-ci.yml"),
    ] {
        check(schema, Path::new(file)).says(0, &[]);
        // The judge is awake.
        let folder = crate::support::workspace::Workspace::new();
        let wrong = text(file)
            .replacen("  stage: ", "  stag: ", 1)
            .replacen("runs-on:", "run-on:", 1);
        folder.write(
            "wrong.yml",
            wrong.replacen("using: composite", "using: nothing", 1),
        );
        check(schema, &folder.file("wrong.yml")).says(1, &[]);
    }
    Ok(())
}

fn hooks() -> Result<(), Missing> {
    if !is_installed("pre-commit", "--version") {
        return Err(Missing(
            "`pre-commit` is needed to read its hooks".to_owned(),
        ));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut check = command("pre-commit", root);
    run(check.args(["validate-manifest", ".pre-commit-hooks.yaml"])).says(0, &[]);
    Ok(())
}

/// Each script of a file, with its step.
fn steps(value: &Value) -> Vec<&Value> {
    let own = value.get("run").is_some().then_some(value);
    let below: Vec<&Value> = match value {
        Value::Object(members) => members.values().flat_map(steps).collect(),
        Value::Array(items) => items.iter().flat_map(steps).collect(),
        _ => Vec::new(),
    };
    own.into_iter().chain(below).collect()
}

/// What an expression stands for would be run. Scripts get it in variables.
fn scripts() -> Result<(), Missing> {
    let mut found = 0;
    for file in [GITHUB, &["action.yml"]].concat() {
        let file = yaml(file);
        for step in steps(&file) {
            if let Some(script) = step["run"].as_str() {
                assert!(!script.contains("${{"), "{script}");
                found += 1;
            }
        }
    }
    assert!(found > 5, "{found}");
    Ok(())
}

fn permissions() -> Result<(), Missing> {
    let none = json!({});
    let read = json!({"contents": "read"});
    let comment = json!({"contents": "read", "pull-requests": "write"});
    let commit = json!({"contents": "write", "pull-requests": "read"});
    for (file, jobs) in [
        (GITHUB[0], vec![("validate", read), ("plan", comment)]),
        (GITHUB[1], vec![("apply", commit)]),
    ] {
        let workflow = yaml(file);
        assert_eq!(workflow["permissions"], none);
        assert_eq!(workflow["jobs"].as_object().unwrap().len(), jobs.len());
        for (name, wanted) in jobs {
            let job = &workflow["jobs"][name];
            assert_eq!(job["permissions"], wanted, "{file} {name}");
            let checkout = &job["steps"][0];
            assert_eq!(
                checkout["with"]["persist-credentials"], false,
                "{file} {name}"
            );
        }
        // Which would run with secrets for forks.
        assert!(!text(file).contains("pull_request_target"));
    }
    let merge = yaml(GITHUB[1]);
    assert_eq!(merge["concurrency"]["cancel-in-progress"], false);
    assert_eq!(merge["jobs"]["apply"]["environment"], "hydra");
    Ok(())
}
