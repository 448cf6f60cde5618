//! A PostgreSQL cluster of the tests' own, in a temporary folder.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;
use tempfile::TempDir;

use super::child::Child;
use crate::support::requirement::{Missing, is_installed};

/// A running cluster; it ends, and its data with it, when this is dropped.
pub(crate) struct Postgres {
    programs: PathBuf,
    port: u16,
    // The process goes before its folder.
    _child: Child,
    folder: TempDir,
    account: Option<(u32, u32)>,
}

impl Postgres {
    /// Starts an empty cluster.
    pub(crate) fn start() -> Result<Self, Missing> {
        let programs = programs().ok_or_else(|| Missing("PostgreSQL is needed".to_owned()))?;
        let account = account()?;
        let folder = tempfile::Builder::new().prefix("pg-").tempdir().unwrap();
        if let Some((user, group)) = account {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let run = |program: &str| command(&programs.join(program), folder.path(), account);
        let output = run("initdb")
            .args(["-D", "data", "-U", "hydra", "-A", "trust", "-E", "UTF8"])
            .args(["--locale", "C", "--no-sync"])
            .output()
            .unwrap();
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cannot make a cluster: {messages}");

        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut server = run("postgres");
        server.args(["-D", "data", "-c", "listen_addresses=127.0.0.1"]);
        server.args(["-c", &format!("port={port}"), "-c", "max_connections=200"]);
        // What a crash would lose is thrown away anyway.
        for off in ["fsync", "synchronous_commit", "full_page_writes"] {
            server.args(["-c", &format!("{off}=off")]);
        }
        server.arg("-c").arg("unix_socket_directories=.");
        let log = folder.path().join("log");
        // SIGQUIT is an immediate shutdown, which leaves no shared memory behind.
        let mut child = Child::spawn(&mut server, &log, Signal::QUIT);
        let is_ready = || {
            let port = port.to_string();
            let asked = run("pg_isready")
                .args(["-h", "127.0.0.1", "-p", &port])
                .output();
            asked.is_ok_and(|output| output.status.success())
        };
        if let Err(messages) = child.wait_until(is_ready) {
            panic!("PostgreSQL {messages}");
        }
        Ok(Self {
            programs,
            port,
            _child: child,
            folder,
            account,
        })
    }

    /// Makes an empty database and gives its data source name.
    pub(crate) fn create_database(&self, name: &str) -> String {
        let output = command(
            &self.programs.join("createdb"),
            self.folder.path(),
            self.account,
        )
        .args([
            "-h",
            "127.0.0.1",
            "-U",
            "hydra",
            "-p",
            &self.port.to_string(),
            name,
        ])
        .output()
        .unwrap();
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "cannot make a database: {messages}"
        );
        format!(
            "postgres://hydra@127.0.0.1:{}/{name}?sslmode=disable",
            self.port
        )
    }
}

/// Where PostgreSQL's programs are: Debian keeps them out of the search path.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut folders: Vec<PathBuf> = versions
        .filter_map(Result::ok)
        .map(|version| version.path().join("bin"))
        .filter(|folder| folder.join("initdb").is_file())
        .collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut in_path = std::env::split_paths(&path).filter(|folder| folder.join("initdb").is_file());
    folders.pop().or_else(|| in_path.next())
}

/// The account to run as: PostgreSQL refuses to run as root.
fn account() -> Result<Option<(u32, u32)>, Missing> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let id = |flag: &str| {
        let output = Command::new("id").args([flag, "postgres"]).output().ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse().ok()
    };
    let needed = || Missing("root needs the account `postgres` to run PostgreSQL".to_owned());
    let ids = id("-u")
        .zip(id("-g"))
        .filter(|_| is_installed("id", "postgres"));
    ids.map(Some).ok_or_else(needed)
}

fn command(program: &Path, folder: &Path, account: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C").current_dir(folder);
    if let Some((user, group)) = account {
        command.uid(user).gid(group);
    }
    command
}
