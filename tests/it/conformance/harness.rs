//! Whether the real servers themselves can be started in each way that tests need.

use serde_json::json;

use crate::support::hydra::{Options, Postgres, Release, Server};
use crate::support::requirement::Missing;
use crate::support::target::Target;

pub(crate) const TESTS: &[(&str, Test)] = &[("postgres", postgres), ("unix socket", socket)];

/// Asserts something about a release.
type Test = fn(Release) -> Result<(), Missing>;

/// On PostgreSQL a server keeps its clients when it is started again, at the same addresses.
fn postgres(release: Release) -> Result<(), Missing> {
    let postgres = Postgres::start()?;
    let mut target = Target::real(release, Some(postgres.create_database("hydra")))?;
    let id = target.made(&json!({"client_name": "kept"}));
    target.restart();
    assert_eq!(target.get(&id).json()["client_name"], "kept");
    Ok(())
}

fn socket(release: Release) -> Result<(), Missing> {
    let options = Options {
        socket: true,
        ..Options::default()
    };
    let server = Server::start(release, options)?;
    let address = server.admin_url();
    let path = address.strip_prefix("unix://").unwrap().to_owned();
    assert!(std::fs::exists(&path).unwrap());
    drop(server);
    assert!(!std::fs::exists(&path).unwrap());
    Ok(())
}
