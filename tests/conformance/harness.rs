//! Whether the real servers themselves can be started in each way that tests need.

use libtest_mimic::{Completion, Trial};
use serde_json::json;

use crate::hydra::{Options, Postgres, Release, Server};
use crate::requirement::Missing;
use crate::target::Real;

pub(crate) fn trials(release: Release) -> Vec<Trial> {
    let trial = |name: &str, test: fn(Release) -> Result<(), Missing>| {
        Trial::ignorable_test(format!("hydra {release}: {name}"), move || {
            match test(release) {
                Ok(()) => Ok(Completion::Completed),
                Err(missing) => missing.outcome(),
            }
        })
    };
    vec![trial("postgres", postgres), trial("unix socket", socket)]
}

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
