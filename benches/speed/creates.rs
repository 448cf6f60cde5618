//! `apply` beside a bare load generator, and beside the import of Ory's CLI.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::bare::Bare;
use crate::clients::{Clients, Known};
use crate::figure::{Figure, Goal, Ratio, in_turns};
use crate::program::{time, tool};
use crate::settings::Settings;
use crate::support::hydra::{Options, Postgres, Release, Server};
use crate::support::requirement::Missing;

/// Requests at once that the load generator tries.
const AT_ONCE: [usize; 7] = [1, 2, 3, 4, 6, 8, 16];

pub(crate) fn beside_bare_in_memory(settings: &Settings) -> Result<Vec<Figure>, Missing> {
    let server = Server::start(Release::V2, Options::default())?;
    Ok(vec![beside_bare(settings, &server, "memory")])
}

pub(crate) fn beside_bare_on_postgres(settings: &Settings) -> Result<Vec<Figure>, Missing> {
    let postgres = Postgres::start()?;
    let server = Server::start(Release::V2, on(&postgres))?;
    Ok(vec![beside_bare(settings, &server, "PostgreSQL")])
}

pub(crate) fn beside_the_import(settings: &Settings) -> Result<Vec<Figure>, Missing> {
    let server = Server::start(Release::V2, Options::default())?;
    let bare = Bare::new(&server, Release::V2);
    let clients = Clients::new("web", settings.clients);
    let manifests = manifests(&clients);
    let folder = folder();
    let file = folder.path().join("clients.json");
    clients.write_import(&file);
    let pairs = in_turns(
        settings.pairs,
        || apply(manifests.path(), &clients, &server, &bare),
        || {
            let took = import(&file, &server);
            bare.delete(clients.ids());
            took
        },
    );
    Ok(vec![Figure::Ratio {
        name: format!(
            "apply, by Ory's import, memory, {} clients",
            settings.clients
        ),
        ratio: Ratio::Throughput,
        pairs,
        goal: Goal::AtLeast(2.0),
    }])
}

fn on(postgres: &Postgres) -> Options {
    Options {
        dsn: Some(postgres.create_database("bench")),
        ..Options::default()
    }
}

fn beside_bare(settings: &Settings, server: &Server, database: &str) -> Figure {
    let bare = Bare::new(server, Release::V2);
    let clients = Clients::new("web", settings.clients);
    let manifests = manifests(&clients);
    let generate = |at_once: usize| {
        let took = bare.create(clients.bodies(), at_once);
        bare.delete(clients.ids());
        took
    };
    generate(4);
    let best = AT_ONCE.into_iter().min_by_key(|at_once| generate(*at_once));
    let best = best.unwrap_or(1);
    let pairs = in_turns(
        settings.pairs,
        || apply(manifests.path(), &clients, server, &bare),
        || generate(best),
    );
    Figure::Ratio {
        name: format!(
            "apply, by posting {best} at once, {database}, {} clients",
            settings.clients
        ),
        ratio: Ratio::Throughput,
        pairs,
        goal: Goal::AtLeast(0.9),
    }
}

/// Manifests on the disk, down to its platters: the first sync of a run must not have to wait for
/// them.
pub(crate) fn manifests(clients: &Clients) -> TempDir {
    let folder = folder();
    clients.write_folder(folder.path(), Known::ById);
    rustix::fs::sync();
    folder
}

/// How long `apply` takes from its start to its exit, with encryption and all files on a disk.
fn apply(manifests: &Path, clients: &Clients, server: &Server, bare: &Bare) -> Duration {
    let folder = folder();
    let secrets = folder.path().join("secrets.jsonl");
    let mut command = tool("apply", manifests, server);
    let took = time(with_secrets(&mut command, &secrets));
    let secrets = std::fs::read_to_string(secrets).unwrap();
    assert_eq!(secrets.lines().count(), clients.numbers.len());
    bare.delete(clients.ids());
    took
}

/// Without a question, and with secrets for an OpenPGP key in a file.
pub(crate) fn with_secrets<'c>(command: &'c mut Command, file: &Path) -> &'c mut Command {
    let recipient = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/speed/recipient.asc");
    command.arg("--pgp-key-file").arg(recipient).arg("--yes");
    command.arg("--secrets-out").arg(file)
}

/// How long the import of Ory's own CLI takes, which creates one after the other.
fn import(file: &Path, server: &Server) -> Duration {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .with_file_name("hydra")
        .join(format!("hydra-{}", Release::V2));
    let mut command = Command::new(program);
    command
        .args(["import", "oauth2-client", "--format", "json"])
        .args(["--endpoint", &server.admin_url()])
        .arg(file);
    time(&mut command)
}

/// A folder on the disk of the build; the system's for temporary files may be in memory.
pub(crate) fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// A path for each run, none of which is removed before all have ended: for minutes, ext4 without a
/// journal looks at each inode that was freed before it takes another one.
pub(crate) struct Folders {
    all: TempDir,
    runs: Cell<usize>,
}

impl Folders {
    pub(crate) fn new() -> Self {
        Self {
            all: folder(),
            runs: Cell::new(0),
        }
    }

    /// Where nothing is yet.
    pub(crate) fn next(&self) -> PathBuf {
        self.runs.set(self.runs.get() + 1);
        self.all.path().join(self.runs.get().to_string())
    }
}
