//! Real servers that are restarted while they are watched, with and without their memory.

use std::process::Command;

use serde_json::Value;

use crate::support::ask;
use crate::support::hydra::{Options, Release, Server};
use crate::support::program;
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::watching::{Watching, until};
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("v1_without_its_memory", || without_memory(Release::V1)),
    ("v2_without_its_memory", || without_memory(Release::V2)),
    ("v1_with_its_memory", || with_memory(Release::V1)),
    ("v2_with_its_memory", || with_memory(Release::V2)),
];

fn clients_url(server: &Server, release: Release) -> String {
    match release {
        Release::V1 => server.admin_url() + "/clients",
        Release::V2_1 | Release::V2 => server.admin_url() + "/admin/clients",
    }
}

fn ids(server: &Server, release: Release) -> Vec<String> {
    let mut ids: Vec<String> = ask::list(&clients_url(server, release))
        .iter()
        .map(|client| client["client_id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

fn watching(server: &Server, folder: &Workspace) -> Command {
    let mut command = program::program(folder.path());
    command
        .args(["watch", "--output", "json", "--allow-plaintext-secrets"])
        .args(["--interval", "200ms", "--endpoint", &server.admin_url()]);
    command
}

fn right_secret(server: &Server, folder: &Workspace, id: &str) -> bool {
    let record = folder.record(id).unwrap();
    let secret = record["client_secret"].as_str().unwrap();
    ask::accepts(&server.public_url(), id, secret)
}

fn without_memory(release: Release) -> Result<(), Missing> {
    let mut server = Server::start(release, Options::default())?;
    let folder = Workspace::new();
    folder.clients(&["a", "b"]);
    let mut watching = Watching::start(&mut watching(&server, &folder));
    watching.next("idle");
    assert_eq!(ids(&server, release), ["a", "b"]);
    server.stop();
    folder.write("manifests/c.yaml", "client_id: c\n");
    watching.next("hydra-down");
    server.start_again();
    let up = watching.next("hydra-up");
    assert_eq!(up["hydra_version"], release.version());
    watching.next("idle");
    assert_eq!(ids(&server, release), ["a", "b", "c"]);
    for id in ["a", "b", "c"] {
        assert!(right_secret(&server, &folder, id), "{id}");
    }
    assert_eq!(folder.records().len(), 5);
    watching.end().says(0, &[]);
    Ok(())
}

fn with_memory(release: Release) -> Result<(), Missing> {
    let folder = Workspace::new();
    let file = folder.file("hydra.sqlite");
    let options = Options {
        dsn: Some(format!("sqlite://{}?_fk=true", file.display())),
        ..Options::default()
    };
    let mut server = Server::start(release, options)?;
    folder.clients(&["a", "b"]);
    let mut watching = Watching::start(&mut watching(&server, &folder));
    watching.next("idle");
    server.stop();
    watching.next("hydra-down");
    folder.write("manifests/c.yaml", "client_id: c\n");
    server.start_again();
    watching.next("hydra-up");
    watching.next_of("created", "c");
    watching.next("idle");
    until("all", || ids(&server, release) == ["a", "b", "c"]);
    // Nothing was made twice, and nothing is said of what is as it was.
    let events = watching.events();
    let made = |id: &str| {
        let of = |event: &&Value| event["event"] == "created" && event["client_id"] == id;
        events.iter().filter(of).count()
    };
    assert_eq!((made("a"), made("b"), made("c")), (1, 1, 1));
    assert_eq!(folder.records().len(), 3);
    watching.end().says(0, &[]);
    Ok(())
}
