//! What `--health-listen` serves, asked by real requests while files and real servers come and go.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::support::ask;
use crate::support::http::{self, Reply};
use crate::support::hydra::{Options, Release, Server};
use crate::support::program;
use crate::support::proxy::{Fault, json as json_answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::{Watching, until};
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("it_follows_a_real_hydra", real_hydra),
    ("it_is_not_ready_without_its_files", files),
    ("it_counts_what_is_unconfirmed_and_what_fails", counts),
    ("it_only_reads_and_only_what_it_has", only_reads),
    ("a_slow_connection_is_closed", slow),
    ("many_connections_are_all_answered", many),
    ("a_port_that_is_taken_is_an_error", taken),
];

/// Where health is served.
struct Health(String);

impl Health {
    /// The address that the program tells.
    fn of(watching: &Watching) -> Self {
        const SAYS: &str = "serving /healthz, /readyz and /metrics on ";
        watching.running.wait_until_says(SAYS);
        let stderr = watching.running.stderr();
        let (_, told) = stderr.split_once(SAYS).unwrap();
        until("the whole line", || {
            watching.running.stderr().contains('\n')
        });
        Self(told.split_whitespace().next().unwrap().to_owned())
    }

    fn get(&self, path: &str) -> Reply {
        http::send("GET", &format!("{}{path}", self.0), &[], "")
    }

    fn host(&self) -> &str {
        self.0.strip_prefix("http://").unwrap()
    }

    /// Waits until it is ready.
    #[track_caller]
    fn becomes_ready(&self) {
        until("ready", || self.get("/readyz").status == 200);
    }

    /// Waits until it is not ready, with that reason.
    #[track_caller]
    fn becomes_unready(&self, why: &str) {
        until("not ready", || self.get("/readyz").status == 503);
        let reply = self.get("/readyz").has_status(503);
        assert!(reply.body.contains(why), "{}", reply.body);
        assert_eq!(reply.body.lines().count(), 1, "{}", reply.body);
    }

    /// The value of a metric; one that is missing fails the test.
    #[track_caller]
    fn number(&self, name: &str) -> f64 {
        let metrics = self.metrics();
        let name = format!("hydra_gitops_{name} ");
        let line = metrics.lines().find(|line| line.starts_with(&name));
        let line = line.unwrap_or_else(|| panic!("no `{name}` in {metrics}"));
        line[name.len()..].parse().unwrap()
    }

    /// The metrics, which are well-formed OpenMetrics.
    #[track_caller]
    fn metrics(&self) -> String {
        let reply = self.get("/metrics").has_status(200);
        let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        assert_eq!(reply.header("content-type"), content_type);
        assert!(reply.body.ends_with("# EOF\n"), "{}", reply.body);
        for line in reply.body.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("hydra_gitops_"), "{line}");
            assert!(value.parse::<f64>().unwrap().is_finite(), "{line}");
        }
        reply.body
    }
}

/// Watches with a health server on a port that the system chooses.
fn watched(setup: &Setup, more: &[&str]) -> (Watching, Health) {
    let words = [&["--health-listen", "127.0.0.1:0"], more].concat();
    let watching = setup.watch(&words);
    let health = Health::of(&watching);
    (watching, health)
}

fn seconds_since_1970() -> f64 {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
}

fn real_hydra() -> Result<(), Missing> {
    let mut server = Server::start(Release::V2, Options::default())?;
    let began = seconds_since_1970();
    server.stop();
    let folder = Workspace::new();
    folder.clients(&["a", "b"]);
    let mut command = program::program(folder.path());
    command
        .args(["watch", "--output", "json", "--allow-plaintext-secrets"])
        .args(["--interval", "200ms", "--endpoint", &server.admin_url()])
        .args(["--health-listen", "127.0.0.1:0"]);
    let mut watching = Watching::start(&mut command);
    let health = Health::of(&watching);
    watching.next("hydra-down");
    health.becomes_unready("Hydra is unavailable: ");
    health.get("/healthz").has_status(200);
    assert_eq!(health.number("hydra_up"), 0.0);
    assert_eq!(health.number("last_reconcile_timestamp_seconds"), 0.0);

    server.start_again();
    watching.next("idle");
    health.becomes_ready();
    assert_eq!(health.get("/readyz").body, "ok\n");
    assert_eq!(health.number("hydra_up"), 1.0);
    assert_eq!(health.number("clients"), 2.0);
    assert_eq!(health.number("creates_total"), 2.0);
    assert!(health.number("files_read_total") >= 1.0);
    assert!(health.number("failures_total{of=\"reconcile\"}") >= 1.0);
    until("a reconcile", || {
        health.number("last_reconcile_timestamp_seconds") > began
    });
    assert!(health.number("last_reconcile_timestamp_seconds") <= seconds_since_1970());

    let url = format!("{}/admin/clients/b", server.admin_url());
    let patch = json!([{"op": "replace", "path": "/client_name", "value": "Other"}]);
    folder.manifest(&json!({"client_id": "c", "client_name": "Ours"}));
    watching.next_of("created", "c");
    let of_c = url.replace("/b", "/c");
    http::send("PATCH", &of_c, &[http::JSON], &patch.to_string()).has_status(200);
    watching.next_of("drifted", "c");
    until("drift", || health.number("clients_drifted") == 1.0);

    server.stop();
    watching.next("hydra-down");
    health.becomes_unready("Hydra is unavailable: ");
    health.get("/healthz").has_status(200);
    assert_eq!(health.number("hydra_up"), 0.0);
    // It comes back without its memory.
    server.start_again();
    watching.next("idle");
    health.becomes_ready();
    assert_eq!(health.number("creates_total"), 6.0);
    assert_eq!(health.number("clients_drifted"), 0.0);
    assert_eq!(ask::list(&url.replace("/b", "")).len(), 3);
    watching.end().says(0, &[]);
    Ok(())
}

