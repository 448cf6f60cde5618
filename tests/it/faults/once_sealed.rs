//! `create` and `import` with a recipient: no secret is lost, and none is shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::faults::once::importing;
use crate::support::key::Key;
use crate::support::program::Running;
use crate::support::proxy::{Fault, Gate, Request, json as answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::until;

pub(crate) const TESTS: Tests = &[
    ("a_kill_loses_nothing", killed),
    ("a_kill_loses_no_client_without_an_id", killed_nameless),
    ("no_failure_shows_a_secret", failing),
    ("nothing_is_recorded_where_nothing_was_made", nothing_made),
];

/// A key, in a file.
pub(crate) fn key(setup: &Setup) -> Key {
    let key = Key::new();
    setup.folder.write("key.asc", key.public());
    key
}

pub(crate) const RECIPIENT: [&str; 2] = ["--pgp-key-file", "key.asc"];

/// Waits until what was sent has arrived.
#[track_caller]
pub(crate) fn wait_for_clients(setup: &Setup, count: usize) {
    until("the clients", || setup.target.clients().len() >= count);
}

fn killed() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let setup = Setup::new(move |request| match request.creates() {
        true => Fault::HoldAnswer(held.clone()),
        false => Fault::Pass,
    });
    let key = key(&setup);
    let mut running = Running::start(&mut importing(&setup, &["a", "b"], &RECIPIENT));
    setup
        .proxy
        .wait_for(|seen| seen.iter().filter(|one| one.creates()).count() == 2);
    running.kill();
    gate.open();
    setup.check(&running.wait());
    wait_for_clients(&setup, 2);
    let again = setup.run(&mut importing(&setup, &["a", "b"], &RECIPIENT));
    again.says(
        1,
        &[
            "recovered a secret of `a`",
            "`a` exists already",
            "`b` exists already",
        ],
    );
    for id in ["a", "b"] {
        let record = setup.folder.record(id).unwrap();
        let message = record["encrypted_client_secret"].as_str().unwrap();
        assert!(setup.target.accepts(id, &key.open(message)));
    }
    setup
        .run(importing(&setup, &["a", "b"], &RECIPIENT).arg("--skip-existing"))
        .says(0, &["import: 0 created, 2 skipped, 0 failed"]);
    setup.has_clients(&["a", "b"]);
    Ok(())
}

/// Its id is random, but whoever writes a journal can write that, too: nothing is certain.
fn killed_nameless() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let setup = Setup::new(move |request| match request.creates() {
        true => Fault::HoldAnswer(held.clone()),
        false => Fault::Pass,
    });
    let key = key(&setup);
    let mut create = setup.program(&["create"]);
    let mut running = Running::start(create.args(RECIPIENT));
    setup
        .proxy
        .wait_for(|seen| seen.iter().any(Request::creates));
    running.kill();
    gate.open();
    let ended = running.wait();
    setup.check(&ended);
    assert_eq!(ended.stdout, "");
    wait_for_clients(&setup, 1);
    setup.recover(&[]).says(0, &["recovered a secret of"]);
    let records = setup.folder.records();
    let [record] = &records[..] else {
        panic!("{records:?}");
    };
    let message = record["encrypted_client_secret"].as_str().unwrap();
    let id = record["client_id"].as_str().unwrap();
    assert!(setup.target.accepts(id, &key.open(message)));
    assert_eq!(record["unconfirmed"], true, "{record}");
    setup.has_clients(&[id]);
    Ok(())
}

/// Public clients have no secret, and one that was given is known to whoever gave it.
fn nothing_made() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    key(&setup);
    let given = ["--id", "given", "--secret", "correct-horse"];
    let public = ["--id", "public", "--token-endpoint-auth-method", "none"];
    for words in [&given[..], &public] {
        setup
            .run(setup.program(&["create"]).args(RECIPIENT).args(words))
            .says(0, &["OAuth 2.0 Client ID: "]);
    }
    assert_eq!(setup.folder.files(), ["key.asc"]);
    setup.has_clients(&["given", "public"]);
    Ok(())
}

fn failing() -> Result<(), Missing> {
    let refusal = r#"{"error":"invalid","error_description":"SECRET"}"#;
    let setup = Setup::new(
        move |request| match request.member("client_id").as_deref() {
            Some("b") => {
                let secret = request.member("client_secret").unwrap();
                Fault::Answer(answer(
                    "400 Bad Request",
                    &refusal.replace("SECRET", &secret),
                ))
            }
            _ => Fault::Pass,
        },
    );
    let key = key(&setup);
    let ended = setup.run(&mut importing(&setup, &["a", "b", "c"], &RECIPIENT));
    ended.says(
        1,
        &[
            "`b` was not created",
            "import: 2 created, 0 skipped, 1 failed",
        ],
    );
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert_eq!(lines.len(), 6, "{ended}");
    for (id, lines) in ["a", "c"].iter().zip(lines.chunks(3)) {
        assert_eq!(
            lines[0],
            format!("Imported OAuth 2.0 Client {id} from: {id}.json")
        );
        let base64 = lines[1]
            .strip_prefix("OAuth 2.0 Encrypted Client Secret: ")
            .unwrap();
        let message = String::from_utf8(STANDARD.decode(base64).unwrap()).unwrap();
        assert!(setup.target.accepts(id, &key.open(&message)));
        assert_eq!(lines[2], "");
    }
    assert_eq!(setup.folder.records().len(), 2);
    Ok(())
}
