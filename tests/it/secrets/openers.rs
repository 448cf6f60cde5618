//! Programs that open secrets and misbehave.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::key::Key;
use crate::support::program::{Ended, run};
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("a_program_that_hangs_is_ended", hangs),
    ("a_program_that_is_not_there_is_named", missing),
    ("what_a_program_says_is_bounded_and_harmless", noisy),
    ("a_warning_is_no_failure", warns),
];

/// A sandbox with a recorded secret, and a program in the place of GnuPG.
fn with_gpg(script: &str) -> Setup {
    let setup = Setup::new(|_| Fault::Pass).without_log();
    setup.folder.clients(&["one"]);
    setup.folder.write("key.asc", Key::new().public());
    setup
        .run(&mut setup.applying(&["--pgp-key-file", "key.asc"]))
        .says(0, &[]);
    setup
        .folder
        .write("bin/gpg", format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(setup.folder.file("bin/gpg"), Permissions::from_mode(0o755)).unwrap();
    setup
}

fn show(setup: &Setup, more: &[&str]) -> Ended {
    let mut command = setup.program(&[&["secrets", "show", "one"], more].concat());
    let path = std::env::var("PATH").unwrap();
    run(command.env(
        "PATH",
        format!("{}:{path}", setup.folder.file("bin").display()),
    ))
}

fn hangs() -> Result<(), Missing> {
    let setup = with_gpg("exec sleep 1000");
    let ended = show(&setup, &["--fail-after", "300ms"]);
    ended.says(
        1,
        &[
            "`gpg` did not finish within 300ms",
            "waiting for a passphrase",
        ],
    );
    assert_eq!(ended.stdout, "");
    Ok(())
}

fn missing() -> Result<(), Missing> {
    let setup = with_gpg("");
    let mut command = setup.program(&["secrets", "show", "one"]);
    run(command.env("PATH", "/nowhere")).says(1, &["cannot run `gpg`", "install GnuPG"]);
    Ok(())
}

fn noisy() -> Result<(), Missing> {
    let setup = with_gpg("yes 'gpg: \u{1b}[31m::error::evil' | head -c 10000000 >&2; exit 2");
    let ended = show(&setup, &[]);
    ended.says(1, &["cannot open the secret of `one`"]);
    assert!(
        ended.stderr.len() < 2_000 && !ended.stderr.contains('\u{1b}'),
        "{ended}"
    );
    let setup = with_gpg("head -c 1000000 /dev/zero | tr '\\0' x");
    let ended = show(&setup, &[]);
    ended.says(1, &["longer than 65536 bytes"]);
    assert_eq!(ended.stdout, "");
    Ok(())
}

fn warns() -> Result<(), Missing> {
    let setup = with_gpg("echo 'gpg: WARNING: the key is not certified' >&2; printf opened");
    let ended = show(&setup, &[]);
    ended.says(0, &[]);
    assert_eq!(ended.stdout, "opened");
    Ok(())
}
