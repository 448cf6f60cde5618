//! `plan` beside the bare download of what it has to know, and on servers that hold few and many.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::bare::Bare;
use crate::clients::{Clients, Known};
use crate::figure::{Figure, Goal, Ratio, in_turns};
use crate::program::{peak_memory, time, tool};
use crate::settings::Settings;
use crate::support::hydra::{Options, Postgres, Release, Server};
use crate::support::requirement::Missing;

/// The most memory, in megabytes.
const MEMORY: f64 = 150.0;
/// Clients of a small server, and manifests of a small plan.
const FEW: usize = 10;
/// Short runs are measured so many times more often.
const SHORT: usize = 4;
/// A short run starts a process, which is never twice the same.
const SAME: f64 = 1.5;

pub(crate) fn beside_the_download(settings: &Settings) -> Result<Vec<Figure>, Missing> {
    let server = Server::start(Release::V2, cheap())?;
    let bare = Bare::new(&server, Release::V2);
    let clients = Clients::new("web", settings.manifests);
    bare.create(clients.bodies(), 4);
    let folder = TempDir::new().unwrap();
    let several = folder.path().join("manifests");
    std::fs::create_dir(&several).unwrap();
    clients.write_folder(&several, Known::ById);
    let one = folder.path().join("all.yaml");
    clients.write_file(&one);
    let count = settings.manifests;
    let mut figures = Vec::new();
    for (path, form) in [(several, "files"), (one, "in one file")] {
        plan(&path, &server);
        bare.download();
        figures.push(Figure::Ratio {
            name: format!("plan of {count} unchanged {form}, by their download"),
            ratio: Ratio::Time,
            pairs: in_turns(settings.pairs, || plan(&path, &server), || bare.download()),
            goal: Goal::AtMost(2.0),
        });
        figures.push(Figure::Memory {
            name: format!("plan of {count} unchanged {form}, memory"),
            megabytes: peak_memory(&mut tool("plan", &path, &server)),
            most: MEMORY,
        });
    }
    Ok(figures)
}

pub(crate) fn few_among_many(settings: &Settings) -> Result<Vec<Figure>, Missing> {
    // Several look-ups at once find no tables in the SQLite in memory of v1.11.10.
    let postgres = Postgres::start()?;
    let mut figures = Vec::new();
    for release in Release::ALL {
        let many = holding(settings.manifests, release, &postgres)?;
        let few = holding(FEW, release, &postgres)?;
        for (known, word) in [(Known::ById, "ids"), (Known::ByName, "names")] {
            let folder = TempDir::new().unwrap();
            Clients::new("web", FEW).write_folder(folder.path(), known);
            let manifests: PathBuf = folder.path().to_owned();
            figures.push(Figure::Ratio {
                name: format!(
                    "plan of {FEW} {word}, {} clients by {FEW}, {release}",
                    settings.manifests
                ),
                ratio: Ratio::Time,
                pairs: in_turns(
                    settings.pairs * SHORT,
                    || plan(&manifests, &many),
                    || plan(&manifests, &few),
                ),
                goal: Goal::AtMost(SAME),
            });
        }
    }
    Ok(figures)
}

/// A server that holds so many clients.
fn holding(count: usize, release: Release, postgres: &Postgres) -> Result<Server, Missing> {
    let mut options = cheap();
    options.dsn = Some(postgres.create_database(&format!("{release}-{count}")));
    let server = Server::start(release, options)?;
    Bare::new(&server, release).create(Clients::new("web", count).bodies(), 4);
    Ok(server)
}

/// Hashes that cost nothing: creates only prepare here.
pub(crate) fn cheap() -> Options {
    let env = [
        ("OAUTH2_HASHERS_PBKDF2_ITERATIONS", "1"),
        ("OAUTH2_HASHERS_BCRYPT_COST", "4"),
    ];
    Options {
        env: env.map(|(name, value)| (name, value.to_owned())).into(),
        ..Options::default()
    }
}

/// How long `plan` takes from its start to its exit; everything is as the manifests say.
fn plan(manifests: &Path, server: &Server) -> Duration {
    time(tool("plan", manifests, server).args(["--detailed-exitcode", "--fail-on-drift"]))
}
