//! The main job with the real binary: manifests planned and applied, on the sandbox of every
//! version and on real servers.
//!
//! `HYDRA_GITOPS_CASES` sets how many generated clients are created, `HYDRA_GITOPS_SEED` which.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test may fail, and say so"
)]

mod clients;
mod drifts;
mod generated;
#[path = "../support/gpg.rs"]
#[expect(dead_code, reason = "other suites use more of it")]
mod gpg;
#[path = "../support/hydra/mod.rs"]
#[expect(dead_code, reason = "other suites restart servers")]
mod hydra;
mod identities;
mod lists;
mod once;
mod places;
#[path = "../support/requirement.rs"]
mod requirement;
mod results;
mod secrets;
mod settles;
mod site;
mod tool;
mod verify;

use std::sync::{Arc, Mutex};

use hydra_gitops::sandbox::Version;
use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::hydra::{Postgres, Release};
use crate::requirement::Missing;
use crate::site::{Real, Site};

/// Says something about the tool on a server.
type Story = fn(&Site);

/// Stories that may share a server: their clients have names of their own.
const TOGETHER: &[&[(&str, Story)]] = &[
    settles::STORIES,
    drifts::STORIES,
    identities::STORIES,
    secrets::STORIES,
    results::STORIES,
    places::STORIES,
    once::STORIES,
    verify::STORIES,
];
/// Stories about all the clients of a server.
const ALONE: &[(&str, Story)] = lists::STORIES;

/// A real server that is started when the first story needs it.
type Shared = Arc<Mutex<Option<Result<Real, Missing>>>>;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    let mut servers = Vec::new();
    for version in Version::ALL {
        for (name, story) in TOGETHER.concat().iter().chain(ALONE) {
            let (version, story) = (*version, *story);
            trials.push(Trial::test(
                format!("sandbox {version}: {name}"),
                move || {
                    story(&Site::sandbox(version));
                    Ok(())
                },
            ));
        }
    }
    for release in Release::ALL {
        let shared = Shared::default();
        for (name, story) in TOGETHER.concat() {
            trials.push(on_shared(release, name, story, Arc::clone(&shared)));
        }
        for (name, story) in ALONE {
            trials.push(on_own(release, name, *story));
        }
        trials.push(on_postgres(release));
        servers.push(shared);
    }
    // Its clients have ids of its own choice, which the other stories do not expect.
    let shared = Shared::default();
    for (name, story) in verify::STORIES {
        trials.push(on_shared(Release::V2_1, name, *story, Arc::clone(&shared)));
    }
    servers.push(shared);
    let conclusion = libtest_mimic::run(&arguments, trials);
    // `exit` runs no destructors, and would leave the servers behind.
    drop(servers);
    conclusion.exit();
}

fn on_shared(release: Release, name: &str, story: Story, shared: Shared) -> Trial {
    ignorable(format!("hydra {release}: {name}"), move || {
        let mut server = shared
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let started = server.get_or_insert_with(|| Real::start(release, None));
        let site = started.as_ref().map(Real::site).map_err(Clone::clone)?;
        drop(server);
        story(&site);
        Ok(())
    })
}

fn on_own(release: Release, name: &str, story: Story) -> Trial {
    ignorable(format!("hydra {release}: {name}"), move || {
        let real = Real::start(release, None)?;
        story(&real.site());
        Ok(())
    })
}

/// All stories once more with a database behind Hydra, one after the other.
fn on_postgres(release: Release) -> Trial {
    ignorable(
        format!("hydra {release} on PostgreSQL: every story"),
        move || {
            let postgres = Postgres::start()?;
            let real = Real::start(release, Some(postgres.create_database("stories")))?;
            for (name, story) in ALONE.iter().chain(TOGETHER.iter().copied().flatten()) {
                // Shown when the test fails.
                println!("{name}");
                story(&real.site());
            }
            Ok(())
        },
    )
}

fn ignorable(name: String, run: impl FnOnce() -> Result<(), Missing> + Send + 'static) -> Trial {
    Trial::ignorable_test(name, move || -> Result<Completion, Failed> {
        match run() {
            Ok(()) => Ok(Completion::Completed),
            Err(missing) => missing.outcome(),
        }
    })
}
