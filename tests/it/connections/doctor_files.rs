//! What `doctor` says of the secrets file, its journal and its lock, without touching them.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;

use serde_json::json;

use crate::connections::doctor::{setup, setup_before};
use crate::support::program::{self, Running};
use crate::support::proxy::{Fault, Gate};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::SECRETS;

pub(crate) const TESTS: Tests = &[
    ("the_secrets_file", store),
    ("a_secrets_file_that_cannot_be_used", unusable),
    ("files_and_folders_of_others", forbidden),
    ("a_journal", journal),
    ("a_run_at_work", at_work),
    ("a_lock_that_was_left", left),
];

fn record(id: &str) -> String {
    let record = json!({
        "format": 1, "client_id": id, "client_name": null, "endpoint": "http://h",
        "created_at": "2026-01-02T03:04:05Z", "recipients": ["AB"],
        "encrypted_client_secret": "armor",
    });
    format!("{record}\n")
}

fn store() -> Result<(), Missing> {
    let setup = setup();
    setup.doctor(&[]).says(
        0,
        &[
            "ok       lock          none: no run is at work",
            "ok       secrets file",
            "does not exist, and can be created",
        ],
    );
    let two = [record("a"), record("b")].concat();
    for (content, texts) in [
        (
            two.clone(),
            ["ok       secrets file", "holds 2 records, and has mode 600"],
        ),
        (
            format!("{two}{}", &record("c")[..50]),
            ["warning  secrets file", "its last line is torn"],
        ),
        (
            format!("{two}nonsense\n"),
            [
                "warning  secrets file",
                "1 line cannot be read, the first is line 3",
            ],
        ),
    ] {
        setup.folder.write(SECRETS, content);
        setup.doctor(&[]).says(0, &texts);
    }
    setup.folder.write(SECRETS, two);
    let mode = |mode| Permissions::from_mode(mode);
    std::fs::set_permissions(setup.folder.file(SECRETS), mode(0o666)).unwrap();
    setup.doctor(&[]).says(
        0,
        &[
            "warning  secrets file",
            "others can write to it",
            "chmod go-w",
        ],
    );
    setup
        .doctor_only(&["--allow-plaintext-secrets"])
        .says(6, &["problem  secrets file", "other users can open it"]);
    Ok(())
}

fn unusable() -> Result<(), Missing> {
    let setup = setup();
    setup.folder.write("diary", "dear diary\n");
    setup.folder.write("folder/x", "");
    for (path, texts) in [
        ("diary", ["is not a secrets file", "--secrets-out"]),
        ("folder", ["is a folder", "--secrets-out"]),
        ("/dev/full", ["not a regular file", "--secrets-out"]),
        (
            "no/s.jsonl",
            ["cannot write `no/s.jsonl`", "create its folder first"],
        ),
        ("diary/s.jsonl", ["diary/s.jsonl`", "problem  secrets file"]),
    ] {
        setup.doctor(&["--secrets-out", path]).says(6, &texts);
    }
    Ok(())
}

/// Nothing is forbidden to root; so there somebody else asks.
fn forbidden() -> Result<(), Missing> {
    let setup = setup();
    setup.folder.write(SECRETS, record("a"));
    let mode = |name: &str, mode| {
        let path = setup.folder.file(name);
        std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    };
    let is_root = rustix::process::geteuid().is_root();
    mode("key.asc", 0o644);
    for (of_file, of_folder, texts) in [
        (
            0o000,
            0o755,
            [
                "problem  secrets file",
                "cannot read `client-secrets.jsonl`",
            ],
        ),
        (
            0o444,
            0o777,
            [
                "problem  secrets file",
                "cannot write `client-secrets.jsonl`",
            ],
        ),
        (
            0o666,
            0o555,
            ["problem  secrets file", "cannot create a file in `.`"],
        ),
    ] {
        mode(SECRETS, of_file);
        mode("", of_folder);
        let mut program = program::program(setup.folder.path());
        program
            .args(["doctor", "--pgp-key-file", "key.asc", "--endpoint"])
            .arg(setup.target.url());
        if is_root {
            program.uid(65_534).gid(65_534);
        }
        let ended = program::run(&mut program);
        // Else the folder could not be removed.
        mode("", 0o755);
        ended.says(6, &texts);
    }
    Ok(())
}

fn journal() -> Result<(), Missing> {
    let setup = setup();
    let entry = |name: &str, endpoint: &str| {
        json!({"intent": {
            "name": name, "client_id": name, "client_name": null, "owner": null,
            "method": "client_secret_basic", "endpoint": endpoint,
            "created_at": "2026-01-02T03:04:05Z", "recipients": ["AB"],
            "encrypted_client_secret": format!("armor of {name}"),
        }})
    };
    let here = setup.url();
    let name = format!("{SECRETS}.journal");
    let whole = format!(
        "{{\"journal\":1}}\n{}\n{}\n",
        entry("a", &here),
        entry("b", "http://other")
    );
    setup.folder.write(&name, &whole);
    setup.doctor(&[]).says(
        0,
        &[
            "warning  journal",
            "2 secrets under way",
            "1 of them for this Hydra",
            "secrets recover",
        ],
    );
    setup.folder.write(&name, format!("{whole}{{\"intent"));
    setup
        .doctor(&[])
        .says(0, &["2 secrets under way", "last line is torn"]);
    setup
        .folder
        .write(&name, format!("{{\"journal\":1}}\nnonsense\n{whole}"));
    setup.doctor(&[]).says(
        6,
        &["problem  journal", "line 2 of the journal", "keep a copy"],
    );
    setup.folder.write(&name, "{\"journal\":5}\n");
    setup.doctor(&[]).says(6, &["problem  journal", "format 5"]);
    Ok(())
}

/// A run that waits for Hydra's answer holds the lock, and goes on undisturbed.
fn at_work() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let target = Target::sandbox(hydra_gitops::sandbox::Version::default());
    let setup = setup_before(target, move |request| match request.creates() {
        true => Fault::Hold(held.clone()),
        false => Fault::Pass,
    });
    let mut apply = program::program(setup.folder.path());
    apply
        .args(["apply", "--pgp-key-file", "key.asc", "--endpoint"])
        .arg(setup.url());
    let running = Running::start(&mut apply);
    setup
        .proxy
        .wait_for(|requests| requests.iter().any(crate::support::proxy::Request::creates));
    // Asked at another address: the held request is not one of the doctor's.
    let mut doctor = program::program(setup.folder.path());
    doctor.args([
        "doctor",
        "--endpoint",
        &setup.target.url(),
        "--pgp-key-file",
        "key.asc",
    ]);
    let ended = program::run(&mut doctor);
    let id = format!("process {} on", running.id());
    if std::path::Path::new("/proc/locks").exists() {
        ended.says(
            6,
            &["problem  lock", "is in use by", &id, "1 secret under way"],
        );
    } else {
        ended.says(0, &["warning  lock", &id]);
    }
    gate.open();
    running.wait().says(0, &["1 created"]);
    Ok(())
}

fn left() -> Result<(), Missing> {
    let setup = setup();
    let name = format!("{SECRETS}.lock");
    setup.folder.write(
        &name,
        "process 4194305 on elsewhere since 2026-01-02T03:04:05Z\n",
    );
    setup
        .doctor(&[])
        .says(0, &["warning  lock", "process 4194305 on elsewhere"]);
    Ok(())
}
