//! The program, watching, and its events as they come.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

/// This build.
pub(crate) const OURS: &str = env!("CARGO_BIN_EXE_hydra-gitops");

/// The running program. It is killed when this is dropped.
pub(crate) struct Watching {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Watching {
    /// Watches `folder/manifests` for the Hydra at that address.
    pub(crate) fn start(folder: &Path, endpoint: &str, more: &[&str]) -> Self {
        Self::of(OURS.as_ref(), folder, endpoint, more)
    }

    /// The same of any build.
    pub(crate) fn of(program: &Path, folder: &Path, endpoint: &str, more: &[&str]) -> Self {
        let recipient = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/speed/recipient.asc");
        let mut child = Command::new(program)
            .env_clear()
            .current_dir(folder)
            .args(["watch", "--output", "json", "--endpoint", endpoint])
            .arg("--pgp-key-file")
            .arg(recipient)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut watching = Self { child, lines };
        watching.next("idle", "");
        watching
    }

    /// Waits for an event, of that client where one is named.
    pub(crate) fn next(&mut self, name: &str, id: &str) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "it has ended");
            let event: Value = serde_json::from_str(&line).unwrap();
            if event["event"] == name && (id.is_empty() || event["client_id"] == id) {
                return event;
            }
        }
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
