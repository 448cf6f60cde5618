//! Ctrl-C, SIGTERM and SIGHUP.

use std::io::pipe;

use rustix::process::Signal;

use crate::support::key::Key;
use crate::support::program::Running;
use crate::support::proxy::{Fault, Gate};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::{Watching, until};

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
        let setup = Setup::to_watch();
        setup.folder.clients(&["a"]);
        let watching = setup.watch(&[]);
        watching.running.signal(signal);
        watching.running.wait().says(0, &[]);
        assert_eq!(setup.folder.files(), ["client-secrets.jsonl"]);
    }
    Ok(())
}

/// Watches a folder whose two creates wait for their answers.
fn held(gate: &Gate) -> (Setup, Watching) {
    let held = gate.clone();
    let setup =
        Setup::to_watch_with(
            hydra_gitops::sandbox::Version::default(),
            move |request| match request.creates() {
                true => Fault::HoldAnswer(held.clone()),
                false => Fault::Pass,
            },
        );
    let watching = setup.watch(&["--parallelism", "1"]);
    setup.folder.clients(&["a", "b"]);
    setup
        .proxy
        .wait_for(|seen| seen.iter().any(|request| request.creates()));
    (setup, watching)
}

fn first() -> Result<(), Missing> {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let gate = Gate::default();
        let (setup, watching) = held(&gate);
        watching.running.signal(signal);
        watching.running.wait_until_says("stopping: ");
        gate.open();
        watching.running.wait().says(code, &["\"created\""]);
        // What was sent is recorded, and nothing else was sent.
        assert_eq!(setup.target.ids().len(), 1);
        assert!(setup.is_recorded(&setup.target.ids()[0]));
        assert_eq!(setup.folder.files(), ["client-secrets.jsonl"]);
    }
    Ok(())
}

fn second() -> Result<(), Missing> {
    let gate = Gate::default();
    let (setup, watching) = held(&gate);
    watching.running.signal(Signal::TERM);
    watching.running.wait_until_says("stopping: ");
    watching.running.signal(Signal::TERM);
    watching.running.wait().says(143, &[]);
    gate.open();
    assert!(
        setup
            .folder
            .files()
            .contains(&"client-secrets.jsonl.journal".to_owned())
    );
    let direct = setup.target.url();
    let words = ["--public-url", direct.as_str()];
    let watching = setup.watch(&words);
    assert_eq!(setup.target.ids(), ["a", "b"]);
    assert!(setup.is_recorded("a") && setup.is_recorded("b"));
    let ended = watching.end();
    ended.says(0, &["recovered the secret"]);
    assert_eq!(setup.folder.files(), ["client-secrets.jsonl"]);
    Ok(())
}

/// More events than fit into a pipe.
fn unread() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let ids: Vec<String> = (0..600).map(|number| format!("c{number}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    setup.folder.clients(&ids);
    let (reader, writer) = pipe().unwrap();
    let running = Running::start(setup.watching(&[]).stdout(writer));
    until("all clients", || setup.target.ids().len() == ids.len());
    setup
        .folder
        .write("manifests/late.yaml", "client_id: late\n");
    until("one more", || setup.target.ids().len() == ids.len() + 1);
    running.signal(Signal::TERM);
    let ended = running.wait();
    assert!(matches!(ended.code, Some(0 | 143)), "{ended}");
    assert!(
        ended.stderr.contains("not all events were written"),
        "{ended}"
    );
    assert!(setup.is_recorded("late"));
    assert_eq!(setup.folder.files(), ["client-secrets.jsonl"]);
    drop(reader);
    Ok(())
}

fn away() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.clients(&["a"]);
    setup.stop();
    let mut watching = Watching::start(&mut setup.watching(&[]));
    watching.next("hydra-down");
    watching.running.signal(Signal::INT);
    let ended = watching.running.wait();
    ended.says(130, &[]);
    assert!(ended.took.as_secs() < 5, "{:?}", ended.took);
    Ok(())
}

fn reload() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let (old, new) = (Key::new(), Key::new());
    setup.folder.write("key.asc", old.public());
    let mut command = setup.program(&[]);
    command.args(["watch", "--output", "json", "--pgp-key-file", "key.asc"]);
    let mut watching = Watching::start(&mut command);
    watching.next("idle");
    let create = |watching: &mut Watching, id: &str| -> String {
        let text = format!("client_id: {id}\n");
        setup.folder.write(&format!("manifests/{id}.yaml"), text);
        watching.next_of("created", id);
        let record = setup.folder.record(id).unwrap();
        record["encrypted_client_secret"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    old.open(&create(&mut watching, "a"));
    // What cannot be read changes nothing, and is said.
    setup.folder.write("key.asc", "no key at all");
    watching.running.signal(Signal::HUP);
    watching.running.wait_until_says("the old keys stay in use");
    old.open(&create(&mut watching, "b"));
    setup.folder.write("key.asc", new.public());
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
    let setup =
        Setup::to_watch_with(
            hydra_gitops::sandbox::Version::default(),
            |request| match request.header("authorization") {
                Some("Bearer right") => Fault::Pass,
                _ => Fault::Answer(crate::support::proxy::answer("401 Unauthorized", "", "")),
            },
        );
    setup.folder.clients(&["a"]);
    setup.folder.write("token", "wrong");
    let mut command: std::process::Command = setup.watching(&["--access-token-file", "token"]);
    let mut watching = Watching::start(&mut command);
    let down = watching.next("hydra-down");
    assert!(down["error"].as_str().unwrap().contains("401"), "{down}");
    setup.folder.write("token", "right");
    watching.running.signal(Signal::HUP);
    watching.next("hydra-up");
    watching.next_of("created", "a");
    watching.end().says(0, &[]);
    Ok(())
}
