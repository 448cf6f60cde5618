//! Building the servers: once, into `target/hydra`, and again when their sums change.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::release::Release;
use crate::support::requirement::{Missing, is_installed};

/// The server's program, built if need be.
///
/// Test binaries run side by side: a lock lets one of them build while the others wait.
pub(super) fn built(release: Release) -> Result<PathBuf, Missing> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/servers")
        .join(release.version());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("hydra");
    fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join(format!("{release}.lock"))).unwrap();
    lock.lock().unwrap();

    let program = folder.join(format!("hydra-{release}"));
    let stamp = folder.join(format!("hydra-{release}.sums"));
    let sums = [source.join("go.mod"), source.join("go.sum")]
        .map(|path| fs::read_to_string(path).unwrap())
        .concat();
    let is_current = program.is_file() && fs::read_to_string(&stamp).is_ok_and(|old| old == sums);
    if !is_current {
        build(release, &source, &program)?;
        fs::write(stamp, sums).unwrap();
    }
    Ok(program)
}

fn build(release: Release, source: &Path, program: &Path) -> Result<(), Missing> {
    for (tool, argument) in [("go", "version"), ("cc", "--version")] {
        if !is_installed(tool, argument) {
            return Err(Missing(format!(
                "`{tool}` is needed to build Hydra {release}"
            )));
        }
    }
    let package = release.package();
    let unfinished = program.with_extension("unfinished");
    let output = Command::new("go")
        .current_dir(source)
        .env_remove("GOFLAGS")
        .args([
            "build",
            "-mod=readonly",
            "-tags",
            "sqlite,json1",
            "-trimpath",
        ])
        .arg("-ldflags")
        .arg(format!(
            "-s -w -X {package}/driver/config.Version={release}"
        ))
        .arg("-o")
        .arg(&unfinished)
        .arg(package)
        .output()
        .unwrap();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "cannot build Hydra {release}: {messages}"
    );
    fs::rename(unfinished, program).unwrap();
    Ok(())
}
