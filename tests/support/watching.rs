//! The program, watching, and the events that it tells.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use hydra_gitops::sandbox::Version;
use serde_json::Value;

use super::program::{Ended, Running};
use super::proxy::{Fault, Request};
use super::schema;
use super::setup::Setup;
use super::target::Target;

/// The longest to wait for something that has to happen. Every thirty seconds the files are read
/// anew, whatever was heard.
const DEADLINE: Duration = Duration::from_secs(60);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(3);

impl Setup {
    /// The default sandbox, and a folder without manifests to watch.
    pub(crate) fn to_watch() -> Self {
        Self::to_watch_with(Version::default(), |_| Fault::Pass)
    }

    /// A sandbox of that version behind a proxy that does as `script` says, and a folder without
    /// manifests to watch.
    pub(crate) fn to_watch_with(
        version: Version,
        script: impl Fn(&Request) -> Fault + Send + Sync + 'static,
    ) -> Self {
        let setup = Self::before(Target::sandbox(version), script).without_log();
        std::fs::create_dir(setup.folder.file("manifests")).unwrap();
        setup
    }

    /// The program, about to watch, with secrets in clear and these further words.
    pub(crate) fn watching(&self, more: &[&str]) -> Command {
        let mut command = self.program(&["watch", "--output", "json", "--allow-plaintext-secrets"]);
        command.args(more);
        command
    }

    /// Watches, and waits until everything is done that there is to do.
    pub(crate) fn watch(&self, more: &[&str]) -> Watching {
        let mut watching = Watching::start(&mut self.watching(more));
        watching.next("idle");
        watching
    }
}

/// Waits until something holds.
#[track_caller]
pub(crate) fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < DEADLINE, "it never came: {what}");
        thread::sleep(PAUSE);
    }
}

/// The program, watching, and how many of its events were taken.
pub(crate) struct Watching {
    pub(crate) running: Running,
    taken: usize,
}

impl Watching {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self {
            running: Running::start(command),
            taken: 0,
        }
    }

    /// All events so far.
    pub(crate) fn events(&self) -> Vec<Value> {
        let text = self.running.stdout();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let lines = whole.lines().map(|line| {
            let event = serde_json::from_str(line).unwrap();
            schema::check(&event);
            event
        });
        lines.collect()
    }

    /// The events that no test has taken yet.
    pub(crate) fn untaken(&self) -> Vec<Value> {
        self.events().split_off(self.taken)
    }

    /// Waits for the next event of that name. All events up to it count as taken.
    #[track_caller]
    pub(crate) fn next(&mut self, name: &str) -> Value {
        let start = Instant::now();
        loop {
            let events = self.events();
            let found = (self.taken..events.len()).find(|at| events[*at]["event"] == name);
            if let Some(at) = found {
                self.taken = at + 1;
                return events[at].clone();
            }
            let is_late = start.elapsed() > DEADLINE || self.running.is_over();
            assert!(
                !is_late,
                "no `{name}` came after {:#?}\n{}",
                &events[self.taken.min(events.len())..],
                self.running.stderr()
            );
            thread::sleep(PAUSE);
        }
    }

    /// Waits for that event of that client.
    #[track_caller]
    pub(crate) fn next_of(&mut self, name: &str, id: &str) -> Value {
        let start = Instant::now();
        loop {
            let event = self.next(name);
            if event["client_id"] == id {
                return event;
            }
            assert!(start.elapsed() < DEADLINE, "no `{name}` of `{id}`");
        }
    }

    /// Ends it with SIGTERM.
    pub(crate) fn end(self) -> Ended {
        self.running.signal(rustix::process::Signal::TERM);
        self.running.wait()
    }
}
