//! Runs the commands of a story in one shell, as a reader would.

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::{fs, io};

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::readme::page::{Command, root};
use crate::readme::shown::compare;

/// Printed by the shell after each command, with the exit code; no output holds it.
const MARK: &str = "\u{1}exit code\u{1}";

/// A folder like a fresh clone of the repository, and a GnuPG of its own.
struct Clone {
    folder: TempDir,
}

impl Clone {
    fn new() -> io::Result<Self> {
        // Short, because the socket of GnuPG's agent in it may have 107 characters at most.
        let folder = tempfile::Builder::new()
            .prefix("hg-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()?;
        let path = folder.path();
        symlink(root().join("tests"), path.join("tests"))?;
        for part in ["manifests", "examples"] {
            copy(&root().join(part), &path.join(part))?;
        }
        // Where an optimized build would put the program.
        fs::create_dir_all(path.join("target/release"))?;
        let program = env!("CARGO_BIN_EXE_hydra-gitops");
        symlink(program, path.join("target/release/hydra-gitops"))?;
        fs::create_dir(path.join("gnupg"))?;
        fs::set_permissions(path.join("gnupg"), Permissions::from_mode(0o700))?;
        Ok(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_file() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        copy(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

impl Drop for Clone {
    fn drop(&mut self) {
        let agent = Process::new("gpgconf")
            .env("GNUPGHOME", self.path().join("gnupg"))
            .args(["--kill", "all"])
            .output();
        if let Err(error) = agent {
            // Without GnuPG there is no agent that could be left.
            assert_eq!(error.kind(), io::ErrorKind::NotFound, "{error}");
        }
    }
}

/// Runs the setup and then the commands one after the other, and compares what each prints with what
/// is shown. A command of the setup, or one without output, has to succeed.
pub(crate) fn run(page: &str, setup: &[&str], commands: &[Command]) -> Result<(), Failed> {
    let clone = Clone::new()?;
    let ports = [("4444", free_port()?), ("4445", free_port()?)];
    let adapt = |text: &str| {
        let text = text.replace("cargo run --release -- ", "target/release/hydra-gitops ");
        let mut text = text.replace("cargo run --release --", "target/release/hydra-gitops");
        for (shown, free) in &ports {
            text = text.replace(&format!(":{shown}"), &format!(":{free}"));
            text = text.replace(&format!("PORT={shown}"), &format!("PORT={free}"));
        }
        text
    };
    let unseen = |text: &&str| Command {
        text: (*text).to_owned(),
        output: None,
        line: 0,
    };
    let setup: Vec<Command> = setup.iter().map(unseen).collect();
    let commands = [setup.as_slice(), commands].concat();
    let output = bash(clone.path(), &script(&commands, adapt))?;
    let mut rest = output.as_str();
    for command in &commands {
        let at = format!("{page}:{}: {}", command.line, command.text);
        let end = rest.split_once(MARK);
        let end = end.and_then(|(real, rest)| Some((real, rest.split_once('\n')?)));
        let Some((real, (code, more))) = end else {
            return Err(format!("{at}: has not ended\n{output}").into());
        };
        rest = more;
        match &command.output {
            Some(shown) => {
                let real: Vec<&str> = real.lines().collect();
                let shown: Vec<String> = shown.iter().map(|line| adapt(line)).collect();
                compare(&shown, &real).map_err(|difference| {
                    format!("{at}\n{difference}\n---\n{}", real.join("\n"))
                })?;
            }
            None if code != "0" => return Err(format!("{at}: exit code {code}\n{real}").into()),
            None => {}
        }
    }
    Ok(())
}

/// One script, so that variables and background processes live as long as in a reader's shell.
fn script(commands: &[Command], adapt: impl Fn(&str) -> String) -> String {
    let mut script =
        String::from("exec 2>&1\nset -o pipefail\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n");
    for command in commands {
        script.push_str(&adapt(&command.text));
        script.push_str(&format!("\nprintf '{MARK}%s\\n' \"$?\"\n"));
    }
    script
}

/// What a script prints, standard error included.
fn bash(folder: &Path, script: &str) -> io::Result<String> {
    let mut bash = Process::new("bash");
    bash.arg("-c").arg(script).current_dir(folder);
    // The user's own settings must not decide: none that the program, Hydra or GnuPG reads.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().into_owned();
        let ours = [
            "HYDRA_", "ORY_", "OAUTH2_", "SERVE_", "URLS_", "SECRETS_", "RUST_LOG",
        ];
        if ours.iter().any(|prefix| text.starts_with(prefix)) || text == "DSN" {
            bash.env_remove(&name);
        }
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let program = folder.join("target/release");
    let output = bash
        .env("PATH", format!("{}:{path}", program.display()))
        .env("GNUPGHOME", folder.join("gnupg"))
        .env("LC_ALL", "C.UTF-8")
        .env("NO_COLOR", "1")
        .env_remove("GOFLAGS")
        .stdin(Stdio::null())
        .output()?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok(text)
}

/// A port that is free at this moment.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
