//! A GnuPG of its own: a home folder in a short path, with an agent that ends with it.

use std::ffi::OsStr;
use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A GnuPG home with keys without passphrases.
pub(crate) struct Gpg {
    home: TempDir,
}

impl Gpg {
    /// Whether there is a `gpg` to run.
    pub(crate) fn is_installed() -> bool {
        let version = Command::new("gpg").arg("--version").output();
        version.is_ok_and(|output| output.status.success())
    }

    /// An empty home. Short, because the agent's socket in it may have 107 characters at most.
    pub(crate) fn new() -> Self {
        let home = tempfile::Builder::new()
            .prefix("hg-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .unwrap();
        // Without this the agent looks for a count that takes it long, on a busy machine 15 seconds.
        std::fs::write(home.path().join("gpg-agent.conf"), "s2k-count 65536\n").unwrap();
        Self { home }
    }

    /// Runs gpg with `input` and gives what it writes; panics with its messages when it fails.
    pub(crate) fn run<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
        input: &[u8],
    ) -> Vec<u8> {
        match self.try_run(args, input) {
            Ok(output) => output,
            Err(messages) => panic!("gpg: {messages}"),
        }
    }

    /// Runs gpg with `input`; what it writes, or its messages when it fails.
    pub(crate) fn try_run<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
        input: &[u8],
    ) -> Result<Vec<u8>, String> {
        let mut gpg = self.command();
        gpg.args(["--batch", "--yes", "--with-colons"]).args(args);
        finish(gpg, input)
    }

    /// Runs a command that asks, and answers with `words`, one a line.
    pub(crate) fn edit(&self, args: &[&str], words: &str) -> Result<Vec<u8>, String> {
        let mut gpg = self.command();
        gpg.args(["--command-fd", "0"]).args(args);
        finish(gpg, words.as_bytes())
    }

    /// Its folder, which is `GNUPGHOME` for another program that runs gpg.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    fn command(&self) -> Command {
        let mut gpg = Command::new("gpg");
        gpg.env("GNUPGHOME", self.home())
            .env("LC_ALL", "C")
            .args(["--quiet", "--no-tty", "--pinentry-mode", "loopback"])
            .args(["--passphrase", ""]);
        gpg
    }

    /// Makes a key as `gpg OPTIONS --quick-generate-key NAME ALGORITHM USAGE EXPIRE` does, and
    /// gives its fingerprint.
    pub(crate) fn generate(
        &self,
        options: &[&str],
        [name, algorithm, usage, expire]: [&str; 4],
    ) -> String {
        let command = ["--quick-generate-key", name, algorithm, usage, expire];
        self.run(options.iter().chain(&command), b"");
        self.fingerprint(name)
    }

    /// Adds a subkey as `gpg OPTIONS --quick-add-key KEY ALGORITHM USAGE EXPIRE` does.
    pub(crate) fn add_subkey(&self, options: &[&str], [key, algorithm, usage, expire]: [&str; 4]) {
        let command = ["--quick-add-key", key, algorithm, usage, expire];
        self.run(options.iter().chain(&command), b"");
    }

    /// The fingerprint of the primary key that matches `name`.
    pub(crate) fn fingerprint(&self, name: &str) -> String {
        self.fingerprints(name).remove(0)
    }

    /// The fingerprints of the primary key that matches `name` and of its subkeys, in order.
    pub(crate) fn fingerprints(&self, name: &str) -> Vec<String> {
        let listing = self.run(["--list-keys", name], b"");
        String::from_utf8(listing)
            .unwrap()
            .lines()
            .filter_map(|line| line.strip_prefix("fpr:::::::::"))
            .map(|rest| rest.trim_end_matches(':').to_owned())
            .collect()
    }

    /// The public key in armored text.
    pub(crate) fn export(&self, key: &str) -> Vec<u8> {
        self.run(["--armor", "--export", key], b"")
    }

    /// What is in an encrypted message.
    pub(crate) fn decrypt(&self, message: &str) -> Result<Vec<u8>, String> {
        self.try_run(["--decrypt"], message.as_bytes())
    }
}

impl Drop for Gpg {
    #[expect(clippy::print_stderr, reason = "an agent that is left is worth a line")]
    fn drop(&mut self) {
        let killed = Command::new("gpgconf")
            .env("GNUPGHOME", self.home())
            .args(["--kill", "all"])
            .status();
        if let Err(error) = killed {
            eprintln!("a gpg-agent may be left: {error}");
        }
    }
}

fn finish(mut command: Command, input: &[u8]) -> Result<Vec<u8>, String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let written = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    if output.status.success() {
        written.unwrap();
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
