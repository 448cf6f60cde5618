//! The disk is full or broken, from the start or halfway: exit 6, nothing more is sent, and the
//! next run puts everything in its place.

use std::process::Command;
use std::time::Duration;

use crate::support::program;
use crate::support::proxy::{Fault, Request};
use crate::support::requirement::{Missing, is_installed};
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::workspace::SECRETS;

pub(crate) const TESTS: Tests = &[
    ("it_is_full_from_the_start", full_at_start),
    ("a_file_can_grow_no_more_halfway", full_halfway),
    ("a_sync_fails_halfway", sync_fails),
];

const CLIENTS: usize = 30;

fn setup() -> Setup {
    setup_with(|_| Fault::Pass)
}

fn setup_with(fault: impl Fn(&Request) -> Fault + Send + Sync + 'static) -> Setup {
    let setup = Setup::new(fault);
    let ids: Vec<String> = (10..10 + CLIENTS).map(|n| format!("c{n}")).collect();
    setup
        .folder
        .clients(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    setup
}

/// Whether mounts of our own can be made.
pub(crate) fn may_mount() -> Result<(), Missing> {
    let mut command = Command::new("unshare");
    let tried = command
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .output();
    if tried.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    Err(Missing("`unshare -rm` has to be permitted".to_owned()))
}

/// The program after `script` has made mounts, which nobody else sees.
pub(crate) fn with_mounts(setup: &Setup, script: &str, words: &[&str]) -> Command {
    let own = "exec unshare -rm sh -c";
    let script = format!("{own} '{script} && exec \"$0\" \"$@\"' \"$0\" \"$@\"");
    setup.program_after(&script, words)
}

fn full_at_start() -> Result<(), Missing> {
    may_mount()?;
    let setup = setup();
    setup.folder.write("out/keep", "");
    let words = [
        "apply",
        "--allow-plaintext-secrets",
        "--secrets-out",
        "out/s.jsonl",
    ];
    let script = "mount -t tmpfs -o size=16k tmpfs out";
    let ended = setup.run(&mut with_mounts(&setup, script, &words));
    ended.says(
        6,
        &[
            "cannot write `out/s.jsonl",
            "No space left",
            "free some space",
        ],
    );
    setup.is_untouched_but(&["out"]);
    Ok(())
}

/// Asserts that a run broke off, that nothing is lost, and that the next one finishes.
#[track_caller]
fn breaks_off_and_goes_on(setup: &Setup, ended: &program::Ended) {
    ended.says(
        6,
        &["cannot write `client-secrets.jsonl", "failed, ", " failed"][..1],
    );
    let created = setup.target.clients().len();
    assert!(created < CLIENTS, "{created}");
    let secrets = setup.folder.read(SECRETS);
    assert!(secrets.is_empty() || secrets.ends_with('\n'), "{secrets}");
    let journal = setup.folder.read(&format!("{SECRETS}.journal"));
    for client in setup.target.clients() {
        let id = client["client_id"].to_string();
        assert!(secrets.contains(&id) || journal.contains(&id), "{id}");
    }
    let again = setup.apply(&["--public-url", &setup.target.public_url()]);
    again.says(0, &[" 0 failed"]);
    assert_eq!(setup.target.clients().len(), CLIENTS);
    for number in 10..10 + CLIENTS {
        setup.has_secret(&format!("c{number}"), true);
    }
    setup.is_tidy();
}

/// The limit cuts a line in the middle, first in the journal, whose lines are longer.
fn full_halfway() -> Result<(), Missing> {
    for (blocks, ignored) in [
        (1, true),
        (3, true),
        (5, true),
        (8, true),
        (1, false),
        (5, false),
    ] {
        let setup = setup();
        // What outgrows the limit gets an error, and a signal that would end the process.
        let trap = if ignored { "trap '' XFSZ; " } else { "" };
        let script = format!("{trap}ulimit -f {blocks}");
        let words = ["apply", "--allow-plaintext-secrets", "--parallelism", "3"];
        let ended = setup.run(&mut setup.program_after(&script, &words));
        ended.says(6, &["File too large", "ulimit -f"]);
        breaks_off_and_goes_on(&setup, &ended);
    }
    Ok(())
}

/// Each of the two files has a writing thread, and the injected fault counts for each thread.
fn sync_fails() -> Result<(), Missing> {
    if !is_installed("strace", "--version") {
        return Err(Missing("`strace` is needed to break a sync".to_owned()));
    }
    for (nth, error) in [(1, "EIO"), (2, "EIO"), (4, "ENOSPC")] {
        // So slow that records do not share syncs: there have to be as many as that.
        let setup = setup_with(|request| match request.creates() {
            true => Fault::Delay(Duration::from_millis(20)),
            false => Fault::Pass,
        });
        let inject = format!("inject=fdatasync:error={error}:when={nth}+");
        let script = format!("exec strace -f -qq -o /dev/null -e {inject} \"$0\" \"$@\"");
        let words = ["apply", "--allow-plaintext-secrets", "--parallelism", "3"];
        let ended = setup.run(&mut setup.program_after(&script, &words));
        breaks_off_and_goes_on(&setup, &ended);
    }
    Ok(())
}
