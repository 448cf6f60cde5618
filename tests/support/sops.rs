//! The real `sops`: the one in `PATH`, or built from its source.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::requirement::{Missing, is_installed};

/// The program.
pub(crate) struct Sops(PathBuf);

impl Sops {
    /// Finds or builds it. Tests run side by side: a lock lets one of them build.
    pub(crate) fn new() -> Result<Self, Missing> {
        if is_installed("sops", "--version") {
            return Ok(Self("sops".into()));
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("sops");
        fs::create_dir_all(&folder).unwrap();
        let lock = File::create(folder.join("lock")).unwrap();
        lock.lock().unwrap();
        let program = folder.join("sops");
        if !program.is_file() {
            build(&program)?;
        }
        Ok(Self(program))
    }

    /// A command, which finds age identities only where a test names them.
    pub(crate) fn command(&self, words: &[&str], file: &Path) -> Command {
        let mut command = Command::new(&self.0);
        command
            .args(words)
            .arg(file)
            .env_remove("SOPS_AGE_KEY")
            .env_remove("SOPS_AGE_KEY_FILE")
            .env("HOME", "/nonexistent")
            .env("XDG_CONFIG_HOME", "/nonexistent");
        command
    }

    /// Decrypts a file with the age identities in a file.
    pub(crate) fn decrypt(&self, file: &Path, identity: &Path) -> Output {
        let mut command = self.command(&["decrypt"], file);
        command.env("SOPS_AGE_KEY_FILE", identity).output().unwrap()
    }

    /// The folder of the program, for `PATH`; `None` if it is there anyway.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.0.parent().filter(|folder| folder.is_absolute())
    }
}

fn build(program: &Path) -> Result<(), Missing> {
    if !is_installed("go", "version") {
        return Err(Missing("`sops`, or `go` to build it, is needed".to_owned()));
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/sops");
    let unfinished = program.with_extension("unfinished");
    let output = Command::new("go")
        .current_dir(source)
        .env_remove("GOFLAGS")
        .args([
            "build",
            "-mod=readonly",
            "-trimpath",
            "-ldflags",
            "-s -w",
            "-o",
        ])
        .arg(&unfinished)
        .arg("github.com/getsops/sops/v3/cmd/sops")
        .output()
        .unwrap();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cannot build sops: {messages}");
    fs::rename(unfinished, program).unwrap();
    Ok(())
}
