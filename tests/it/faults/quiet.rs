//! Full success leaves standard error empty where that is asked for; what is in doubt is said all
//! the same.

use std::process::Command;

use serde_json::json;

use crate::support::program::{Ended, run};
use crate::support::proxy::{Fault, json as in_json};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("success_with_warnings_says_nothing", success),
    ("warnings_come_with_a_failure", failure),
    ("doubts_are_never_silenced", doubts),
    ("create_says_nothing_on_success_to_a_script", script),
];

/// A manifest that is warned of, and flags that are.
fn setup() -> Setup {
    let setup = Setup::new(|_| Fault::Pass);
    let manifest = "client_id: a/b\nlogo_uri: x:y\n";
    setup.folder.write("manifests/a.yaml", manifest);
    setup
}

fn program(setup: &Setup, words: &[&str]) -> Command {
    let mut program = setup.program(words);
    program.env_remove("RUST_LOG");
    program
}

const USELESS: &str = "--skip-tls-verify";
const IN_CLEAR: &str = "--allow-plaintext-secrets";

fn success() -> Result<(), Missing> {
    let setup = setup();
    setup.folder.write("b.json", r#"{"client_id": "c/d"}"#);
    for (words, total) in [
        (&["validate"][..], "validate: 1 client, 0 errors"),
        (&["plan", USELESS], "plan: 1 to create"),
        (
            &["plan", USELESS, "--detailed-exitcode"],
            "plan: 1 to create",
        ),
        (&["apply", "--yes", USELESS, IN_CLEAR], "apply: 1 created"),
        (
            &["apply", "--yes", USELESS, IN_CLEAR, "--output", "json"],
            "\"created\": 0",
        ),
        (
            &["create", USELESS, "--id", "x/y", "--secret", "hunter2"],
            "ID: x/y",
        ),
        (
            &[
                "create", USELESS, "--id", "z", "--secret", "hunter2", "--format", "json",
            ],
            "\"z\"",
        ),
        (
            &["import", USELESS, "b.json"],
            "import: 1 created, 0 skipped, 0 failed",
        ),
        (&["secrets", "list"], "secrets: 1 recorded"),
        (&["secrets", "recover", USELESS], "nothing to recover"),
        (&["secrets", "check", USELESS], "check: 1 line, 0 problems"),
        (&["doctor", "manifests", USELESS], "doctor: "),
    ] {
        let ended = run(program(&setup, words).arg("--quiet"));
        let is_done = matches!(ended.code, Some(0 | 2)) && ended.stdout.contains(total);
        assert!(is_done, "{words:?}: {ended}");
        assert_eq!(ended.stderr, "", "{words:?}");
    }
    // Without it there are warnings.
    let ended = run(&mut program(&setup, &["plan", USELESS]));
    ended.says(
        0,
        &[
            "warning[awkward-client-id]: the id contains a `/`",
            "warning: `--skip-tls-verify`",
        ],
    );
    Ok(())
}

fn failure() -> Result<(), Missing> {
    let setup = setup();
    let said = |ended: &Ended| {
        assert_ne!(ended.code, Some(0), "{ended}");
        assert!(ended.stderr.contains("warning"), "{ended}");
    };
    // Nobody could open the secret.
    said(&run(&mut program(
        &setup,
        &["apply", "--yes", USELESS, "-q"],
    )));
    setup.target.create(&json!({"client_id": "x"}));
    said(&run(&mut program(
        &setup,
        &["create", "--id", "x", USELESS, "-q"],
    )));
    setup.folder.write("b.json", r#"{"client_id": "x"}"#);
    said(&run(&mut program(
        &setup,
        &["import", "b.json", USELESS, "-q"],
    )));
    setup.folder.write("manifests/b.yaml", "client_idd: x\n");
    said(&run(&mut program(&setup, &["validate", "-q"])));
    Ok(())
}

/// A create whose answer is about another client: whose secret it is, nobody knows.
fn doubts() -> Result<(), Missing> {
    let setup = Setup::new(|request| match request.creates() && request.number == 1 {
        true => Fault::Instead(in_json("201 Created", r#"{"client_id":"other"}"#)),
        false => Fault::Pass,
    });
    let create = ["create", "--id", "a", "--quiet", USELESS];
    let ended = run(&mut program(&setup, &create));
    let doubt = "`a` was created, but could not verify that this is its secret";
    assert!(ended.stderr.contains(doubt), "{ended}");
    let line = r#"{"format":1,"client_id":"x"#;
    setup.folder.write("client-secrets.jsonl", line);
    setup.folder.clients(&["c"]);
    let ended = run(&mut program(
        &setup,
        &["apply", "--yes", IN_CLEAR, "--quiet"],
    ));
    ended.says(0, &["1 created"]);
    assert!(ended.stderr.contains("torn"), "{ended}");
    assert!(!ended.stderr.contains("in plaintext"), "{ended}");
    Ok(())
}

fn script() -> Result<(), Missing> {
    let setup = setup();
    let words = ["create", "--id", "x/y", "--secret", "hunter2", USELESS];
    let ended = run(&mut program(&setup, &words));
    ended.says(0, &["OAuth 2.0 Client ID: x/y"]);
    assert_eq!(ended.stderr, "");
    let ended = run(program(&setup, &words)
        .args(["--verbose", "--id", "z"])
        .env("RUST_LOG", "off"));
    assert!(ended.stderr.contains(USELESS), "{ended}");
    let ended = run(&mut program(&setup, &words));
    ended.says(1, &["warning: `--skip-tls-verify`", "exists already"]);
    Ok(())
}
