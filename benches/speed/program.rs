//! Runs a program from its start to its exit.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::hydra::Server;

/// Between two looks at a program's memory.
const PAUSE: Duration = Duration::from_millis(2);

/// This build.
pub(crate) const OURS: &str = env!("CARGO_BIN_EXE_hydra-gitops");

/// The tool, about to run a command on a server.
pub(crate) fn tool(command: &str, manifests: &Path, server: &Server) -> Command {
    tool_of(OURS.as_ref(), command, manifests, server)
}

/// The same of any build.
pub(crate) fn tool_of(program: &Path, command: &str, manifests: &Path, server: &Server) -> Command {
    let mut tool = Command::new(program);
    tool.env_clear()
        .arg(command)
        .arg(manifests)
        .args(["--endpoint", &server.admin_url()]);
    tool
}

/// How long a program takes.
pub(crate) fn time(command: &mut Command) -> Duration {
    let command = command.stdin(Stdio::null());
    let start = Instant::now();
    let output = command.output().unwrap();
    let took = start.elapsed();
    assert!(
        output.status.success(),
        "{command:?}: {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    took
}

/// The most memory that a program has at once, in megabytes.
pub(crate) fn peak_memory(command: &mut Command) -> f64 {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut kib = 0.0;
    while child.try_wait().unwrap().is_none() {
        // The last reading counts: before the program is loaded it is this one's.
        kib = peak(&status).unwrap_or(kib);
        thread::sleep(PAUSE);
    }
    assert!(child.wait().unwrap().success());
    kib * 1.024 / 1_000.0
}

fn peak(status: &str) -> Option<f64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
