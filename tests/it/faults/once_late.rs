//! `create` where something on the way refuses a request and delivers it later: the client may
//! come to have the secret, so that it is printed, or waits in the journal.

use hydra_gitops::sandbox::Version;
use rustix::process::Signal;
use serde_json::Value;

use crate::support::key::Key;
use crate::support::program::{self, Ended, Running};
use crate::support::proxy::{Fault, Request, answer, json};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[
    ("a_secret_is_printed", printed),
    ("an_interruption_prints_the_secret", interrupted),
    ("a_secret_is_printed_without_an_id", nameless),
    ("a_secret_that_a_gateway_masks_is_printed", masked),
    ("with_a_recipient_it_waits_in_the_journal", sealed),
];

/// A gateway that answers each create itself.
fn gateway(request: &Request) -> Fault {
    match request.creates() {
        true => Fault::Answer(answer("504 Gateway Timeout", "", "too slow")),
        false => Fault::Pass,
    }
}

/// Delivers the first request to create a client.
fn deliver(setup: &Setup) {
    let requests = setup.proxy.requests();
    let first = requests.iter().find(|request| request.creates()).unwrap();
    let client: Value = serde_json::from_slice(&first.body).unwrap();
    setup.target.create(&client);
}

/// Asserts that what was said is true both before and after the delivery.
fn is_open(setup: &Setup, ended: &Ended) {
    assert!(!ended.stderr.contains("was not created"), "{ended}");
    deliver(setup);
    let line = ended
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix("OAuth 2.0 Client Secret: "));
    let secret = line.unwrap_or_else(|| panic!("no secret in {ended}"));
    let clients = setup.target.clients();
    let id = clients[0]["client_id"].as_str().unwrap();
    assert!(setup.target.accepts(id, secret), "{ended}");
}

const SAID: [&str; 2] = ["may have been created", "is the one that was printed"];

fn printed() -> Result<(), Missing> {
    let setup = Setup::new(gateway);
    let mut create = setup.program(&["create"]);
    let ended = program::run(create.args(["--id", "late", "--fail-after", "300ms"]));
    ended.says(1, &SAID);
    is_open(&setup, &ended);
    Ok(())
}

/// What was sent is shown, and not the mask.
fn masked() -> Result<(), Missing> {
    let setup = Setup::new(|request| match request.creates() {
        true => {
            let masked = r#"{"client_id":"a","client_secret":"********"}"#;
            Fault::Instead(json("201 Created", masked))
        }
        false => Fault::Pass,
    });
    let mut create = setup.program(&["create"]);
    let ended = program::run(create.args(["--id", "a"]));
    ended.says(0, &["could not verify that this is its secret"]);
    let mut lines = ended.stdout.lines();
    let secret = lines.find_map(|line| line.strip_prefix("OAuth 2.0 Client Secret: "));
    assert!(setup.target.accepts("a", secret.unwrap()), "{ended}");
    Ok(())
}

fn interrupted() -> Result<(), Missing> {
    let setup = Setup::new(gateway);
    let mut create = setup.program(&["create"]);
    let running = Running::start(create.args(["--id", "late"]));
    setup
        .proxy
        .wait_for(|seen| seen.iter().any(Request::creates));
    running.signal(Signal::INT);
    let ended = running.wait();
    ended.says(130, &SAID);
    is_open(&setup, &ended);
    Ok(())
}

/// Where Hydra chooses ids, none is known.
fn nameless() -> Result<(), Missing> {
    let version: Version = "v2.1.2".parse().unwrap();
    let setup = Setup::before(Target::sandbox(version), gateway);
    let mut create = setup.program(&["create"]);
    let words = ["--name", "n", "--owner", "o", "--fail-after", "300ms"];
    let ended = program::run(create.args(words));
    ended.says(1, &SAID);
    assert!(!ended.stdout.contains("Client ID"), "{ended}");
    is_open(&setup, &ended);
    Ok(())
}

fn sealed() -> Result<(), Missing> {
    let setup = Setup::new(gateway);
    let key = Key::new();
    setup.folder.write("key.asc", key.public());
    let words = ["--id", "late", "--fail-after", "300ms"];
    let recipient = ["--pgp-key-file", "key.asc"];
    let mut create = setup.program(&["create"]);
    let ended = setup.run(create.args(words).args(recipient));
    ended.says(1, &["may have been created", "safe in the journal"]);
    assert_eq!(ended.stdout, "");
    deliver(&setup);
    setup
        .recover(&[])
        .says(0, &["recovered a secret of `late`"]);
    let record = setup.folder.record("late").unwrap();
    let message = record["encrypted_client_secret"].as_str().unwrap();
    assert!(setup.target.accepts("late", &key.open(message)));
    Ok(())
}
