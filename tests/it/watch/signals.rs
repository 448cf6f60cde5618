//! Ctrl-C, SIGTERM and SIGHUP.

use std::io::pipe;

use rustix::process::Signal;

use crate::support::key::Key;
use crate::support::program::Running;
use crate::support::proxy::{Fault, Gate};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::watch::stage::{Stage, Watching, until};

pub(crate) const TESTS: Tests = &[
    ("where_nothing_is_pending_they_are_no_failure", idle),
    ("the_first_finishes_what_was_sent", first),
    ("the_second_ends_at_once_and_nothing_is_lost", second),
    ("a_reader_that_sleeps_stops_nothing", unread),
    ("while_hydra_is_away_they_end_at_once", away),
    ("a_hang_up_reads_keys_anew", reload),
    ("a_hang_up_reads_the_token_anew", token),
];

fn idle() -> Result<(), Missing> {
    for signal in [Signal::INT, Signal::TERM] {
        let stage = Stage::new();
        stage.folder.clients(&["a"]);
        let watching = stage.watch(&[]);
        watching.running.signal(signal);
        watching.running.wait().says(0, &[]);
        assert_eq!(stage.folder.files(), ["client-secrets.jsonl"]);
    }
    Ok(())
}

/// Watches a folder whose two creates wait for their answers.
fn held(gate: &Gate) -> (Stage, Watching) {
    let held = gate.clone();
    let stage = Stage::with(
        hydra_gitops::sandbox::Version::default(),
        move |request| match request.creates() {
            true => Fault::HoldAnswer(held.clone()),
            false => Fault::Pass,
        },
    );
    let watching = stage.watch(&["--parallelism", "1"]);
    stage.folder.clients(&["a", "b"]);
    stage
        .proxy
        .wait_for(|seen| seen.iter().any(|request| request.creates()));
    (stage, watching)
}

fn first() -> Result<(), Missing> {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let gate = Gate::default();
        let (stage, watching) = held(&gate);
        watching.running.signal(signal);
        watching.running.wait_until_says("stopping: ");
        gate.open();
        watching.running.wait().says(code, &["\"created\""]);
        // What was sent is recorded, and nothing else was sent.
        assert_eq!(stage.ids().len(), 1);
        assert!(stage.has_secret(&stage.ids()[0]));
        assert_eq!(stage.folder.files(), ["client-secrets.jsonl"]);
    }
    Ok(())
}

fn second() -> Result<(), Missing> {
    let gate = Gate::default();
    let (stage, watching) = held(&gate);
    watching.running.signal(Signal::TERM);
    watching.running.wait_until_says("stopping: ");
    watching.running.signal(Signal::TERM);
    watching.running.wait().says(143, &[]);
    gate.open();
    assert!(
        stage
            .folder
            .files()
            .contains(&"client-secrets.jsonl.journal".to_owned())
    );
    let direct = stage.target().url();
    let words = ["--public-url", direct.as_str()];
    let watching = stage.watch(&words);
    assert_eq!(stage.ids(), ["a", "b"]);
    assert!(stage.has_secret("a") && stage.has_secret("b"));
    let ended = watching.end();
    ended.says(0, &["recovered the secret"]);
    assert_eq!(stage.folder.files(), ["client-secrets.jsonl"]);
    Ok(())
}

/// More events than fit into a pipe.
fn unread() -> Result<(), Missing> {
    let stage = Stage::new();
    let ids: Vec<String> = (0..600).map(|number| format!("c{number}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    stage.folder.clients(&ids);
    let (reader, writer) = pipe().unwrap();
    let running = Running::start(stage.watching(&[]).stdout(writer));
    until("all clients", || stage.ids().len() == ids.len());
    stage
        .folder
        .write("manifests/late.yaml", "client_id: late\n");
    until("one more", || stage.ids().len() == ids.len() + 1);
    running.signal(Signal::TERM);
    let ended = running.wait();
    assert!(matches!(ended.code, Some(0 | 143)), "{ended}");
    assert!(
        ended.stderr.contains("not all events were written"),
        "{ended}"
    );
    assert!(stage.has_secret("late"));
    assert_eq!(stage.folder.files(), ["client-secrets.jsonl"]);
    drop(reader);
    Ok(())
}

fn away() -> Result<(), Missing> {
    let mut stage = Stage::new();
    stage.folder.clients(&["a"]);
    stage.stop();
    let mut watching = Watching::start(&mut stage.watching(&[]));
    watching.next("hydra-down");
    watching.running.signal(Signal::INT);
    let ended = watching.running.wait();
    ended.says(130, &[]);
    assert!(ended.took.as_secs() < 5, "{:?}", ended.took);
    Ok(())
}

fn reload() -> Result<(), Missing> {
    let stage = Stage::new();
    let (old, new) = (Key::new(), Key::new());
    stage.folder.write("key.asc", old.public());
    let mut command = stage.program();
    command.args(["watch", "--output", "json", "--pgp-key-file", "key.asc"]);
    let mut watching = Watching::start(&mut command);
    watching.next("idle");
    let create = |watching: &mut Watching, id: &str| -> String {
        let text = format!("client_id: {id}\n");
        stage.folder.write(&format!("manifests/{id}.yaml"), text);
        watching.next_of("created", id);
        let record = stage.folder.record(id).unwrap();
        record["encrypted_client_secret"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    old.open(&create(&mut watching, "a"));
    // What cannot be read changes nothing, and is said.
    stage.folder.write("key.asc", "no key at all");
    watching.running.signal(Signal::HUP);
    watching.running.wait_until_says("the old keys stay in use");
    old.open(&create(&mut watching, "b"));
    stage.folder.write("key.asc", new.public());
    let said = watching.running.stderr().len();
    watching.running.signal(Signal::HUP);
    until("the new key", || {
        watching.running.stderr()[said..].contains("were read again")
    });
    new.open(&create(&mut watching, "c"));
    watching.end().says(0, &[]);
    Ok(())
}

fn token() -> Result<(), Missing> {
    let stage = Stage::with(
        hydra_gitops::sandbox::Version::default(),
        |request| match request.header("authorization") {
            Some("Bearer right") => Fault::Pass,
            _ => Fault::Answer(crate::support::proxy::answer("401 Unauthorized", "", "")),
        },
    );
    stage.folder.clients(&["a"]);
    stage.folder.write("token", "wrong");
    let mut command: std::process::Command = stage.watching(&["--access-token-file", "token"]);
    let mut watching = Watching::start(&mut command);
    let down = watching.next("hydra-down");
    assert!(down["error"].as_str().unwrap().contains("401"), "{down}");
    stage.folder.write("token", "right");
    watching.running.signal(Signal::HUP);
    watching.next("hydra-up");
    watching.next_of("created", "a");
    watching.end().says(0, &[]);
    Ok(())
}
