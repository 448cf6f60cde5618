//! Tells the program what only a build knows: for which target it is built, and from which commit.

use std::env::var;
use std::path::Path;
use std::process::Command;

/// What `release/build` sets, and other builds may.
const COMMIT: &str = "HYDRA_GITOPS_COMMIT";

fn main() {
    let target = var("TARGET").unwrap_or_default();
    println!("cargo::rustc-env=HYDRA_GITOPS_TARGET={target}");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={COMMIT}");
    // In a debug build, each commit would compile everything again.
    let is_release = var("PROFILE").is_ok_and(|profile| profile == "release");
    if is_release
        && var(COMMIT).is_err()
        && let Some(commit) = checked_out()
    {
        println!("cargo::rustc-env={COMMIT}={commit}");
    }
}

/// The commit of this folder's own repository. One around it is somebody else's.
fn checked_out() -> Option<String> {
    let repository = Path::new(&var("CARGO_MANIFEST_DIR").ok()?).join(".git");
    for changed in ["HEAD", "logs/HEAD"] {
        let changed = repository.join(changed);
        if changed.exists() {
            println!("cargo::rerun-if-changed={}", changed.display());
        }
    }
    let mut git = Command::new("git");
    git.arg("--git-dir").arg(&repository);
    let output = git.args(["rev-parse", "HEAD"]).output().ok()?;
    let commit = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| commit.trim().to_owned())
}
