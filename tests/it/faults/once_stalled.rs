//! `import` with a recipient where whoever reads standard output has fallen asleep: requests go on,
//! and signals are heard.

use std::io::{PipeReader, Read as _, pipe};

use rustix::process::Signal;

use crate::faults::once::importing;
use crate::faults::once_sealed::{RECIPIENT, key, wait_for_clients};
use crate::support::program::Running;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[("requests_go_on", requests), ("a_signal_ends_it", signal)];

/// More than fits into a pipe, 64 KiB: the lines of each are half of one.
const CLIENTS: usize = 300;

/// Starts an import, and waits until all clients are created.
fn start(setup: &Setup) -> (Running, PipeReader) {
    key(setup);
    let ids: Vec<String> = (0..CLIENTS).map(|number| format!("c{number}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let (reader, writer) = pipe().unwrap();
    let mut import = importing(setup, &ids, &RECIPIENT);
    let running = Running::start(import.stdout(writer));
    wait_for_clients(setup, CLIENTS);
    (running, reader)
}

/// Asserts that each client's secret is recorded, and certain.
fn is_recorded(setup: &Setup) {
    let records = setup.folder.records();
    assert_eq!(records.len(), CLIENTS);
    let unconfirmed = |record: &&serde_json::Value| record.get("unconfirmed").is_some();
    assert_eq!(records.iter().filter(unconfirmed).count(), 0);
}

fn requests() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    let (running, mut reader) = start(&setup);
    let mut printed = String::new();
    reader.read_to_string(&mut printed).unwrap();
    let ended = running.wait();
    ended.says(0, &["import: 300 created, 0 skipped, 0 failed"]);
    assert_eq!(
        printed.matches("Imported OAuth 2.0 Client c").count(),
        CLIENTS
    );
    assert!(
        printed.starts_with("Imported OAuth 2.0 Client c0 "),
        "{printed}"
    );
    is_recorded(&setup);
    Ok(())
}

fn signal() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    let (running, reader) = start(&setup);
    running.wait_until_says("300 secrets recorded");
    running.signal(Signal::TERM);
    let ended = running.wait();
    ended.says(143, &["not all of it was printed"]);
    drop(reader);
    is_recorded(&setup);
    Ok(())
}
