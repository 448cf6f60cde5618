//! `doctor` ends with the code that `apply` ends with, whatever is wrong.

use std::process::Command;

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::connections::doctor::{Room, state};
use crate::support::key::Key;
use crate::support::program;
use crate::support::proxy::{Fault, json as answer};
use crate::support::requirement::Missing;
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

fn room() -> Room {
    let room = Room::sandbox();
    fill(&room);
    room
}

fn fill(room: &Room) {
    room.folder
        .write("invalid/client.yaml", "redirect_uri: x\n");
    room.folder.write("sign.asc", Key::signing().public());
    room.folder.write("diary", "dear diary\n");
    room.folder.write("torn.jsonl", "{\"format\":1,\"cli");
    room.folder
        .write("broken.jsonl.journal", "{\"journal\":1}\nnonsense\n");
}

/// Runs `doctor` and then `apply` with the same words.
#[track_caller]
fn agree(room: &Room, words: &[&str], code: i32) {
    let words: Vec<&str> = words
        .iter()
        .flat_map(|word| match *word {
            "K" => vec!["--pgp-key-file", "key.asc"],
            word => vec![word],
        })
        .collect();
    let run = |command: &str| {
        let mut program: Command = program::program(room.folder.path());
        program
            .env(
                "HYDRA_ADMIN_URL",
                format!("http://{}", room.front.address()),
            )
            .args([command, "--fail-after", "300ms"])
            .args(&words);
        program::run(&mut program)
    };
    let before = state(&room.folder);
    let doctor = run("doctor");
    assert_eq!(state(&room.folder), before, "{words:?}: {doctor}");
    let apply = run("apply");
    assert_eq!(doctor.code, Some(code), "{words:?}: {doctor}\n---\n{apply}");
    assert_eq!(apply.code, Some(code), "{words:?}: {apply}");
}

fn one() -> Result<(), Missing> {
    for (words, code) in FAULTS {
        agree(&room(), words, *code);
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
        agree(&room(), words, code);
    }
    Ok(())
}

fn refused() -> Result<(), Missing> {
    let refusal = answer("403 Forbidden", "{}");
    let target = Target::sandbox(Version::default());
    let room = Room::behind(target, move |_| Fault::Answer(refusal.clone()));
    fill(&room);
    agree(&room, &["manifests", "K"], 5);
    agree(&room, &["manifests"], 5);
    agree(&room, &["manifests", "--pgp-key-file", "sign.asc"], 6);
    Ok(())
}

/// Then the secrets file is none of an apply's business, unless a run left something beside it.
fn nothing() -> Result<(), Missing> {
    let room = room();
    room.target.create(&json!({"client_id": "a"}));
    agree(&room, &["manifests"], 0);
    for path in ["no/s.jsonl", "diary", "invalid", "/dev/full"] {
        agree(&room, &["manifests", "K", "--secrets-out", path], 0);
    }
    agree(&room, &["manifests", "--secrets-out", "broken.jsonl"], 6);
    Ok(())
}
