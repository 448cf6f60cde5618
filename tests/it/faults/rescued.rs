//! The files are deleted or replaced while a run works: what it recorded is still in memory, and is
//! written again. What is said to be kept was read back.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::program::{self, Running};
use crate::support::proxy::{Fault, Gate};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::until;
use crate::support::workspace::SECRETS;

pub(crate) const TESTS: Tests = &[
    ("when_all_files_are_deleted_no_secret_is", deleted),
    ("secrets_under_way_outlive_their_journal", journal_deleted),
    ("encrypted_ones_are_recovered_as_certain", encrypted),
    ("another_runs_journal_is_left_alone", other_run),
    ("without_a_folder_the_lost_ones_are_named", folder_deleted),
    ("without_a_folder_import_names_the_lost_ones", import),
];

const JOURNAL: &str = "client-secrets.jsonl.journal";
const IDS: [&str; 6] = ["c1", "c2", "c3", "c4", "c5", "c6"];

/// A Hydra whose answer to the third create waits at the gate.
fn setup() -> (Setup, Gate) {
    let gate = Gate::default();
    let held = gate.clone();
    let setup = Setup::new(
        move |request| match request.creates() && request.number == 3 {
            true => Fault::HoldAnswer(held.clone()),
            false => Fault::Pass,
        },
    );
    setup.folder.clients(&IDS);
    (setup, gate)
}

/// Runs a command, and does something while its third create waits for an answer.
fn meanwhile(
    command: &mut std::process::Command,
    act: impl FnOnce(&Setup),
) -> (Setup, program::Ended) {
    let (setup, gate) = setup();
    command
        .current_dir(setup.folder.path())
        .env("HYDRA_ADMIN_URL", setup.url());
    let running = Running::start(command);
    setup
        .proxy
        .wait_for(|seen| seen.iter().filter(|request| request.creates()).count() == 3);
    // Without a record, nothing was lost that was recorded, and another message says so.
    until("a record", || setup.folder.read(SECRETS).ends_with('\n'));
    act(&setup);
    gate.open();
    let ended = running.wait();
    setup.check(&ended);
    (setup, ended)
}

fn applying(more: &[&str]) -> std::process::Command {
    let mut command = program::program(std::path::Path::new("."));
    command.args(["apply", "--parallelism", "1"]).args(more);
    command
}

fn remove(setup: &Setup, names: &[&str]) {
    for name in names {
        fs::remove_file(setup.folder.file(name)).unwrap();
    }
}

/// Asserts that each client in Hydra has a record with its secret.
#[track_caller]
fn has_all(setup: &Setup) {
    let clients = setup.target.clients();
    assert!(clients.len() >= 3, "{clients:?}");
    for client in clients {
        setup.has_secret(client["client_id"].as_str().unwrap(), true);
    }
}

fn deleted() -> Result<(), Missing> {
    let lock = format!("{SECRETS}.lock");
    for files in [&[SECRETS, JOURNAL][..], &[SECRETS, JOURNAL, &lock]] {
        let mut command = applying(&["--allow-plaintext-secrets"]);
        let (setup, ended) = meanwhile(&mut command, |setup| remove(setup, files));
        let told = format!(") were saved to `{JOURNAL}`");
        let hint = "secrets recover --secrets-out client-secrets.jsonl";
        ended.says(6, &["the pending entries of this run (", &told, hint]);
        let public = setup.target.public_url();
        let again = setup.apply(&["--public-url", &public]);
        again.says(0, &["recovered the secret of `c1`", " 0 failed"]);
        has_all(&setup);
        assert_eq!(setup.target.clients().len(), IDS.len());
        setup.is_tidy();
    }
    Ok(())
}

/// The secrets file stands, and the secret under way was in the journal alone.
fn journal_deleted() -> Result<(), Missing> {
    let folder = crate::support::workspace::Workspace::new();
    let (journal, is_down) = (folder.file(JOURNAL), Arc::new(AtomicBool::new(false)));
    let down = Arc::clone(&is_down);
    let mut setup = Setup::new(move |request| match request.creates() {
        _ if down.load(Ordering::Relaxed) => Fault::Drop,
        true if request.member("client_id").as_deref() == Some("c3") => {
            fs::remove_file(&journal).unwrap();
            down.store(true, Ordering::Relaxed);
            Fault::Lose
        }
        _ => Fault::Pass,
    });
    setup.folder = folder;
    setup.folder.clients(&IDS[..3]);
    let ended = setup.apply(&["--parallelism", "1", "--fail-after", "300ms"]);
    ended.says(1, &["2 created", "1 failed", "waits in"]);
    assert!(setup.folder.read(JOURNAL).contains("\"c3\""));
    is_down.store(false, Ordering::Relaxed);
    let public = setup.target.public_url();
    let again = setup.recover(&["--public-url", &public]);
    again.says(0, &["1 recorded"]);
    has_all(&setup);
    setup.is_tidy();
    Ok(())
}

