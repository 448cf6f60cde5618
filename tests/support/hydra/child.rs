//! A process that ends with the value that stands for it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Between two looks at something that is waited for.
const PAUSE: Duration = Duration::from_millis(20);
/// For a process that was asked to end.
const GRACE: Duration = Duration::from_secs(10);

/// A running process, with what it writes in a file.
pub(super) struct Child {
    process: std::process::Child,
    log: PathBuf,
    /// What asks the process to end in its own way, quickly.
    end: Signal,
}

impl Child {
    /// Starts `command`; its output goes to the file `log`.
    pub(super) fn spawn(command: &mut Command, log: &Path, end: Signal) -> Self {
        let file = File::create(log).unwrap();
        let process = command
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
        Self {
            process,
            log: log.to_owned(),
            end,
        }
    }

    /// Waits until `condition` holds; the error is what the process wrote before it ended.
    pub(super) fn wait_until(&mut self, condition: impl Fn() -> bool) -> Result<(), String> {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !condition() {
            if let Some(status) = self.process.try_wait().unwrap() {
                return Err(format!("ended with {status}: {}", self.messages()));
            }
            assert!(
                Instant::now() < deadline,
                "not ready in time: {}",
                self.messages()
            );
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// What the process has written so far.
    pub(super) fn messages(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Asks the process to end, and ends it if it does not.
    pub(super) fn stop(&mut self) {
        if self.status().is_some() {
            return;
        }
        let id = Pid::from_child(&self.process);
        let _ = kill_process(id, self.end);
        let deadline = Instant::now() + GRACE;
        while self.status().is_none() && Instant::now() < deadline {
            thread::sleep(PAUSE);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    fn status(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().ok().flatten()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.stop();
    }
}
