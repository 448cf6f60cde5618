//! A Hydra that can be taken away and given back, a folder, and the program watching it.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use hydra_gitops::sandbox::Version;
use serde_json::Value;

use crate::support::http::{self, JSON};
use crate::support::program::{self, Ended, Running};
use crate::support::proxy::{Fault, Proxy, Request};
use crate::support::schema;
use crate::support::target::Target;
use crate::support::workspace::Workspace;

/// The longest to wait for something that has to happen: less than the thirty seconds after which
/// the files are read anew whatever was heard.
const DEADLINE: Duration = Duration::from_secs(60);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(3);

/// A sandbox behind a proxy, whose address stays and who remembers what was sent, and a folder.
pub(crate) struct Stage {
    /// `None` while it is away.
    target: Option<Target>,
    pub(crate) proxy: Proxy,
    pub(crate) folder: Workspace,
}

impl Stage {
    /// The default sandbox.
    pub(crate) fn new() -> Self {
        Self::with(Version::default(), |_| Fault::Pass)
    }

    /// A sandbox of that version, behind a proxy that does as `script` says.
    pub(crate) fn with(
        version: Version,
        script: impl Fn(&Request) -> Fault + Send + Sync + 'static,
    ) -> Self {
        let target = Target::sandbox(version);
        let folder = Workspace::new();
        std::fs::create_dir(folder.file("manifests")).unwrap();
        Self {
            proxy: Proxy::start(&target.url(), Box::new(script)),
            target: Some(target),
            folder,
        }
    }

    /// Ends the sandbox, and with it all its clients.
    pub(crate) fn stop(&mut self) {
        // Nobody listens at this port, and nobody else is given it.
        self.proxy.lead_to("127.0.0.1:1");
        self.target = None;
    }

    /// Starts an empty sandbox behind the same proxy.
    pub(crate) fn start_again(&mut self, version: Version) {
        self.stop();
        let target = Target::sandbox(version);
        self.proxy.lead_to(&target.url());
        self.target = Some(target);
    }

    /// The sandbox itself.
    pub(crate) fn target(&self) -> &Target {
        self.target.as_ref().unwrap()
    }

    /// The program, about to watch, with secrets in clear and these further words.
    pub(crate) fn watching(&self, more: &[&str]) -> Command {
        let mut command = self.program();
        command.args(["watch", "--output", "json", "--allow-plaintext-secrets"]);
        command.args(more);
        command
    }

    /// The program beside the proxy.
    pub(crate) fn program(&self) -> Command {
        let mut command = program::program(self.folder.path());
        let url = format!("http://{}", self.proxy.address());
        command.env("HYDRA_ADMIN_URL", url);
        command
    }

    /// Watches, and waits until everything is done that there is to do.
    pub(crate) fn watch(&self, more: &[&str]) -> Watching {
        let mut watching = Watching::start(&mut self.watching(more));
        watching.next("idle");
        watching
    }

    /// The ids of all clients.
    pub(crate) fn ids(&self) -> Vec<String> {
        let clients = self.target().clients();
        let ids = clients
            .iter()
            .map(|client| client["client_id"].as_str().unwrap());
        let mut ids: Vec<String> = ids.map(str::to_owned).collect();
        ids.sort();
        ids
    }

    /// Deletes a client, as somebody else would.
    pub(crate) fn delete(&self, id: &str) {
        let reply = http::send("DELETE", &self.client_url(id), &[], "");
        assert_eq!(reply.status, 204, "{reply:?}");
    }

    /// Changes a client, as somebody else would.
    pub(crate) fn replace(&self, id: &str, client: &Value) {
        let body = client.to_string();
        let reply = http::send("PUT", &self.client_url(id), &[JSON], &body);
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    fn client_url(&self, id: &str) -> String {
        format!("{}/{id}", self.target().clients_url())
    }

    /// Creates a client, as somebody else would.
    pub(crate) fn create(&self, client: &Value) {
        self.target().create(client);
    }

    /// Whether the last record of a client has its secret.
    pub(crate) fn has_secret(&self, id: &str) -> bool {
        let record = self.folder.record(id).unwrap();
        let secret = record["client_secret"].as_str().unwrap();
        self.target().accepts(id, secret)
    }

    /// How many requests there were so far.
    pub(crate) fn requests(&self) -> usize {
        self.proxy.requests().len()
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
