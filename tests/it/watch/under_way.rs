//! Creates that are under way while other things happen.

use std::cell::RefCell;
use std::fs;
use std::net::TcpListener;
use std::process::Command;

use hydra_gitops::sandbox::Version;
use rustix::process::Signal;

use crate::support::hydra::{Options, Release, Server};
use crate::support::program;
use crate::support::proxy::{Fault, Gate};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::workspace::Workspace;
use crate::watch::stage::{Stage, Watching, until};

pub(crate) const TESTS: Tests = &[
    ("others_are_created_meanwhile", others),
    ("v1_waits_for_another_server", || silent(Release::V1)),
    ("v2_waits_for_another_server", || silent(Release::V2)),
    ("a_signal_lets_all_of_them_be_finished", signal),
    ("a_manifest_that_changes_meanwhile_has_its_turn", changed),
    ("a_manifest_that_goes_meanwhile_is_said_to_be_gone", gone),
    ("slow_clients_hold_up_no_other_of_their_batch", together),
    ("the_limit_holds_for_all_of_them_together", limited),
    ("what_was_not_sent_is_taken_back", withdrawn),
    (
        "a_manifest_that_loses_its_id_makes_no_second_client",
        renamed,
    ),
    ("hydra_is_looked_at_however_often_is_saved", looked_at),
];

/// A sandbox where the creates of ids that begin with `slow` arrive, and their answers wait.
pub(crate) fn stage(gate: &Gate) -> Stage {
    let gate = gate.clone();
    Stage::with(Version::default(), move |request| {
        let id = request.member("client_id").unwrap_or_default();
        match request.creates() && id.starts_with("slow") {
            true => Fault::HoldAnswer(gate.clone()),
            false => Fault::Pass,
        }
    })
}

pub(crate) fn save(folder: &Workspace, id: &str) {
    let text = format!("client_id: {id}\n");
    folder.write(&format!("manifests/{id}.yaml"), text);
}

/// Saves the manifest of a client that Hydra is slow to answer for.
pub(crate) fn begin(stage: &Stage, id: &str) {
    save(&stage.folder, id);
    until("its create", || stage.ids().iter().any(|there| there == id));
}

fn others() -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let mut watching = stage.watch(&["--interval", "200ms"]);
    begin(&stage, "slow");
    for id in ["a", "b"] {
        save(&stage.folder, id);
        watching.next_of("created", id);
        assert!(stage.has_secret(id));
    }
    begin(&stage, "slower");
    save(&stage.folder, "c");
    watching.next_of("created", "c");
    // Looks go on as well, and find nothing to do about those that are under way.
    stage.delete("a");
    watching.next_of("created", "a");
    gate.open();
    watching.next("idle");
    let sent = stage.proxy.requests();
    let creates = sent.iter().filter(|request| request.creates());
    assert_eq!(creates.count(), 6);
    let ids = ["a", "b", "c", "slow", "slower"];
    assert_eq!(stage.ids(), ids);
    assert!(ids.iter().all(|id| stage.has_secret(id)));
    let files = ["client-secrets.jsonl", "client-secrets.jsonl.lock"];
    assert_eq!(stage.folder.files(), files);
    watching.end().says(0, &["6 secrets recorded"]);
    Ok(())
}

/// Hydra asks a server that never answers before it creates a client.
fn silent(release: Release) -> Result<(), Missing> {
    let server = Server::start(release, Options::default())?;
    let folder = Workspace::new();
    fs::create_dir(folder.file("manifests")).unwrap();
    let mut command: Command = program::program(folder.path());
    command
        .args(["watch", "--output", "json", "--allow-plaintext-secrets"])
        .args(["--request-timeout", "3s", "--endpoint", &server.admin_url()]);
    let mut watching = Watching::start(&mut command);
    watching.next("idle");
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    silent.set_nonblocking(true).unwrap();
    let port = silent.local_addr().unwrap().port();
    let text = format!(
        "client_id: slow\nsubject_type: pairwise\nsector_identifier_uri: https://127.0.0.1:{port}/uris\nredirect_uris: [https://a.example/back]\ngrant_types: [authorization_code]\nresponse_types: [code]\n"
    );
    folder.write("manifests/slow.yaml", text);
    let question = RefCell::new(None);
    until("Hydra's question", || {
        *question.borrow_mut() = silent.accept().ok();
        question.borrow().is_some()
    });
    for id in ["a", "b", "c"] {
        save(&folder, id);
        watching.next_of("created", id);
    }
    let said = watching.events();
    assert!(said.iter().all(|event| event["event"] != "failed"));
    assert!(question.borrow().is_some());
    watching.next_of("failed", "slow");
    watching.end().says(143, &["1 secret waits in"]);
    Ok(())
}

fn signal() -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let watching = stage.watch(&[]);
    begin(&stage, "slow");
    begin(&stage, "slower");
    watching.running.signal(Signal::INT);
    watching.running.wait_until_says("stopping: ");
    gate.open();
    watching.running.wait().says(130, &["2 secrets recorded"]);
    assert!(stage.has_secret("slow") && stage.has_secret("slower"));
    assert_eq!(stage.folder.files(), ["client-secrets.jsonl"]);
    Ok(())
}

