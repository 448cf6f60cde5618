//! `doctor` ends with the code that `apply` ends with, whatever is wrong.

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::connections::doctor::{self, setup_before, state};
use crate::support::key::Key;
use crate::support::program;
use crate::support::proxy::{Fault, json as answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[
    ("one_thing_is_wrong", one),
    ("two_things_are_wrong", two),
    ("nobody_is_let_in", refused),
    ("nothing_is_to_be_generated", nothing),
];

/// What can be wrong: words, and the code that follows. `K` stands for a good key.
const FAULTS: &[(&[&str], i32)] = &[
    (&["manifests", "K"], 0),
    (&["manifests", "--allow-plaintext-secrets"], 0),
    (&["invalid", "K"], 3),
    (&["nowhere", "K"], 3),
    (&["manifests", "--pgp-key-file", "sign.asc"], 6),
    (&["manifests", "--pgp-key-file", "no.asc"], 6),
    (&["manifests", "K", "--allow-plaintext-secrets"], 64),
    (&["manifests"], 6),
    (&["manifests", "K", "--endpoint", "ftp://h"], 64),
    (&["manifests", "K", "--endpoint", "http://localhost:1"], 5),
    (
        &["manifests", "K", "--endpoint", "unix:///no/admin.sock"],
        5,
    ),
    (&["manifests", "K", "--ca-cert", "no.pem"], 64),
    (&["manifests", "K", "--ca-cert", "sign.asc"], 64),
    (&["manifests", "K", "--access-token-file", "no"], 64),
    (&["manifests", "K", "--header", "Host: h"], 64),
    (&["manifests", "K", "--public-url", "h"], 64),
    (&["manifests", "K", "--public-url", "http://localhost:1"], 0),
    (&["manifests", "K", "--secrets-out", "no/s.jsonl"], 6),
    (&["manifests", "K", "--secrets-out", "diary"], 6),
    (&["manifests", "K", "--secrets-out", "invalid"], 6),
    (&["manifests", "K", "--secrets-out", "/dev/full"], 6),
    (&["manifests", "K", "--secrets-out", "torn.jsonl"], 0),
    (&["manifests", "K", "--secrets-out", "broken.jsonl"], 6),
    (&["manifests", "--secrets-out", "broken.jsonl"], 6),
];

fn setup() -> Setup {
    let setup = doctor::setup();
    fill(&setup);
    setup
}

fn fill(setup: &Setup) {
    setup
        .folder
        .write("invalid/client.yaml", "redirect_uri: x\n");
    setup.folder.write("sign.asc", Key::signing().public());
    setup.folder.write("diary", "dear diary\n");
    setup.folder.write("torn.jsonl", "{\"format\":1,\"cli");
    setup
        .folder
        .write("broken.jsonl.journal", "{\"journal\":1}\nnonsense\n");
}

/// Runs `doctor` and then `apply` with the same words.
#[track_caller]
fn agree(setup: &Setup, words: &[&str], code: i32) {
    let words: Vec<&str> = words
        .iter()
        .flat_map(|word| match *word {
            "K" => vec!["--pgp-key-file", "key.asc"],
            word => vec![word],
        })
        .collect();
    let run = |command: &str| {
        let mut program = setup.program(&[command, "--fail-after", "300ms"]);
        program::run(program.args(&words))
    };
    let before = state(&setup.folder);
    let doctor = run("doctor");
    assert_eq!(state(&setup.folder), before, "{words:?}: {doctor}");
    let apply = run("apply");
    assert_eq!(doctor.code, Some(code), "{words:?}: {doctor}\n---\n{apply}");
    assert_eq!(apply.code, Some(code), "{words:?}: {apply}");
}

fn one() -> Result<(), Missing> {
    for (words, code) in FAULTS {
        agree(&setup(), words, *code);
    }
    Ok(())
}

/// The one that an apply comes to first decides.
fn two() -> Result<(), Missing> {
    for (words, code) in [
        (&["invalid", "--pgp-key-file", "sign.asc"][..], 3),
        (&["invalid", "K", "--endpoint", "ftp://h"], 3),
        (
            &[
                "manifests",
                "--pgp-key-file",
                "sign.asc",
                "--endpoint",
                "ftp://h",
            ],
            6,
        ),
        (
            &[
                "manifests",
                "K",
                "--endpoint",
                "ftp://h",
                "--secrets-out",
                "diary",
            ],
            64,
        ),
        (&["manifests", "--endpoint", "http://localhost:1"], 5),
        (
            &[
                "manifests",
                "K",
                "--endpoint",
                "http://localhost:1",
                "--secrets-out",
                "diary",
            ],
            5,
        ),
        (&["manifests", "--secrets-out", "diary"], 6),
    ] {
        agree(&setup(), words, code);
    }
    Ok(())
}

fn refused() -> Result<(), Missing> {
    let refusal = answer("403 Forbidden", "{}");
    let target = Target::sandbox(Version::default());
    let setup = setup_before(target, move |_| Fault::Answer(refusal.clone()));
    fill(&setup);
    agree(&setup, &["manifests", "K"], 5);
    agree(&setup, &["manifests"], 5);
    agree(&setup, &["manifests", "--pgp-key-file", "sign.asc"], 6);
    Ok(())
}

/// Then the secrets file is none of an apply's business, unless a run left something beside it.
fn nothing() -> Result<(), Missing> {
    let setup = setup();
    setup.target.create(&json!({"client_id": "a"}));
    agree(&setup, &["manifests"], 0);
    for path in ["no/s.jsonl", "diary", "invalid", "/dev/full"] {
        agree(&setup, &["manifests", "K", "--secrets-out", path], 0);
    }
    agree(&setup, &["manifests", "--secrets-out", "broken.jsonl"], 6);
    Ok(())
}
