//! Whether the real servers themselves can be started in each way that tests need.

use serde_json::json;

use crate::conformance::target::Real;
use crate::support::hydra::{Options, Postgres, Release, Server};
use crate::support::requirement::Missing;

pub(crate) const TESTS: &[(&str, Test)] = &[("postgres", postgres), ("unix socket", socket)];

/// Asserts something about a release.
type Test = fn(Release) -> Result<(), Missing>;

/// On PostgreSQL a server keeps its clients when it is started again, at the same addresses.
fn postgres(release: Release) -> Result<(), Missing> {
    let postgres = Postgres::start()?;
    let mut real = Real::start(release, Some(postgres.create_database("hydra")))?;
    let target = real.target();
    let id = target.made(&json!({"client_name": "kept"}));
    real.server.stop();
    real.server.start_again();
    // Connections that were kept open are gone with the process.
    assert_eq!(real.target().get(&id).json()["client_name"], "kept");
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
