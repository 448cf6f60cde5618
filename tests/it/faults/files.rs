//! The secrets file cannot be made, opened or written: exit 6, and nothing was sent.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::program;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("nothing_is_recovered_beside_a_wrong_path", wrong_folder),
    ("its_folder_is_missing", folder_missing),
    ("it_is_a_folder", is_a_folder),
    ("a_part_of_its_path_is_a_file", below_a_file),
    ("it_is_no_regular_file", devices),
    ("its_folder_is_read_only", read_only),
    ("it_lies_readable_by_others", readable_by_others),
    ("its_files_are_private_and_gone_when_empty", tidy),
];

/// Applies with that secrets file, and asserts that nothing was sent.
#[track_caller]
fn refused(setup: &Setup, path: &str, texts: &[&str]) {
    setup.apply(&["--secrets-out", path]).says(6, texts);
    let posts = setup
        .proxy
        .requests()
        .iter()
        .filter(|request| request.creates())
        .count();
    assert_eq!(posts, 0);
}

fn setup() -> Setup {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.clients(&["a", "b"]);
    setup
}

fn folder_missing() -> Result<(), Missing> {
    let setup = setup();
    let texts = [
        "cannot write `no/such/s.jsonl",
        "create its folder first",
        "--secrets-out",
    ];
    refused(&setup, "no/such/s.jsonl", &texts);
    setup.is_untouched();
    Ok(())
}

fn is_a_folder() -> Result<(), Missing> {
    let setup = setup();
    setup.folder.write("s.jsonl/keep", "");
    refused(
        &setup,
        "s.jsonl",
        &["`s.jsonl`", "is a folder", "name a file"],
    );
    assert_eq!(setup.folder.files(), ["s.jsonl"]);
    Ok(())
}

fn below_a_file() -> Result<(), Missing> {
    let setup = setup();
    setup.folder.write("file", "");
    refused(
        &setup,
        "file/s.jsonl",
        &["cannot write `file/s.jsonl", "--secrets-out"],
    );
    Ok(())
}

/// Reading such a file may never end, and what is written to it is gone.
fn devices() -> Result<(), Missing> {
    for device in ["/dev/full", "/dev/null", "/dev/zero"] {
        let setup = setup();
        symlink(device, setup.folder.file("s.jsonl")).unwrap();
        let words = [
            "apply",
            "--allow-plaintext-secrets",
            "--secrets-out",
            "s.jsonl",
        ];
        let ended = setup.run(&mut setup.program_after("ulimit -v 1000000", &words));
        ended.says(6, &["`s.jsonl`", "not a regular file", "--secrets-out"]);
        assert_eq!(setup.folder.files(), ["s.jsonl"]);
    }
    let setup = setup();
    let made = program::run(program::command("mkfifo", setup.folder.path()).arg("s.jsonl"));
    assert_eq!(made.code, Some(0), "{made}");
    refused(&setup, "s.jsonl", &["not a regular file"]);
    Ok(())
}

/// For root only a mount makes a folder read-only.
fn read_only() -> Result<(), Missing> {
    crate::faults::disk::may_mount()?;
    let setup = setup();
    setup.folder.write("out/keep", "");
    let words = [
        "apply",
        "--allow-plaintext-secrets",
        "--secrets-out",
        "out/s.jsonl",
    ];
    let script = "mount --bind out out && mount -o remount,bind,ro out";
    let ended = setup.run(&mut crate::faults::disk::with_mounts(
        &setup, script, &words,
    ));
    ended.says(
        6,
        &[
            "cannot write `out/s.jsonl",
            "Read-only file system",
            "make it writable",
        ],
    );
    setup.is_untouched_but(&["out"]);
    Ok(())
}

fn readable_by_others() -> Result<(), Missing> {
    let setup = setup();
    setup.folder.write("s.jsonl", "");
    let all = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(setup.folder.file("s.jsonl"), all).unwrap();
    refused(
        &setup,
        "s.jsonl",
        &["other users can open it", "chmod 600 s.jsonl"],
    );
    Ok(())
}

fn tidy() -> Result<(), Missing> {
    let setup = setup();
    let folder = setup.folder.path().to_owned();
    let modes = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&modes);
    let watching = Setup::before(
        crate::support::target::Target::sandbox(Default::default()),
        move |request| {
            let entries = folder.read_dir().unwrap().map(Result::unwrap);
            for entry in entries.filter(|_| request.creates()) {
                let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
                seen.lock().unwrap().push((entry.file_name(), mode));
            }
            Fault::Pass
        },
    );
    let mut command = watching.program(&["apply"]);
    command
        .current_dir(setup.folder.path())
        .arg("--allow-plaintext-secrets");
    watching.run(&mut command).says(0, &["2 created"]);
    let mut modes = modes.lock().unwrap().clone();
    modes.retain(|(name, _)| name != "manifests");
    modes.sort();
    modes.dedup();
    let names: Vec<_> = modes
        .iter()
        .map(|(name, _)| name.to_str().unwrap())
        .collect();
    let expected = [
        "client-secrets.jsonl",
        "client-secrets.jsonl.journal",
        "client-secrets.jsonl.lock",
    ];
    assert_eq!(names, expected);
    assert!(modes.iter().all(|(_, mode)| *mode == 0o600), "{modes:?}");
    setup.is_tidy();

    // Public clients have no secret: no file at all.
    let none = Setup::new(|_| Fault::Pass);
    none.folder.write(
        "manifests/p.yaml",
        "client_id: p\ntoken_endpoint_auth_method: none\n",
    );
    none.apply(&[]).says(0, &["1 created"]);
    assert_eq!(none.folder.files(), [""; 0]);
    Ok(())
}

/// A mistyped folder does not look like a journal that is settled.
fn wrong_folder() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.write("file", "");
    for (path, why) in [
        ("nodir/s.jsonl", "`nodir` does not exist"),
        ("file/s.jsonl", "`file` is not a folder"),
    ] {
        let ended = setup.recover(&["--secrets-out", path]);
        ended.says(6, &["nothing can be recovered", why, "--secrets-out"]);
    }
    std::os::unix::fs::symlink("nodir/s.jsonl", setup.folder.file("link")).unwrap();
    let ended = setup.recover(&["--secrets-out", "link"]);
    ended.says(6, &["`nodir` does not exist"]);
    for path in ["s.jsonl", "./s.jsonl"] {
        let ended = setup.recover(&["--secrets-out", path]);
        ended.says(0, &["nothing to recover"]);
    }
    assert!(setup.proxy.requests().is_empty());
    Ok(())
}
