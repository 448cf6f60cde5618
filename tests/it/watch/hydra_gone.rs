//! A sandbox that goes, comes back empty, comes back as another version, or loses a client.

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::support::proxy::{Fault, answer};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::watch::stage::{Stage, Watching, until};

pub(crate) const TESTS: Tests = &[
    ("an_empty_one_is_filled_again", emptied),
    ("a_deleted_client_comes_back", deleted),
    ("it_may_be_away_at_the_start", away_at_start),
    ("its_going_and_coming_are_said_once", said_once),
    ("it_may_come_back_as_another_version", another_version),
    ("one_that_chooses_ids_is_filled_once", chooses_ids),
    ("a_refusal_is_not_said_again_and_again", refuses),
    ("never_looked_at_means_never", never),
];

fn emptied() -> Result<(), Missing> {
    let mut stage = Stage::new();
    stage.folder.clients(&["a", "b"]);
    let mut watching = stage.watch(&["--interval", "200ms"]);
    stage.start_again(Version::default());
    watching.next("created");
    watching.next("created");
    watching.next("idle");
    assert_eq!(stage.ids(), ["a", "b"]);
    // The last line of each counts.
    assert_eq!(stage.folder.records().len(), 4);
    assert!(stage.has_secret("a") && stage.has_secret("b"));
    watching.end().says(0, &[]);
    Ok(())
}

fn deleted() -> Result<(), Missing> {
    let stage = Stage::new();
    stage.folder.clients(&["a", "b"]);
    let mut watching = stage.watch(&["--interval", "200ms"]);
    stage.delete("a");
    watching.next_of("created", "a");
    assert!(stage.has_secret("a"));
    assert_eq!(stage.folder.records().len(), 3);
    watching.end().says(0, &[]);
    Ok(())
}

fn away_at_start() -> Result<(), Missing> {
    let mut stage = Stage::new();
    stage.folder.clients(&["a"]);
    stage.stop();
    let mut watching = Watching::start(&mut stage.watching(&[]));
    watching.next("hydra-down");
    // What is saved meanwhile is not lost, and its time is counted.
    stage.folder.write("manifests/b.yaml", "client_id: b\n");
    let (asked, start) = (stage.requests(), std::time::Instant::now());
    until("several questions", || stage.requests() > asked + 20);
    let least = start.elapsed().as_millis() as u64;
    stage.start_again(Version::default());
    watching.next("hydra-up");
    let took = watching.next_of("created", "b")["took_ms"]
        .as_u64()
        .unwrap();
    watching.next("idle");
    assert!(took + 500 >= least, "{took} ms, and at least {least} ms");
    assert_eq!(stage.ids(), ["a", "b"]);
    watching.end().says(0, &[]);
    Ok(())
}

fn said_once() -> Result<(), Missing> {
    let mut stage = Stage::new();
    stage.folder.clients(&["a"]);
    let mut watching = stage.watch(&["--interval", "100ms"]);
    for _ in 0..2 {
        stage.stop();
        watching.next("hydra-down");
        let asked = stage.requests();
        until("several questions", || stage.requests() > asked + 20);
        stage.start_again(Version::default());
        watching.next("hydra-up");
        watching.next_of("created", "a");
    }
    let events = watching.events();
    let count = |name: &str| events.iter().filter(|event| event["event"] == name).count();
    assert_eq!(
        (count("hydra-down"), count("hydra-up")),
        (2, 2),
        "{events:#?}"
    );
    let ended = watching.end();
    ended.says(0, &[]);
    assert!(!ended.stderr.contains("waiting:"), "{ended}");
    Ok(())
}

fn another_version() -> Result<(), Missing> {
    let mut stage = Stage::new();
    stage.folder.write(
        "manifests/n.yaml",
        "client_name: n\nowner: o\ntoken_endpoint_auth_method: none\n",
    );
    let mut watching = stage.watch(&["--interval", "100ms"]);
    for version in ["v1.11.10", "v26.2.0", "v2.1.2", "v2.3.0"] {
        stage.start_again(version.parse().unwrap());
        let up = watching.next("hydra-up");
        assert_eq!(up["hydra_version"], version);
        watching.next("created");
        watching.next("idle");
        assert_eq!(stage.ids().len(), 1, "{version}");
    }
    watching.end().says(0, &[]);
    Ok(())
}

fn chooses_ids() -> Result<(), Missing> {
    let version: Version = "v2.1.2".parse().unwrap();
    let mut stage = Stage::with(version, |_| Fault::Pass);
    stage
        .folder
        .write("manifests/n.yaml", "client_name: n\nowner: o\n");
    let mut watching = stage.watch(&["--interval", "100ms"]);
    let first = stage.ids();
    let looks = stage.requests();
    until("looks", || stage.requests() > looks + 9);
    assert_eq!(stage.ids(), first);
    stage.start_again(version);
    let made = watching.next("created");
    watching.next("idle");
    assert_eq!(stage.ids(), [made["client_id"].as_str().unwrap()]);
    assert!(stage.has_secret(made["client_id"].as_str().unwrap()));
    // A manifest that chooses an id is refused, and said once.
    stage.folder.write("manifests/i.yaml", "client_id: i\n");
    watching.next("failed");
    let looks = stage.requests();
    until("looks", || stage.requests() > looks + 9);
    let again = watching.untaken();
    assert!(
        again.iter().all(|event| event["event"] != "failed"),
        "{again:#?}"
    );
    watching.end().says(143, &[]);
    Ok(())
}

/// Questions are answered and creates are refused: neither a storm of events nor of requests.
fn refuses() -> Result<(), Missing> {
    let stage = Stage::with(Version::default(), |request| match request.creates() {
        true => Fault::Answer(answer("403 Forbidden", "", "")),
        false => Fault::Pass,
    });
    stage.folder.clients(&["a"]);
    let mut watching = Watching::start(&mut stage.watching(&["--interval", "100ms"]));
    let down = watching.next("hydra-down");
    assert!(down["error"].as_str().unwrap().contains("403"), "{down}");
    let posts = || {
        let requests = stage.proxy.requests();
        requests.iter().filter(|request| request.creates()).count()
    };
    until("more tries", || posts() > 3);
    assert_eq!(watching.untaken(), Vec::<serde_json::Value>::new());
    watching.end().says(143, &[]);
    Ok(())
}

fn never() -> Result<(), Missing> {
    let stage = Stage::new();
    stage.folder.clients(&["a"]);
    let mut watching = stage.watch(&["--interval", "0"]);
    stage.delete("a");
    stage.create(&json!({"client_id": "x"}));
    stage.folder.write("manifests/b.yaml", "client_id: b\n");
    watching.next_of("created", "b");
    watching.next("idle");
    assert_eq!(stage.ids(), ["b", "x"]);
    watching.end().says(0, &[]);
    Ok(())
}
