//! `examples/compose`: the services, with a real PostgreSQL and a real Hydra.

use std::path::PathBuf;

use rustix::process::Signal;
use serde_json::{Value, json};
use url::Url;

use super::cluster::{Cluster, Described};
use super::container::volume;
use super::dockerfile::Image;
use super::files::{documents, path, strings, text};
use crate::support::age;
use crate::support::hydra::{Options, Postgres, Release};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::watching::until;

pub(crate) const TESTS: Tests = &[("hydra_is_kept_filled", filled)];

const FILE: &str = "examples/compose/compose.yaml";

/// A value with its variable put in: the one that the file demands.
fn expanded(value: &str, recipient: &str) -> String {
    match value.strip_prefix("${AGE_RECIPIENT:?") {
        Some(_) => recipient.to_owned(),
        None => {
            assert!(!value.contains('$'), "`{value}` is not known here");
            value.to_owned()
        }
    }
}

/// The service `hydra-gitops`, with its volume in `secrets`.
fn described(service: &Value, secrets: PathBuf, recipient: &str) -> Described {
    let env = service["environment"].as_object().unwrap().iter();
    let mounts = strings(&service["volumes"]).into_iter().map(|mount| {
        match mount.split(':').collect::<Vec<_>>()[..] {
            ["secrets", at] => (secrets.clone(), at.to_owned(), false),
            [folder, at, "ro"] => (path("examples/compose").join(folder), at.to_owned(), true),
            _ => panic!("`{mount}` is not known here"),
        }
    });
    Described {
        arguments: strings(&service["command"]),
        env: env
            .map(|(name, value)| (name.clone(), expanded(value.as_str().unwrap(), recipient)))
            .collect(),
        user: None,
        mounts: mounts.collect(),
    }
}

/// Hydra as the file starts it, with a database of the test's own.
fn hydra(services: &Value, database: &Postgres) -> Result<Target, Missing> {
    // What the tests start real servers with.
    assert_eq!(
        services["migrate"]["command"],
        json!(["migrate", "sql", "-e", "--yes"])
    );
    assert_eq!(
        services["hydra"]["command"],
        json!(["serve", "all", "--dev"])
    );
    let env = &services["hydra"]["environment"];
    assert_eq!(&services["migrate"]["environment"], env);
    let image = services["hydra"]["image"].as_str().unwrap();
    assert!(image.ends_with(Release::V2.version()), "{image}");
    let dsn = Url::parse(env["DSN"].as_str().unwrap()).unwrap();
    let postgres = &services["postgres"]["environment"];
    assert_eq!(postgres["POSTGRES_USER"], dsn.username());
    assert_eq!(postgres["POSTGRES_PASSWORD"], dsn.password().unwrap());
    let name = postgres["POSTGRES_DB"].as_str().unwrap();
    assert_eq!(dsn.path(), format!("/{name}"));
    assert_eq!(dsn.host_str(), Some("postgres"));
    let options = Options {
        dsn: Some(database.create_database(name)),
        env: vec![(
            "SECRETS_SYSTEM",
            env["SECRETS_SYSTEM"].as_str().unwrap().to_owned(),
        )],
        ..Options::default()
    };
    Target::real_with(Release::V2, options)
}

fn filled() -> Result<(), Missing> {
    age::require()?;
    let services = &documents(&text(FILE))[0]["services"];
    let database = Postgres::start()?;
    let cluster = Cluster::new(hydra(services, &database)?);
    let ann = age::generate(&cluster.folder, "ann.txt");
    // Docker gives an empty volume the owner of the image's folder.
    let secrets = cluster.folder.file("volume");
    volume(&secrets, Image::read().user);
    let service = &services["hydra-gitops"];
    let watch = described(service, secrets.clone(), &ann.recipient);
    let (_root, running) = cluster.start(&watch)?;
    until("forum", || cluster.target.ids() == ["forum"]);
    running.signal(Signal::TERM);
    let ended = running.wait();
    assert!(matches!(ended.code, Some(0 | 143)), "{ended}");
    let line = cluster.folder.read("volume/client-secrets.jsonl");
    let record: Value = serde_json::from_str(&line).unwrap();
    let sealed = record["age_encrypted_client_secret"].as_str().unwrap();
    assert!(cluster.target.accepts("forum", &ann.open(sealed)));
    Ok(())
}
