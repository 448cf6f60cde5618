//! What `doctor` says of the secrets file, its journal and its lock, without touching them.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;

use serde_json::json;

use crate::connections::doctor::Room;
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
    let room = Room::sandbox();
    room.doctor(&[]).says(
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
        room.folder.write(SECRETS, content);
        room.doctor(&[]).says(0, &texts);
    }
    room.folder.write(SECRETS, two);
    let mode = |mode| Permissions::from_mode(mode);
    std::fs::set_permissions(room.folder.file(SECRETS), mode(0o666)).unwrap();
    room.doctor(&[]).says(
        0,
        &[
            "warning  secrets file",
            "others can write to it",
            "chmod go-w",
        ],
    );
    room.run(&["--allow-plaintext-secrets"])
        .says(6, &["problem  secrets file", "other users can open it"]);
    Ok(())
}

fn unusable() -> Result<(), Missing> {
    let room = Room::sandbox();
    room.folder.write("diary", "dear diary\n");
    room.folder.write("folder/x", "");
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
        room.doctor(&["--secrets-out", path]).says(6, &texts);
    }
    Ok(())
}

/// Nothing is forbidden to root; so there somebody else asks.
fn forbidden() -> Result<(), Missing> {
    let room = Room::sandbox();
    room.folder.write(SECRETS, record("a"));
    let mode = |name: &str, mode| {
        let path = room.folder.file(name);
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
            ["problem  secrets file", "no file can be made in `.`"],
        ),
    ] {
        mode(SECRETS, of_file);
        mode("", of_folder);
        let mut program = program::program(room.folder.path());
        program
            .args(["doctor", "--pgp-key-file", "key.asc", "--endpoint"])
            .arg(room.target.url());
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
    let room = Room::sandbox();
    let entry = |name: &str, endpoint: &str| {
        json!({"intent": {
            "name": name, "client_id": name, "client_name": null, "owner": null,
            "method": "client_secret_basic", "endpoint": endpoint,
            "created_at": "2026-01-02T03:04:05Z", "recipients": ["AB"],
            "encrypted_client_secret": format!("armor of {name}"),
        }})
    };
    let here = format!("http://{}", room.front.address());
    let name = format!("{SECRETS}.journal");
    let whole = format!(
        "{{\"journal\":1}}\n{}\n{}\n",
        entry("a", &here),
        entry("b", "http://other")
    );
    room.folder.write(&name, &whole);
    room.doctor(&[]).says(
        0,
        &[
            "warning  journal",
            "2 secrets under way",
            "1 of them for this Hydra",
            "secrets recover",
        ],
    );
    room.folder.write(&name, format!("{whole}{{\"intent"));
    room.doctor(&[])
        .says(0, &["2 secrets under way", "last line is torn"]);
    room.folder
        .write(&name, format!("{{\"journal\":1}}\nnonsense\n{whole}"));
    room.doctor(&[]).says(
        6,
        &["problem  journal", "line 2 of the journal", "keep a copy"],
    );
    room.folder.write(&name, "{\"journal\":3}\n");
    room.doctor(&[]).says(6, &["problem  journal", "format 3"]);
    Ok(())
}

/// A run that waits for Hydra's answer holds the lock, and goes on undisturbed.
fn at_work() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let target = Target::sandbox(hydra_gitops::sandbox::Version::default());
    let room = Room::behind(target, move |request| match request.creates() {
        true => Fault::Hold(held.clone()),
        false => Fault::Pass,
    });
    let mut apply = program::program(room.folder.path());
    apply
        .args(["apply", "--pgp-key-file", "key.asc", "--endpoint"])
        .arg(format!("http://{}", room.front.address()));
    let running = Running::start(&mut apply);
    room.front
        .wait_for(|requests| requests.iter().any(crate::support::proxy::Request::creates));
    // Asked at another address: the held request is not one of the doctor's.
    let mut doctor = program::program(room.folder.path());
    doctor.args([
        "doctor",
        "--endpoint",
        &room.target.url(),
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
    let room = Room::sandbox();
    let name = format!("{SECRETS}.lock");
    room.folder.write(
        &name,
        "process 4194305 on elsewhere since 2026-01-02T03:04:05Z\n",
    );
    room.doctor(&[])
        .says(0, &["warning  lock", "process 4194305 on elsewhere"]);
    Ok(())
}
