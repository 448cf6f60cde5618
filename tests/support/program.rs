//! The program under test: started in a folder, watched, ended.

use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::schema;

/// The longest a run may take.
const DEADLINE: Duration = Duration::from_secs(180);

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
    stdout: Said,
    stderr: Said,
}

/// What a program has said so far, and the thread that listens to it.
struct Said(Arc<Mutex<Vec<u8>>>, Option<JoinHandle<()>>);

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
        Self {
            stdout: Said::hear(child.stdout.take()),
            stderr: Said::hear(child.stderr.take()),
            child,
        }
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// Whether it has ended.
    pub(crate) fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// What it has said on standard output so far.
    pub(crate) fn stdout(&self) -> String {
        self.stdout.text()
    }

    /// What it has said on standard error so far.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Waits until it has said `text` on standard error.
    pub(crate) fn wait_until_says(&self, text: &str) {
        let start = Instant::now();
        while !self.stderr.text().contains(text) {
            let said = || format!("`{text}` is not in: {}", self.stderr.text());
            assert!(start.elapsed() < DEADLINE, "{}", said());
            thread::sleep(PAUSE);
        }
    }

    /// Waits until that is so.
    pub(crate) fn wait_until(&self, condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(start.elapsed() < DEADLINE, "{}", self.stderr.text());
            thread::sleep(PAUSE);
        }
    }

    /// Waits until it has printed `text` on standard output.
    pub(crate) fn wait_until_prints(&self, text: &str) {
        let start = Instant::now();
        while !self.stdout.text().contains(text) {
            let said = || format!("`{text}` is not in: {}", self.stdout.text());
            assert!(start.elapsed() < DEADLINE, "{}", said());
            thread::sleep(PAUSE);
        }
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(mut self) -> Ended {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            let said = || format!("{}---\n{}", self.stdout.text(), self.stderr.text());
            assert!(start.elapsed() < DEADLINE, "it does not end: {}", said());
            thread::sleep(PAUSE);
        };
        Ended {
            code: status.code(),
            took: start.elapsed(),
            stdout: self.stdout.all(),
            stderr: self.stderr.all(),
        }
    }
}

impl Said {
    fn hear(pipe: Option<impl Read + Send + 'static>) -> Self {
        let said = Arc::<Mutex<Vec<u8>>>::default();
        let heard = Arc::clone(&said);
        let listen = |mut pipe: Box<dyn Read + Send>| {
            thread::spawn(move || {
                let mut part = [0; 1 << 14];
                while let Ok(length @ 1..) = pipe.read(&mut part) {
                    heard.lock().unwrap().extend_from_slice(&part[..length]);
                }
            })
        };
        let thread = pipe.map(|pipe| listen(Box::new(pipe)));
        Self(said, thread)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    fn all(&mut self) -> String {
        if let Some(thread) = self.1.take() {
            thread.join().unwrap();
        }
        self.text()
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

/// Runs a command that reads `input`.
pub(crate) fn feed(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    thread::scope(|scope| {
        // A program that stops reading early says why.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().unwrap()
    })
}

impl Ended {
    /// The one JSON document on standard output. If it is one of ours, it is as its schema says.
    pub(crate) fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.stdout);
        let document = parsed.unwrap_or_else(|error| panic!("{error}: {self}"));
        schema::check(&document);
        document
    }

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