fn files() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.clients(&["a"]);
    let (mut watching, health) = watched(&setup, &[]);
    health.becomes_ready();
    setup.folder.write("manifests/b.yaml", "client_id: [\n");
    watching.next("invalid");
    until("one invalid", || health.number("files_invalid") == 1.0);
    // The other manifests are still served.
    health.get("/readyz").has_status(200);
    let (folder, aside) = (setup.folder.file("manifests"), setup.folder.file("aside"));
    std::fs::rename(&folder, &aside).unwrap();
    watching.next("invalid");
    health.becomes_unready("`manifests` does not exist");
    std::fs::rename(&aside, &folder).unwrap();
    watching.next("valid");
    health.becomes_ready();
    watching.end().says(0, &[]);
    Ok(())
}

fn counts() -> Result<(), Missing> {
    let setup = Setup::to_watch_with(Version::default(), |request| {
        let id = request.member("client_id");
        match id.as_deref().filter(|_| request.creates()) {
            Some("lost") => Fault::Lose,
            Some("refused") => Fault::Answer(json_answer(
                "400 Bad Request",
                r#"{"error":"invalid_client_metadata","error_description":"no"}"#,
            )),
            // Nothing can be proved.
            _ if request.path.starts_with("/oauth2/") => Fault::Drop,
            _ => Fault::Pass,
        }
    });
    setup.folder.clients(&["lost", "refused"]);
    let (watching, health) = watched(&setup, &[]);
    assert_eq!(setup.folder.record("lost").unwrap()["unconfirmed"], true);
    assert_eq!(health.number("secrets_unconfirmed"), 1.0);
    assert_eq!(health.number("clients_failed"), 1.0);
    assert_eq!(health.number("failures_total{of=\"create\"}"), 1.0);
    assert_eq!(health.number("failures_total{of=\"secrets\"}"), 0.0);
    assert_eq!(health.number("clients"), 2.0);
    watching.end().says(143, &[]);
    Ok(())
}

fn only_reads() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let (watching, health) = watched(&setup, &[]);
    for path in [
        "/",
        "/health",
        "/healthz/",
        "/metrics/clients",
        "/..%2fmetrics",
    ] {
        health.get(path).has_status(404);
    }
    health.get("/healthz?verbose").has_status(200);
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let url = format!("{}/healthz", health.0);
        let reply = http::send(method, &url, &[], "{}").has_status(405);
        assert_eq!(reply.header("allow"), "GET, HEAD");
    }
    let head = http::send("HEAD", &format!("{}/healthz", health.0), &[], "");
    assert_eq!((head.status, &*head.body), (200, ""));
    let long = "x".repeat(20_000);
    let mut stream = TcpStream::connect(health.host()).unwrap();
    let request = format!("GET /healthz HTTP/1.1\r\nhost: h\r\nx-long: {long}\r\n\r\n");
    // It may hang up before it has read everything.
    let _ = stream.write_all(request.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(!answer.contains(" 200 "), "{answer}");
    health.get("/healthz").has_status(200);
    watching.end().says(0, &[]);
    Ok(())
}

fn slow() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let (watching, health) = watched(&setup, &[]);
    let start = Instant::now();
    let mut stream = TcpStream::connect(health.host()).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost:").unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(start.elapsed() < Duration::from_secs(30));
    assert!(!String::from_utf8_lossy(&answer).contains(" 200 "));
    watching.end().says(0, &[]);
    Ok(())
}

fn many() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let (watching, health) = watched(&setup, &[]);
    // More than are served at once, and all of them say nothing.
    let silent: Vec<_> = (0..150)
        .map(|_| TcpStream::connect(health.host()).unwrap())
        .collect();
    health.get("/healthz").has_status(200);
    drop(silent);
    health.get("/healthz").has_status(200);
    watching.end().says(0, &[]);
    Ok(())
}

fn taken() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let ended = setup.run(&mut setup.watching(&["--health-listen", &address]));
    let says = [
        &*format!("cannot serve health and metrics on `{address}`: "),
        "hint: give `--health-listen` another address or port; port 0 picks a free one",
    ];
    ended.says(64, &says);
    setup.is_untouched();
    Ok(())
}