fn changed() -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let mut watching = stage.watch(&["--interval", "0"]);
    begin(&stage, "slow");
    let text = "client_id: slow\nscope: more\n";
    stage.folder.write("manifests/slow.yaml", text);
    save(&stage.folder, "a");
    watching.next_of("created", "a");
    gate.open();
    watching.next_of("created", "slow");
    let drifted = watching.next_of("drifted", "slow");
    assert_eq!(drifted["differences"][0]["field"], "scope");
    watching.next("idle");
    assert!(stage.has_secret("slow"));
    watching.end().says(0, &[]);
    Ok(())
}

fn gone() -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let mut watching = stage.watch(&["--interval", "0"]);
    begin(&stage, "slow");
    fs::remove_file(stage.folder.file("manifests/slow.yaml")).unwrap();
    save(&stage.folder, "a");
    watching.next_of("created", "a");
    gate.open();
    watching.next_of("created", "slow");
    watching.next_of("unmanaged", "slow");
    assert!(stage.has_secret("slow"));
    watching.end().says(0, &[]);
    Ok(())
}

/// More slow ones than requests are let through at once.
fn together() -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let mut watching = stage.watch(&["--interval", "0"]);
    let slow: Vec<String> = (0..10).map(|number| format!("slow{number}")).collect();
    let mut ids: Vec<&str> = slow.iter().map(String::as_str).collect();
    ids.extend(["a", "b", "c"]);
    stage.folder.clients(&ids);
    for _ in 0..3 {
        let created = watching.next("created");
        assert!(!created["client_id"].as_str().unwrap().starts_with("slow"));
    }
    gate.open();
    watching.next("idle");
    assert_eq!(stage.ids().len(), ids.len());
    watching.end().says(0, &["13 secrets recorded"]);
    Ok(())
}

/// Waits until a change of the folder was seen, though nothing is created.
fn until_seen(stage: &Stage, watching: &mut Watching) {
    stage.folder.write("manifests/seen.yaml", "client_id: [\n");
    watching.next("invalid");
    fs::remove_file(stage.folder.file("manifests/seen.yaml")).unwrap();
    watching.next("valid");
}

fn limited() -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let words = ["--parallelism", "1", "--interval", "0"];
    let mut watching = stage.watch(&words);
    begin(&stage, "slow");
    for id in ["a", "b"] {
        save(&stage.folder, id);
        until_seen(&stage, &mut watching);
    }
    assert_eq!(stage.ids(), ["slow"]);
    gate.open();
    watching.next("idle");
    assert_eq!(stage.ids(), ["a", "b", "slow"]);
    watching.end().says(0, &[]);
    Ok(())
}

fn withdrawn() -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let words = ["--parallelism", "1", "--interval", "0"];
    let mut watching = stage.watch(&words);
    begin(&stage, "slow");
    let wrong = "client_id: edited\nscope: wrong\n---\nclient_id: deleted\n";
    stage.folder.write("manifests/a.yaml", wrong);
    let journal = || stage.folder.read("client-secrets.jsonl.journal");
    until("their secrets", || journal().contains("deleted"));
    let right = "client_id: edited\nscope: right\n";
    stage.folder.write("manifests/a.yaml", right);
    until_seen(&stage, &mut watching);
    gate.open();
    watching.next_of("created", "edited");
    watching.next("idle");
    assert_eq!(stage.ids(), ["edited", "slow"]);
    assert!(stage.has_secret("edited"));
    let sent = stage.proxy.requests();
    let mut sent = sent.iter().filter_map(|request| request.member("scope"));
    assert!(sent.all(|scope| scope == "right"));
    let ended = watching.end();
    ended.says(0, &[]);
    assert!(!ended.stdout.contains("\"event\":\"drifted\""), "{ended}");
    Ok(())
}

/// In turn it would be found by its name.
fn renamed() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let stage = Stage::with(Version::default(), move |request| {
        match request.member("client_id").as_deref() == Some("slow") {
            true => Fault::Hold(held.clone()),
            false => Fault::Pass,
        }
    });
    let mut watching = stage.watch(&["--interval", "0"]);
    let named = "client_name: n\nowner: o\n";
    let text = format!("client_id: slow\n{named}");
    stage.folder.write("manifests/slow.yaml", text);
    let seen = &stage.proxy;
    seen.wait_for(|seen| seen.iter().any(|request| request.creates()));
    stage.folder.write("manifests/slow.yaml", named);
    save(&stage.folder, "a");
    watching.next_of("created", "a");
    gate.open();
    watching.next("idle");
    assert_eq!(stage.ids(), ["a", "slow"]);
    watching.end().says(0, &["2 secrets recorded"]);
    Ok(())
}

fn looked_at() -> Result<(), Missing> {
    let stage = Stage::new();
    stage.folder.clients(&["lost"]);
    let mut watching = stage.watch(&["--interval", "1s"]);
    stage.delete("lost");
    let saved = (0..40).find(|number| {
        let id = format!("c{number}");
        save(&stage.folder, &id);
        until("its create", || stage.ids().contains(&id));
        stage.ids().iter().any(|id| id == "lost")
    });
    assert!(saved.is_some(), "{:#?}", watching.events());
    watching.next_of("created", "lost");
    watching.end();
    Ok(())
}
