//! Others do the same at the same time: a second run, or somebody who creates the client first.

use std::fs::{Permissions, hard_link, rename, set_permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::program::Running;
use crate::support::proxy::{Fault, Gate, Proxy};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::workspace::SECRETS;

pub(crate) const TESTS: Tests = &[
    (
        "a_second_run_on_the_same_file_is_told_who_was_first",
        second_run,
    ),
    ("all_names_of_a_file_share_its_lock", other_names),
    (
        "a_file_that_loses_its_place_loses_no_secret",
        lost_its_place,
    ),
    ("runs_with_files_of_their_own_share_a_hydra", two_files),
];

fn second_run() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let setup = Setup::new(move |request| match request.creates() {
        true => Fault::HoldAnswer(held.clone()),
        false => Fault::Pass,
    });
    setup.folder.clients(&["a"]);
    let mut command = setup.applying(&["--allow-plaintext-secrets"]);
    let first = Running::start(&mut command);
    setup
        .proxy
        .wait_for(|seen| seen.iter().any(|request| request.creates()));
    // The second sees the client already; another of its own makes it want the file.
    setup.folder.write("manifests/b.yaml", "client_id: b\n");
    let holder = format!(
        "`client-secrets.jsonl` is in use by process {} on ",
        first.id()
    );
    for _ in 0..2 {
        setup
            .apply(&[])
            .says(6, &[&holder, " since ", "--secrets-out"]);
    }
    assert_eq!(setup.posts("b"), 0);
    gate.open();
    first.wait().says(0, &["1 created"]);
    setup.apply(&[]).says(0, &["1 created, 1 unchanged"]);
    setup.has_secret("a", true);
    setup.has_secret("b", true);
    setup.is_tidy();
    Ok(())
}

/// A Hydra whose answers to creates are held back.
fn holding(gate: &Gate) -> Setup {
    let held = gate.clone();
    let setup = Setup::new(move |request| match request.creates() {
        true => Fault::HoldAnswer(held.clone()),
        false => Fault::Pass,
    });
    setup.folder.clients(&["a"]);
    setup
}

fn other_names() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = holding(&gate);
    let first = Running::start(&mut setup.applying(&["--allow-plaintext-secrets"]));
    setup
        .proxy
        .wait_for(|seen| seen.iter().any(|request| request.creates()));
    let (file, folder) = (SECRETS, setup.folder.path());
    symlink(file, folder.join("link.jsonl")).unwrap();
    hard_link(folder.join(file), folder.join("hard.jsonl")).unwrap();
    setup.folder.write("manifests/b.yaml", "client_id: b\n");
    let apply_with = |name: &str| {
        let mut command = setup.program(&["apply"]);
        command.args([
            "manifests",
            "--allow-plaintext-secrets",
            "--secrets-out",
            name,
        ]);
        command
    };
    for (name, said) in [
        ("link.jsonl", "`link.jsonl` is in use by process "),
        (
            "hard.jsonl",
            "`hard.jsonl` is in use: another run is writing it",
        ),
    ] {
        let second = setup.run(&mut apply_with(name));
        second.says(6, &[said, "--secrets-out"]);
    }
    assert_eq!(setup.posts("b"), 0);
    gate.open();
    first.wait().says(0, &["1 created"]);
    let third = setup.run(&mut apply_with("link.jsonl"));
    third.says(0, &["1 created, 1 unchanged"]);
    setup.has_secret("a", true);
    setup.has_secret("b", true);
    Ok(())
}

/// As `git pull` does: a new file takes the place of the one that is being written.
fn lost_its_place() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = holding(&gate);
    let first = Running::start(&mut setup.applying(&["--allow-plaintext-secrets"]));
    setup
        .proxy
        .wait_for(|seen| seen.iter().any(|request| request.creates()));
    setup.folder.write("other", "");
    let path = |name: &str| setup.folder.path().join(name);
    set_permissions(path("other"), Permissions::from_mode(0o600)).unwrap();
    rename(path("other"), path(SECRETS)).unwrap();
    gate.open();
    first.wait().says(6, &["another file has taken its place"]);
    let public = setup.target.public_url();
    setup
        .apply(&["--public-url", &public])
        .says(0, &["0 created, 1 unchanged"]);
    setup.has_secret("a", true);
    setup.is_tidy();
    Ok(())
}

/// Both plan to create all; each client has its secret in one of the files.
fn two_files() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    let ids: Vec<String> = (10..60).map(|n| format!("c{n}")).collect();
    setup
        .folder
        .clients(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let gate = Gate::default();
    let held = gate.clone();
    let both = Proxy::start(
        &setup.target.url(),
        Box::new(move |request| match request.creates() {
            true => Fault::Hold(held.clone()),
            false => Fault::Pass,
        }),
    );
    let url = format!("http://{}", both.address());
    let runs = ["x.jsonl", "y.jsonl"].map(|file| {
        let words = [
            "--allow-plaintext-secrets",
            "--endpoint",
            &url,
            "--secrets-out",
            file,
        ];
        let mut command = setup.applying(&words);
        Running::start(command.args(["--parallelism", "4"]))
    });
    both.wait_for(|seen| seen.iter().filter(|request| request.creates()).count() == 8);
    gate.open();
    for run in runs {
        run.wait().says(0, &[" 0 failed"]);
    }
    let secrets = setup.folder.read("x.jsonl") + &setup.folder.read("y.jsonl");
    // Whoever was never first has no file.
    let files = setup.folder.files();
    assert!(
        files
            .iter()
            .all(|file| ["x.jsonl", "y.jsonl"].contains(&&**file)),
        "{files:?}"
    );
    // Whoever came second keeps a secret that may be an echo's; what is certain is right.
    let mut certain = Vec::new();
    for line in secrets.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |member: &str| record[member].as_str().unwrap().to_owned();
        if record.get("unconfirmed").is_none() {
            let (id, secret) = (text("client_id"), text("client_secret"));
            assert!(setup.target.accepts(&id, &secret));
            certain.push(id);
        }
    }
    certain.sort();
    assert_eq!(certain, ids);
    Ok(())
}
