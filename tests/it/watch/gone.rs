//! What is said of manifests that go, and what is not said of those that are away for a moment.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::requirement::{Missing, is_installed};
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::until;

pub(crate) const TESTS: Tests = &[
    ("a_save_in_progress_shows_no_finding", no_flash),
    ("a_deleted_manifest_deletes_nothing", deleted),
    ("a_client_that_is_gone_as_well_does_not_stay", both),
    ("a_moved_manifest_is_not_gone", moved),
    ("an_editors_own_files_are_no_news", beside),
];

/// How long an editor takes between two writes of one save: longer than a batch is quiet, shorter than
/// findings are held back.
const PAUSE: Duration = Duration::from_millis(400);

/// Time for something that must not happen: longer than findings are held back.
fn a_while() -> Duration {
    Duration::from_millis(1_500)
}

fn no_flash() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.write("manifests/a.yaml", "client_id: a\n");
    let mut watching = setup.watch(&["--interval", "0"]);
    // An editor that saves in two goes, or somebody who saves twice.
    for number in 0..3 {
        setup.folder.write("manifests/a.yaml", "client_id: a\nsco");
        thread::sleep(PAUSE);
        let text = format!("client_id: a\nscope: s{number}\n");
        setup.folder.write("manifests/a.yaml", text);
        watching.next("drifted");
    }
    // A file that is away for a moment.
    std::fs::remove_file(setup.folder.file("manifests/a.yaml")).unwrap();
    thread::sleep(PAUSE);
    setup.folder.write("manifests/a.yaml", "client_id: a\n");
    let start = Instant::now();
    until("a while", || start.elapsed() > a_while());
    for event in watching.events() {
        let name = event["event"].as_str().unwrap();
        assert!(
            !matches!(name, "invalid" | "valid" | "unmanaged"),
            "{event}"
        );
    }
    let ended = watching.end();
    ended.says(0, &[]);
    assert!(!ended.stderr.contains("error"), "{ended}");
    Ok(())
}

fn deleted() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup
        .folder
        .write("manifests/a.yaml", "client_id: \"it's a/b\"\n");
    setup.folder.write("manifests/b.yaml", "client_id: b b\n");
    let mut watching = setup.watch(&["--interval", "100ms"]);
    for name in ["a", "b"] {
        std::fs::remove_file(setup.folder.file(&format!("manifests/{name}.yaml"))).unwrap();
    }
    let first = watching.next("unmanaged");
    assert_eq!(first["client_id"], "it's a/b");
    assert_eq!(first["manifest"]["path"], "manifests/a.yaml");
    // The router of this version finds no such id.
    assert_eq!(first["delete"], Value::Null);
    let second = watching.next("unmanaged");
    assert_eq!(setup.target.ids(), ["b b", "it's a/b"]);
    if !is_installed("curl", "--version") {
        return Err(Missing("`curl` is needed".to_owned()));
    }
    let curl = second["delete"].as_str().unwrap();
    assert!(curl.starts_with("curl -X DELETE '"), "{curl}");
    assert!(
        Command::new("sh")
            .args(["-c", curl])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(setup.target.ids(), ["it's a/b"]);
    watching.next("idle");
    let looks = setup.requests();
    setup.folder.write("manifests/c.yaml", "client_id: c\n");
    watching.next_of("created", "c");
    until("looks", || setup.requests() > looks + 9);
    let events = watching.untaken();
    assert!(
        events.iter().all(|event| event["event"] == "idle"),
        "{events:#?}"
    );
    Ok(())
}

/// Hydra is asked before it is said what stays there.
fn both() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.clients(&["a", "b"]);
    let mut watching = setup.watch(&["--interval", "0"]);
    setup.target.delete("a");
    std::fs::remove_file(setup.folder.file("manifests/clients.yaml")).unwrap();
    assert_eq!(watching.next_of("gone", "a")["delete"], Value::Null);
    watching.next_of("unmanaged", "b");
    watching.end().says(0, &[]);
    Ok(())
}

fn moved() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup
        .folder
        .write("manifests/a.yaml", "client_name: n\nowner: o\n");
    let mut watching = setup.watch(&["--interval", "100ms"]);
    let id = setup.target.ids().remove(0);
    let [a, b] = ["a", "b"].map(|name| setup.folder.file(&format!("manifests/{name}.yaml")));
    std::fs::rename(a, b).unwrap();
    watching.next("idle");
    // It is called by its id from now on, and is the same client.
    let text = format!("client_id: {id}\nclient_name: n\nowner: o\n");
    setup.folder.write("manifests/b.yaml", text);
    watching.next("idle");
    let start = Instant::now();
    until("a while", || start.elapsed() > a_while());
    let events = watching.events();
    let made = events.iter().filter(|event| event["event"] == "created");
    assert_eq!(made.count(), 1);
    assert!(
        events.iter().all(|event| event["event"] != "unmanaged"),
        "{events:#?}"
    );
    Ok(())
}

/// vim keeps its swap file open and writes to it; others leave copies behind.
fn beside() -> Result<(), Missing> {
    use std::io::Write as _;
    let setup = Setup::to_watch();
    setup.folder.write("manifests/a.yaml", "client_id: a\n");
    let mut watching = setup.watch(&["--interval", "0"]);
    let mut swap = std::fs::File::create(setup.folder.file("manifests/.a.yaml.swp")).unwrap();
    swap.write_all(b"not yaml: [").unwrap();
    setup.folder.write("manifests/a.yaml~", "client_id: old\n");
    setup.folder.write("manifests/b.yaml", "client_id: b\n");
    watching.next_of("created", "b");
    watching.next("idle");
    assert_eq!(watching.untaken(), Vec::<Value>::new());
    // The swap file is still open, and nothing is pending because of it.
    watching.end().says(0, &[]);
    assert_eq!(setup.target.ids(), ["a", "b"]);
    drop(swap);
    Ok(())
}
