//! `version`: which program this is.

use crate::support::program::{self, Ended};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("version_commit_and_target_are_told", told),
    ("nothing_is_asked_at_run_time", not_asked),
];

fn version(more: &[&str]) -> Ended {
    let folder = Workspace::new();
    let mut command = program::program(folder.path());
    program::run(command.arg("version").args(more))
}

fn told() -> Result<(), Missing> {
    let text = version(&[]);
    let lines: Vec<_> = text.stdout.lines().collect();
    let json = version(&["--output", "json"]).json();
    assert_eq!(
        lines[0],
        format!("hydra-gitops {}", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
    let commit = json["commit"].as_str().unwrap_or("unknown");
    assert_eq!(lines[1], format!("commit {commit}"));
    let target = json["target"].as_str().unwrap();
    assert_eq!(lines[2], format!("target {target}"));
    assert_eq!(lines.len(), 3);
    assert!(target.starts_with(std::env::consts::ARCH), "{target}");
    assert!(target.contains(std::env::consts::OS), "{target}");
    let folder = Workspace::new();
    let short = program::run(program::program(folder.path()).arg("--version"));
    assert_eq!(short.stdout.lines().next(), Some(lines[0]));
    Ok(())
}

/// The variable counts when the program is built.
fn not_asked() -> Result<(), Missing> {
    let folder = Workspace::new();
    let mut command = program::program(folder.path());
    command
        .env("HYDRA_GITOPS_COMMIT", "made-up")
        .env("PATH", "");
    let ended = program::run(command.arg("version"));
    assert_eq!(ended.stdout, version(&[]).stdout);
    Ok(())
}
