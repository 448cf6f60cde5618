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
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::{Watching, until};
use crate::support::workspace::Workspace;

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
pub(crate) fn setup(gate: &Gate) -> Setup {
    let gate = gate.clone();
    Setup::to_watch_with(Version::default(), move |request| {
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
pub(crate) fn begin(setup: &Setup, id: &str) {
    save(&setup.folder, id);
    until("its create", || {
        setup.target.ids().iter().any(|there| there == id)
    });
}

fn others() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = setup(&gate);
    let mut watching = setup.watch(&["--interval", "200ms"]);
    begin(&setup, "slow");
    for id in ["a", "b"] {
        save(&setup.folder, id);
        watching.next_of("created", id);
        assert!(setup.is_recorded(id));
    }
    begin(&setup, "slower");
    save(&setup.folder, "c");
    watching.next_of("created", "c");
    // Looks go on as well, and find nothing to do about those that are under way.
    setup.target.delete("a");
    watching.next_of("created", "a");
    gate.open();
    watching.next("idle");
    let sent = setup.proxy.requests();
    let creates = sent.iter().filter(|request| request.creates());
    assert_eq!(creates.count(), 6);
    let ids = ["a", "b", "c", "slow", "slower"];
    assert_eq!(setup.target.ids(), ids);
    assert!(ids.iter().all(|id| setup.is_recorded(id)));
    let files = ["client-secrets.jsonl", "client-secrets.jsonl.lock"];
    assert_eq!(setup.folder.files(), files);
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
    let setup = setup(&gate);
    let watching = setup.watch(&[]);
    begin(&setup, "slow");
    begin(&setup, "slower");
    watching.running.signal(Signal::INT);
    watching.running.wait_until_says("stopping: ");
    gate.open();
    watching.running.wait().says(130, &["2 secrets recorded"]);
    assert!(setup.is_recorded("slow") && setup.is_recorded("slower"));
    assert_eq!(setup.folder.files(), ["client-secrets.jsonl"]);
    Ok(())
}

fn changed() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = setup(&gate);
    let mut watching = setup.watch(&["--interval", "0"]);
    begin(&setup, "slow");
    let text = "client_id: slow\nscope: more\n";
    setup.folder.write("manifests/slow.yaml", text);
    save(&setup.folder, "a");
    watching.next_of("created", "a");
    gate.open();
    watching.next_of("created", "slow");
    let drifted = watching.next_of("drifted", "slow");
    assert_eq!(drifted["differences"][0]["field"], "scope");
    watching.next("idle");
    assert!(setup.is_recorded("slow"));
    watching.end().says(0, &[]);
    Ok(())
}

fn gone() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = setup(&gate);
    let mut watching = setup.watch(&["--interval", "0"]);
    begin(&setup, "slow");
    fs::remove_file(setup.folder.file("manifests/slow.yaml")).unwrap();
    save(&setup.folder, "a");
    watching.next_of("created", "a");
    gate.open();
    watching.next_of("created", "slow");
    watching.next_of("unmanaged", "slow");
    assert!(setup.is_recorded("slow"));
    watching.end().says(0, &[]);
    Ok(())
}

/// More slow ones than requests are let through at once.
fn together() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = setup(&gate);
    let mut watching = setup.watch(&["--interval", "0"]);
    let slow: Vec<String> = (0..10).map(|number| format!("slow{number}")).collect();
    let mut ids: Vec<&str> = slow.iter().map(String::as_str).collect();
    ids.extend(["a", "b", "c"]);
    setup.folder.clients(&ids);
    for _ in 0..3 {
        let created = watching.next("created");
        assert!(!created["client_id"].as_str().unwrap().starts_with("slow"));
    }
    gate.open();
    watching.next("idle");
    assert_eq!(setup.target.ids().len(), ids.len());
    watching.end().says(0, &["13 secrets recorded"]);
    Ok(())
}

/// Waits until a change of the folder was seen, though nothing is created.
fn until_seen(setup: &Setup, watching: &mut Watching) {
    setup.folder.write("manifests/seen.yaml", "client_id: [\n");
    watching.next("invalid");
    fs::remove_file(setup.folder.file("manifests/seen.yaml")).unwrap();
    watching.next("valid");
}

fn limited() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = setup(&gate);
    let words = ["--parallelism", "1", "--interval", "0"];
    let mut watching = setup.watch(&words);
    begin(&setup, "slow");
    for id in ["a", "b"] {
        save(&setup.folder, id);
        until_seen(&setup, &mut watching);
    }
    assert_eq!(setup.target.ids(), ["slow"]);
    gate.open();
    watching.next("idle");
    assert_eq!(setup.target.ids(), ["a", "b", "slow"]);
    watching.end().says(0, &[]);
    Ok(())
}

fn withdrawn() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = setup(&gate);
    let words = ["--parallelism", "1", "--interval", "0"];
    let mut watching = setup.watch(&words);
    begin(&setup, "slow");
    let wrong = "client_id: edited\nscope: wrong\n---\nclient_id: deleted\n";
    setup.folder.write("manifests/a.yaml", wrong);
    let journal = || setup.folder.read("client-secrets.jsonl.journal");
    until("their secrets", || journal().contains("deleted"));
    let right = "client_id: edited\nscope: right\n";
    setup.folder.write("manifests/a.yaml", right);
    until_seen(&setup, &mut watching);
    gate.open();
    watching.next_of("created", "edited");
    watching.next("idle");
    assert_eq!(setup.target.ids(), ["edited", "slow"]);
    assert!(setup.is_recorded("edited"));
    let sent = setup.proxy.requests();
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
    let setup = Setup::to_watch_with(Version::default(), move |request| {
        match request.member("client_id").as_deref() == Some("slow") {
            true => Fault::Hold(held.clone()),
            false => Fault::Pass,
        }
    });
    let mut watching = setup.watch(&["--interval", "0"]);
    let named = "client_name: n\nowner: o\n";
    let text = format!("client_id: slow\n{named}");
    setup.folder.write("manifests/slow.yaml", text);
    let seen = &setup.proxy;
    seen.wait_for(|seen| seen.iter().any(|request| request.creates()));
    setup.folder.write("manifests/slow.yaml", named);
    save(&setup.folder, "a");
    watching.next_of("created", "a");
    gate.open();
    watching.next("idle");
    assert_eq!(setup.target.ids(), ["a", "slow"]);
    watching.end().says(0, &["2 secrets recorded"]);
    Ok(())
}

fn looked_at() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.clients(&["lost"]);
    let mut watching = setup.watch(&["--interval", "1s"]);
    setup.target.delete("lost");
    let saved = (0..40).find(|number| {
        let id = format!("c{number}");
        save(&setup.folder, &id);
        until("its create", || setup.target.ids().contains(&id));
        setup.target.ids().iter().any(|id| id == "lost")
    });
    assert!(saved.is_some(), "{:#?}", watching.events());
    watching.next_of("created", "lost");
    watching.end();
    Ok(())
}
