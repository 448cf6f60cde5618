//! Creates that are under way while other things happen.

use std::cell::RefCell;
use std::fs;
use std::net::TcpListener;
use std::process::Command;

use hydra_gitops::sandbox::Version;
use rustix::process::Signal;

use crate::hydra::{Options, Release, Server};
use crate::key::Key;
use crate::program;
use crate::proxy::{Fault, Gate};
use crate::requirement::Missing;
use crate::stage::{Stage, Watching, until};
use crate::suite::Tests;
use crate::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("others_are_created_meanwhile", others),
    ("v1_waits_for_another_server", || silent(Release::V1)),
    ("v2_waits_for_another_server", || silent(Release::V2)),
    ("a_signal_lets_all_of_them_be_finished", signal),
    ("a_manifest_that_changes_meanwhile_has_its_turn", changed),
    ("a_manifest_that_goes_meanwhile_is_said_to_be_gone", gone),
    ("keys_that_were_read_anew_count_at_once", keys),
    ("a_secrets_file_that_is_replaced_loses_nothing", replaced),
    ("a_secret_that_cannot_be_kept_waits_for_them", broken),
];

/// A sandbox where the creates of ids that begin with `slow` arrive, and their answers wait.
fn stage(gate: &Gate) -> Stage {
    let gate = gate.clone();
    Stage::with(Version::default(), move |request| {
        let id = request.member("client_id").unwrap_or_default();
        match request.creates() && id.starts_with("slow") {
            true => Fault::HoldAnswer(gate.clone()),
            false => Fault::Pass,
        }
    })
}

fn save(folder: &Workspace, id: &str) {
    let text = format!("client_id: {id}\n");
    folder.write(&format!("manifests/{id}.yaml"), text);
}

/// Saves the manifest of a client that Hydra is slow to answer for.
fn begin(stage: &Stage, id: &str) {
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

fn keys() -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let (old, new) = (Key::new(), Key::new());
    stage.folder.write("key.asc", old.public());
    let mut command = stage.program();
    command.args(["watch", "--output", "json", "--pgp-key-file", "key.asc"]);
    let mut watching = Watching::start(&mut command);
    watching.next("idle");
    begin(&stage, "slow");
    stage.folder.write("key.asc", new.public());
    watching.running.signal(Signal::HUP);
    watching.running.wait_until_says("were read anew");
    save(&stage.folder, "a");
    watching.next_of("created", "a");
    gate.open();
    watching.next_of("created", "slow");
    let sealed = |id: &str| {
        let record = stage.folder.record(id).unwrap();
        let sealed = record["encrypted_client_secret"].as_str().unwrap();
        sealed.to_owned()
    };
    new.open(&sealed("a"));
    old.open(&sealed("slow"));
    watching.next("idle");
    watching.end().says(0, &[]);
    Ok(())
}

/// A commit or a pull may take a while to come, and secrets are kept in the old file meanwhile.
fn replaced() -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let direct = stage.direct();
    let words = ["--public-url", direct.as_str(), "--interval", "0"];
    let mut watching = stage.watch(&words);
    begin(&stage, "slow");
    save(&stage.folder, "a");
    watching.next_of("created", "a");
    stage.folder.write("other", "");
    let file = stage.folder.file("client-secrets.jsonl");
    fs::rename(stage.folder.file("other"), file).unwrap();
    gate.open();
    watching.next("idle");
    assert!(stage.has_secret("a") && stage.has_secret("slow"));
    watching
        .end()
        .says(0, &["another file has taken its place"]);
    assert_eq!(stage.folder.files(), ["client-secrets.jsonl"]);
    Ok(())
}

fn broken() -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let mut watching = stage.watch(&[]);
    save(&stage.folder, "a");
    watching.next("idle");
    begin(&stage, "slow");
    // The lock cannot be taken again.
    let lock = stage.folder.file("client-secrets.jsonl.lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    save(&stage.folder, "b");
    watching.running.wait_until_says("stopping: ");
    gate.open();
    watching.running.wait().says(6, &[]);
    assert!(stage.has_secret("slow"));
    Ok(())
}
