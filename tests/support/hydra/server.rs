//! A real Hydra on ports of its own.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use rustix::process::Signal;
use tempfile::TempDir;

use super::binary;
use super::child::Child;
use super::release::Release;
use crate::support::http;
use crate::support::requirement::Missing;

/// How often a port may be lost to somebody else between being chosen and being used.
const ATTEMPTS: usize = 5;

/// How to start a server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// A data source name. Without one the database is empty after each start: v2.3.0 has it in
    /// memory, and v1.11.10, which loses all tables of one in memory when it is asked several
    /// things at once, in a file.
    pub(crate) dsn: Option<String>,
    /// More settings, by their names in the environment.
    pub(crate) env: Vec<(&'static str, String)>,
    /// Serve the admin API behind a unix socket.
    pub(crate) socket: bool,
    /// Serve both APIs by TLS, with the certificate that Hydra makes for itself.
    pub(crate) tls: bool,
    /// Run v2 without `--dev`, as in production.
    pub(crate) production: bool,
}

/// A server; it ends when this is dropped.
pub(crate) struct Server {
    release: Release,
    options: Options,
    program: PathBuf,
    ports: Ports,
    // The process goes before its folder.
    child: Option<Child>,
    folder: TempDir,
}

#[derive(Clone, Copy)]
struct Ports {
    admin: u16,
    public: u16,
}

impl Ports {
    /// Two ports that are free at this moment.
    fn free() -> Self {
        let [admin, public] = [0, 0].map(|port| TcpListener::bind(("127.0.0.1", port)).unwrap());
        Self {
            admin: admin.local_addr().unwrap().port(),
            public: public.local_addr().unwrap().port(),
        }
    }
}

impl Server {
    /// Starts a server, with its database migrated, and waits until it is ready.
    pub(crate) fn start(release: Release, options: Options) -> Result<Self, Missing> {
        let program = binary::built(release)?;
        let folder = tempfile::Builder::new().prefix("hydra-").tempdir().unwrap();
        let mut server = Self {
            release,
            options,
            program,
            ports: Ports::free(),
            child: None,
            folder,
        };
        for _ in 1..ATTEMPTS {
            match server.try_serve() {
                Err(messages) if messages.contains("address already in use") => {
                    server.ports = Ports::free();
                }
                result => {
                    result.unwrap_or_else(|messages| panic!("Hydra {release} {messages}"));
                    return Ok(server);
                }
            }
        }
        panic!("Hydra {release} found no free port");
    }

    /// The admin API's address, without a slash at the end.
    pub(crate) fn admin_url(&self) -> String {
        match self.socket() {
            Some(path) => format!("unix://{}", path.display()),
            // The only host that Hydra's own certificate names.
            None if self.options.tls => format!("https://localhost:{}", self.ports.admin),
            None => format!("http://127.0.0.1:{}", self.ports.admin),
        }
    }

