//! The program under test: started in a folder, watched, ended.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// The longest a run may take.
const DEADLINE: Duration = Duration::from_secs(90);

/// Between two looks at a process.
const PAUSE: Duration = Duration::from_millis(2);

/// The path of the program.
pub(crate) const PATH: &str = env!("CARGO_BIN_EXE_hydra-gitops");

/// The program in `folder`, in an environment of its own: settings may come from nowhere else.
pub(crate) fn program(folder: &Path) -> Command {
    command(PATH, folder)
}

/// Another program, such as one that starts ours under special circumstances.
pub(crate) fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A running program. It is killed when this is dropped.
pub(crate) struct Running {
    child: Child,
    stdout: Option<JoinHandle<String>>,
    stderr: Option<JoinHandle<String>>,
}

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Running {
    /// Starts it.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().map(collect);
        let stderr = child.stderr.take().map(collect);
        Self {
            child,
            stdout,
            stderr,
        }
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(mut self) -> Ended {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > DEADLINE {
                let _ = self.child.kill();
                let text = |part: &mut Option<JoinHandle<String>>| part.take().map(JoinHandle::join);
                let said = (text(&mut self.stdout), text(&mut self.stderr));
                panic!("it does not end: {said:?}");
            }
            thread::sleep(PAUSE);
        };
        let took = start.elapsed();
        let text = |part: Option<JoinHandle<String>>| {
            part.map(|thread| thread.join().unwrap()).unwrap_or_default()
        };
        Ended {
            code: status.code(),
            stdout: text(self.stdout.take()),
            stderr: text(self.stderr.take()),
            took,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Ended {
    Running::start(command).wait()
}

impl Ended {
    /// Asserts the exit code, and that each text is in what was said.
    #[track_caller]
    pub(crate) fn says(&self, code: i32, texts: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        for text in texts {
            let said = self.stdout.contains(text) || self.stderr.contains(text);
            assert!(said, "`{text}` is not in: {self}");
        }
        self
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The log is long, and what matters is beside it.
        let is_log = |line: &&str| line.contains(" TRACE ") || line.contains(" DEBUG ");
        let messages: Vec<&str> = self.stderr.lines().filter(|line| !is_log(line)).collect();
        let (stdout, stderr) = (&self.stdout, messages.join("\n"));
        write!(f, "exit {:?}\n{stdout}---\n{stderr}", self.code)
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