fn encrypted() -> Result<(), Missing> {
    let key = crate::support::key::Key::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.asc");
    fs::write(&path, key.public()).unwrap();
    let mut command = applying(&["--pgp-key-file", path.to_str().unwrap()]);
    let files = [SECRETS, JOURNAL];
    let (setup, ended) = meanwhile(&mut command, |setup| remove(setup, &files));
    ended.says(6, &["were saved to"]);
    let again = setup.recover(&[]);
    let clients = setup.target.clients().len();
    let all = format!("{clients} recorded, 0 unconfirmed");
    assert!(again.stdout.contains(&all), "{again}");
    for client in setup.target.clients() {
        let id = client["client_id"].as_str().unwrap();
        let record = setup.folder.record(id).unwrap();
        let secret = key.open(record["encrypted_client_secret"].as_str().unwrap());
        assert!(setup.target.accepts(id, &secret));
        // Their answers had come, though none could be recorded any more.
        assert!(record.get("unconfirmed").is_none(), "{id}");
    }
    Ok(())
}

/// The lock's file was deleted too, and somebody began a run that is at work now.
fn other_run() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let second = Setup::new(move |request| match request.creates() {
        true => Fault::HoldAnswer(held.clone()),
        false => Fault::Pass,
    });
    let lock = format!("{SECRETS}.lock");
    let mut other = None;
    let mut command = applying(&["--allow-plaintext-secrets"]);
    let (setup, ended) = meanwhile(&mut command, |setup| {
        remove(setup, &[SECRETS, JOURNAL, &lock]);
        let mut command = applying(&["--allow-plaintext-secrets", "--fail-after", "5s"]);
        command
            .current_dir(setup.folder.path())
            .env("HYDRA_ADMIN_URL", second.url());
        other = Some(Running::start(&mut command));
        second
            .proxy
            .wait_for(|seen| seen.iter().any(|request| request.creates()));
    });
    ended.says(
        6,
        &[
            "was written to `client-secrets.jsonl.rescued-",
            "run `mv -n ",
        ],
    );
    gate.open();
    other.unwrap().wait().says(0, &["6 created"]);
    let files = setup.folder.files();
    assert_eq!(files.len(), 2, "{files:?}");
    fs::rename(setup.folder.file(&files[1]), setup.folder.file(JOURNAL)).unwrap();
    let public = setup.target.public_url();
    let recovered = setup.recover(&["--public-url", &public]);
    assert!(recovered.stdout.starts_with("recover: "), "{recovered}");
    has_all(&setup);
    Ok(())
}

fn folder_deleted() -> Result<(), Missing> {
    let (setup, gate) = setup();
    setup.folder.write("out/keep", "");
    let mut command = setup.applying(&["--allow-plaintext-secrets", "--parallelism", "1"]);
    let running = Running::start(command.args(["--secrets-out", "out/s.jsonl"]));
    setup
        .proxy
        .wait_for(|seen| seen.iter().filter(|request| request.creates()).count() == 3);
    fs::remove_dir_all(setup.folder.file("out")).unwrap();
    gate.open();
    let ended = running.wait();
    setup.check(&ended);
    ended.says(
        6,
        &[
            "could not be saved to any file: `c1`, `c2`, `c3`",
            "delete those of them",
        ],
    );
    assert!(!ended.stderr.contains("no secret is lost"), "{ended}");
    Ok(())
}

/// What ended the run is said, and what was lost as well.
fn import() -> Result<(), Missing> {
    let key = crate::support::key::Key::new();
    let (setup, gate) = setup();
    setup.folder.write("out/key.asc", key.public());
    let mut command = setup.program(&["import"]);
    command
        .args([
            "manifests/clients.yaml",
            "--parallelism",
            "1",
            "--pgp-key-file",
            "out/key.asc",
        ])
        .args(["--secrets-out", "out/s.jsonl"]);
    let running = Running::start(&mut command);
    setup
        .proxy
        .wait_for(|seen| seen.iter().filter(|request| request.creates()).count() == 3);
    fs::remove_dir_all(setup.folder.file("out")).unwrap();
    gate.open();
    let ended = running.wait();
    setup.check(&ended);
    let texts = [
        "another file has taken its place",
        "could not be saved to any file: `c1`, `c2`, `c3`",
    ];
    ended.says(6, &texts);
    Ok(())
}