    /// The public API's address, without a slash at the end.
    pub(crate) fn public_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.public)
    }

    /// The address that it gives itself. In production v2 refuses one that is not `https`.
    fn issuer(&self) -> String {
        // Only in development mode may it be another.
        match self.options.production || self.options.tls {
            true => self.public_url().replace("http:", "https:"),
            false => self.public_url(),
        }
    }

    /// Ends the server; its addresses stay.
    pub(crate) fn stop(&mut self) {
        self.child = None;
    }

    /// Starts the server at the same addresses.
    pub(crate) fn start_again(&mut self) {
        self.stop();
        let release = self.release;
        self.try_serve()
            .unwrap_or_else(|messages| panic!("Hydra {release} {messages}"));
    }

    fn socket(&self) -> Option<PathBuf> {
        let path = || self.folder.path().join("admin.sock");
        self.options.socket.then(path)
    }

    fn try_serve(&mut self) -> Result<(), String> {
        self.migrate();
        let mut command = self.command();
        command.args(["serve", "all"]);
        match self.options.tls {
            true => command.env("SERVE_ADMIN_TLS_ENABLED", "true"),
            false => command.args(self.release.flag(self.options.production)),
        };
        let log = self.folder.path().join("log");
        let mut child = Child::spawn(&mut command, &log, Signal::TERM);
        let Ports { admin, public } = self.ports;
        let socket = self.socket();
        // A port for TLS refuses a request without it, once it is served.
        let status = if self.options.tls { 400 } else { 200 };
        child.wait_until(|| {
            let ready = match &socket {
                Some(path) => {
                    UnixStream::connect(path).is_ok_and(|stream| is_ready(stream, status))
                }
                None => TcpStream::connect(("127.0.0.1", admin))
                    .is_ok_and(|stream| is_ready(stream, status)),
            };
            ready && TcpStream::connect(("127.0.0.1", public)).is_ok()
        })?;
        self.child = Some(child);
        Ok(())
    }

    /// Where the clients are kept.
    fn dsn(&self) -> String {
        match (&self.options.dsn, self.release) {
            (Some(dsn), _) => dsn.clone(),
            (None, Release::V1) => sqlite(&self.database()),
            (None, Release::V2_1 | Release::V2) => "memory".to_owned(),
        }
    }

    /// The folder of the database that v1.11.10 has in a file.
    fn database(&self) -> PathBuf {
        self.folder.path().join("database")
    }

    fn migrate(&self) {
        match (&self.options.dsn, self.release) {
            (Some(_), _) => {}
            (None, Release::V1) => {
                // Empty after each start.
                let _ = std::fs::remove_dir_all(self.database());
                std::fs::create_dir(self.database()).unwrap();
                for (name, content) in new_database() {
                    std::fs::write(self.database().join(name), content).unwrap();
                }
                return;
            }
            (None, Release::V2_1 | Release::V2) => return,
        }
        let mut command = self.command();
        let output = command
            .args(["migrate", "sql", "-e", "--yes"])
            .output()
            .unwrap();
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cannot migrate: {messages}");
    }

    /// The program in an environment of its own: settings may come from nowhere else.
    fn command(&self) -> Command {
        let Ports { admin, public } = self.ports;
        let folder: &Path = self.folder.path();
        let admin_host = match self.socket() {
            Some(path) => format!("unix:{}", path.display()),
            None => "127.0.0.1".to_owned(),
        };
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .current_dir(folder)
            .env("HOME", folder)
            .env("DSN", self.dsn())
            .env("SERVE_ADMIN_HOST", admin_host)
            .env("SERVE_ADMIN_PORT", admin.to_string())
            .env("SERVE_PUBLIC_HOST", "127.0.0.1")
            .env("SERVE_PUBLIC_PORT", public.to_string())
            .env("URLS_SELF_ISSUER", self.issuer())
            .env("SECRETS_SYSTEM", "only-for-tests-0123456789abcdef")
            // Secrets for tests alone: cheap hashes will do.
            .env("OAUTH2_HASHERS_BCRYPT_COST", "4")
            .env("OAUTH2_HASHERS_PBKDF2_ITERATIONS", "1")
            .env("LOG_LEVEL", "error")
            .env("SQA_OPT_OUT", "true")
            .envs(self.options.env.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// The data source name of a database that v1.11.10 has in this folder.
fn sqlite(folder: &Path) -> String {
    let settings = "_fk=true&_journal=WAL&_busy_timeout=30000&_sync=0";
    format!("sqlite://{}?{settings}", folder.join("sqlite").display())
}

/// The files of a database that v1.11.10 has filled with keys of its own and nothing else, which
/// takes it seconds: too long for each test.
fn new_database() -> &'static [(OsString, Vec<u8>)] {
    static FILES: OnceLock<Vec<(OsString, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            dsn: Some(sqlite(folder.path())),
            ..Options::default()
        };
        drop(Server::start(Release::V1, options).unwrap());
        let files = folder.path().read_dir().unwrap().map(Result::unwrap);
        files
            .map(|file| (file.file_name(), std::fs::read(file.path()).unwrap()))
            .collect()
    })
}

/// Whether the admin API behind that connection answers as it does when it is ready.
fn is_ready(mut stream: impl Read + Write, status: u16) -> bool {
    let reply = http::exchange(&mut stream, "GET /health/ready", &[("host", "hydra")], "");
    reply.is_ok_and(|reply| reply.status == status)
}
