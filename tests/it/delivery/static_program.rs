//! The program as the image has it: linked statically, with musl.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::support::requirement::{Missing, is_installed};

/// The program, built if need be. Cargo's own lock lets one test build while others wait. It is not
/// optimized, because that takes minutes; the `Dockerfile` builds with `release/build`.
pub(super) fn built() -> Result<&'static Path, Missing> {
    static BUILT: OnceLock<Result<PathBuf, Missing>> = OnceLock::new();
    let built = BUILT.get_or_init(build).as_ref();
    built.map(PathBuf::as_path).map_err(Clone::clone)
}

fn build() -> Result<PathBuf, Missing> {
    let target = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    if !is_installed("musl-gcc", "--version") {
        let needed = "`musl-gcc` (Debian: musl-tools) is needed to build the static program";
        return Err(Missing(needed.to_owned()));
    }
    let library = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", &target])
        .output();
    let library = library.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    if !library.is_ok_and(|path| Path::new(path.trim()).is_dir()) {
        let needed = format!("`rustup target add {target}` is needed to build the static program");
        return Err(Missing(needed));
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    // `cargo test` describes this package to us. Build scripts that look at these variables would
    // run again, and all that depends on them would be built anew.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let starts = ["CARGO_MANIFEST_", "CARGO_PKG_", "OUT_DIR"];
        let is_ours = starts.iter().any(|start| name.starts_with(start));
        if is_ours {
            cargo.env_remove(&*name);
        }
    }
    let output = cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--locked", "--bin", "hydra-gitops"])
        .args(["--target", &target, "--target-dir"])
        .arg(folder)
        .output()
        .unwrap();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cannot build: {messages}");
    Ok(folder.join(target).join("debug/hydra-gitops"))
}
