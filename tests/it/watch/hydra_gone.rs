//! A sandbox that goes, comes back empty, comes back as another version, or loses a client.

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::support::proxy::{Fault, answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::{Watching, until};

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
    let mut setup = Setup::to_watch();
    setup.folder.clients(&["a", "b"]);
    let mut watching = setup.watch(&["--interval", "200ms"]);
    setup.start_again(Version::default());
    watching.next("created");
    watching.next("created");
    watching.next("idle");
    assert_eq!(setup.target.ids(), ["a", "b"]);
    // The last line of each counts.
    assert_eq!(setup.folder.records().len(), 4);
    assert!(setup.is_recorded("a") && setup.is_recorded("b"));
    watching.end().says(0, &[]);
    Ok(())
}

fn deleted() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.clients(&["a", "b"]);
    let mut watching = setup.watch(&["--interval", "200ms"]);
    setup.target.delete("a");
    watching.next_of("created", "a");
    assert!(setup.is_recorded("a"));
    assert_eq!(setup.folder.records().len(), 3);
    watching.end().says(0, &[]);
    Ok(())
}

fn away_at_start() -> Result<(), Missing> {
    let mut setup = Setup::to_watch();
    setup.folder.clients(&["a"]);
    setup.stop();
    let mut watching = Watching::start(&mut setup.watching(&[]));
    watching.next("hydra-down");
    // What is saved meanwhile is not lost, and its time is counted.
    setup.folder.write("manifests/b.yaml", "client_id: b\n");
    let (asked, start) = (setup.requests(), std::time::Instant::now());
    until("several questions", || setup.requests() > asked + 20);
    let least = start.elapsed().as_millis() as u64;
    setup.start_again(Version::default());
    watching.next("hydra-up");
    let took = watching.next_of("created", "b")["took_ms"]
        .as_u64()
        .unwrap();
    watching.next("idle");
    assert!(took + 500 >= least, "{took} ms, and at least {least} ms");
    assert_eq!(setup.target.ids(), ["a", "b"]);
    watching.end().says(0, &[]);
    Ok(())
}

fn said_once() -> Result<(), Missing> {
    let mut setup = Setup::to_watch();
    setup.folder.clients(&["a"]);
    let mut watching = setup.watch(&["--interval", "100ms"]);
    for _ in 0..2 {
        setup.stop();
        watching.next("hydra-down");
        let asked = setup.requests();
        until("several questions", || setup.requests() > asked + 20);
        setup.start_again(Version::default());
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
    let mut setup = Setup::to_watch();
    setup.folder.write(
        "manifests/n.yaml",
        "client_name: n\nowner: o\ntoken_endpoint_auth_method: none\n",
    );
    let mut watching = setup.watch(&["--interval", "100ms"]);
    for version in ["v1.11.10", "v26.2.0", "v2.1.2", "v2.3.0"] {
        setup.start_again(version.parse().unwrap());
        let up = watching.next("hydra-up");
        assert_eq!(up["hydra_version"], version);
        watching.next("created");
        watching.next("idle");
        assert_eq!(setup.target.ids().len(), 1, "{version}");
    }
    watching.end().says(0, &[]);
    Ok(())
}

fn chooses_ids() -> Result<(), Missing> {
    let version: Version = "v2.1.2".parse().unwrap();
    let mut setup = Setup::to_watch_with(version, |_| Fault::Pass);
    setup
        .folder
        .write("manifests/n.yaml", "client_name: n\nowner: o\n");
    let mut watching = setup.watch(&["--interval", "100ms"]);
    let first = setup.target.ids();
    let looks = setup.requests();
    until("looks", || setup.requests() > looks + 9);
    assert_eq!(setup.target.ids(), first);
    setup.start_again(version);
    let made = watching.next("created");
    watching.next("idle");
    assert_eq!(setup.target.ids(), [made["client_id"].as_str().unwrap()]);
    assert!(setup.is_recorded(made["client_id"].as_str().unwrap()));
    // A manifest that chooses an id is refused, and said once.
    setup.folder.write("manifests/i.yaml", "client_id: i\n");
    watching.next("failed");
    let looks = setup.requests();
    until("looks", || setup.requests() > looks + 9);
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
    let setup = Setup::to_watch_with(Version::default(), |request| match request.creates() {
        true => Fault::Answer(answer("403 Forbidden", "", "")),
        false => Fault::Pass,
    });
    setup.folder.clients(&["a"]);
    let mut watching = Watching::start(&mut setup.watching(&["--interval", "100ms"]));
    let down = watching.next("hydra-down");
    assert!(down["error"].as_str().unwrap().contains("403"), "{down}");
    let posts = || {
        let requests = setup.proxy.requests();
        requests.iter().filter(|request| request.creates()).count()
    };
    until("more tries", || posts() > 3);
    assert_eq!(watching.untaken(), Vec::<serde_json::Value>::new());
    watching.end().says(143, &[]);
    Ok(())
}

fn never() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.clients(&["a"]);
    let mut watching = setup.watch(&["--interval", "0"]);
    setup.target.delete("a");
    setup.target.create(&json!({"client_id": "x"}));
    setup.folder.write("manifests/b.yaml", "client_id: b\n");
    watching.next_of("created", "b");
    watching.next("idle");
    assert_eq!(setup.target.ids(), ["b", "x"]);
    watching.end().says(0, &[]);
    Ok(())
}
