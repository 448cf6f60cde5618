//! Requests that are given up and arrive all the same: no client is made twice, none is in the way
//! of another, and the last secret of each counts.

use std::fs;

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::support::proxy::{Fault, Gate, answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::{Watching, until};
use crate::watch::under_way::{begin, save, setup};

pub(crate) const TESTS: Tests = &[
    ("an_id_that_was_taken_away", || {
        other_manifest(
            "client_id: first\nclient_name: n\nowner: o\n",
            "client_name: n\nowner: o\n",
        )
    }),
    ("an_id_that_was_taken_away_without_a_secret", || {
        other_manifest(
            "client_id: first\nclient_name: n\nowner: o\ntoken_endpoint_auth_method: none\n",
            "client_name: n\nowner: o\ntoken_endpoint_auth_method: none\n",
        )
    }),
    ("a_secret_that_came_to_be_generated", || {
        other_manifest(
            "client_name: n\nowner: o\ntoken_endpoint_auth_method: none\n",
            "client_name: n\nowner: o\n",
        )
    }),
    ("a_server_that_chooses_ids", chooses_ids),
    ("a_client_that_was_renamed_is_in_nobodys_way", renamed),
    ("a_client_that_was_made_again_keeps_its_last_secret", again),
    ("a_refusal_frees_those_that_wait", refused),
    ("more_slow_ones_than_are_begun_at_once", many_slow),
];

/// Each request is given up after a second, and not sent again at once.
const IMPATIENT: &[&str] = &[
    "--request-timeout",
    "1s",
    "--fail-after",
    "1s",
    "--interval",
    "200ms",
];

/// A sandbox whose first create waits at the gate before it arrives.
fn first_waits(version: Version, gate: &Gate) -> Setup {
    let gate = gate.clone();
    Setup::to_watch_with(version, move |request| {
        match request.creates() && request.number == 1 {
            true => Fault::Hold(gate.clone()),
            false => Fault::Pass,
        }
    })
}

fn is_sent(setup: &Setup) {
    let proxy = &setup.proxy;
    proxy.wait_for(|seen| seen.iter().any(|request| request.creates()));
}

/// The manifest is another one when its first request is given up.
fn other_manifest(before: &str, after: &str) -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = first_waits(Version::default(), &gate);
    let mut watching = setup.watch(IMPATIENT);
    setup.folder.write("manifests/a.yaml", before);
    is_sent(&setup);
    setup.folder.write("manifests/a.yaml", after);
    watching.next("failed");
    // It is compared more than once.
    let asked = setup.requests();
    until("looks", || setup.requests() > asked + 9);
    gate.open();
    watching.next("idle");
    until("the client", || !setup.target.ids().is_empty());
    let asked = setup.requests();
    until("looks", || setup.requests() > asked + 9);
    assert_eq!(setup.target.ids().len(), 1, "{:#?}", watching.events());
    watching.end();
    Ok(())
}

fn chooses_ids() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = first_waits("v2.0.2".parse().unwrap(), &gate);
    let mut watching = setup.watch(IMPATIENT);
    let text = "client_name: n\nowner: o\ntoken_endpoint_auth_method: none\n";
    setup.folder.write("manifests/a.yaml", text);
    watching.next("failed");
    // Longer than the first pause after a failure.
    let start = std::time::Instant::now();
    until("a while", || start.elapsed().as_secs() >= 7);
    gate.open();
    until("the client", || !setup.target.ids().is_empty());
    watching.next("unchanged");
    // What was journaled is settled by now, so that nothing is left to do.
    watching.next("idle");
    assert_eq!(setup.target.ids().len(), 1);
    watching.end().says(0, &[]);
    Ok(())
}

/// The id that is made from a name stays with the client when the name goes.
fn renamed() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let text = "client_name: n\nowner: o\ntoken_endpoint_auth_method: none\n";
    setup.folder.write("manifests/a.yaml", text);
    let mut watching = setup.watch(&["--interval", "200ms"]);
    let id = setup.target.ids().remove(0);
    let other = json!({"client_id": id, "client_name": "other", "owner": "o"});
    setup.target.replace(&id, &other);
    let created = watching.next("created");
    assert_ne!(created["client_id"], *id);
    let asked = setup.requests();
    until("looks", || setup.requests() > asked + 9);
    assert_eq!(setup.target.ids().len(), 2);
    watching.end().says(0, &[]);
    Ok(())
}

fn again() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = setup(&gate);
    let mut watching = setup.watch(&["--interval", "200ms"]);
    begin(&setup, "slow");
    save(&setup.folder, "a");
    watching.next_of("created", "a");
    setup.target.delete("a");
    watching.next_of("created", "a");
    let last = setup.folder.record("a").unwrap();
    setup.folder.write("other", "");
    let file = setup.folder.file("client-secrets.jsonl");
    fs::rename(setup.folder.file("other"), file).unwrap();
    gate.open();
    watching.next_of("unchanged", "slow");
    watching.next("idle");
    assert!(setup.is_recorded("a"));
    assert_eq!(
        setup.folder.record("a").unwrap()["client_secret"],
        last["client_secret"]
    );
    watching.end().says(0, &[]);
    Ok(())
}

fn refused() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let refused = std::sync::atomic::AtomicBool::new(false);
    let setup = Setup::to_watch_with(Version::default(), move |request| {
        let id = request.member("client_id").unwrap_or_default();
        let is_first = || !refused.swap(true, std::sync::atomic::Ordering::Relaxed);
        match request.creates() {
            true if id == "slow" => Fault::HoldAnswer(held.clone()),
            true if id == "refused" && is_first() => {
                Fault::Answer(answer("401 Unauthorized", "", ""))
            }
            _ => Fault::Pass,
        }
    });
    let mut ids = vec!["slow".to_owned(), "refused".to_owned()];
    ids.extend((0..60).map(|number| format!("c{number}")));
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut watching = setup.watch(&["--interval", "0"]);
    setup.folder.clients(&ids);
    let down = watching.next("hydra-down");
    assert!(down["error"].as_str().unwrap().contains("401"), "{down}");
    watching.next("hydra-up");
    until("all others", || setup.target.ids().len() == ids.len());
    gate.open();
    watching.next("idle");
    let events = watching.events();
    let downs = events.iter().filter(|event| event["event"] == "hydra-down");
    assert_eq!(downs.count(), 1);
    watching.end().says(0, &["62 secrets recorded"]);
    Ok(())
}

fn many_slow() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = setup(&gate);
    let slow: Vec<String> = (0..45).map(|number| format!("slow{number}")).collect();
    let mut ids: Vec<&str> = slow.iter().map(String::as_str).collect();
    ids.push("z");
    let mut command = setup.watching(&["--interval", "0"]);
    setup.folder.clients(&ids);
    let mut watching = Watching::start(&mut command);
    watching.next_of("created", "z");
    gate.open();
    watching.next("idle");
    assert_eq!(setup.target.ids().len(), ids.len());
    watching.end().says(0, &["46 secrets recorded"]);
    Ok(())
}
