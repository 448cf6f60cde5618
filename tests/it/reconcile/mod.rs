//! The main job with the real binary: manifests planned and applied, on the sandbox of every
//! version and on real servers.
//!
//! `HYDRA_GITOPS_CASES` sets how many generated clients are created, `HYDRA_GITOPS_SEED` which.

mod clients;
mod drifts;
mod exports;
mod generated;
mod identities;
mod lists;
mod once;
mod patches;
mod places;
mod results;
mod secrets;
mod settles;
mod verify;

use std::sync::Arc;

use hydra_gitops::sandbox::Version;
use libtest_mimic::Trial;

use crate::support::hydra::{Postgres, Release};
use crate::support::load::Load;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::shared::Shared;
use crate::support::suite;
use crate::support::target::Target;

/// Says something about the tool on a server.
type Story = fn(&Setup);

/// Stories that may share a server: their clients have names of their own.
const TOGETHER: &[&[(&str, Story)]] = &[
    settles::STORIES,
    drifts::STORIES,
    patches::STORIES,
    identities::STORIES,
    secrets::STORIES,
    results::STORIES,
    places::STORIES,
    once::STORIES,
    verify::STORIES,
];
/// Stories about all the clients of a server.
const ALONE: &[&[(&str, Story)]] = &[lists::STORIES, exports::STORIES];

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for version in Version::ALL {
        for (name, story) in TOGETHER.iter().chain(ALONE).copied().flatten() {
            trials.push(trial(&format!("sandbox {version}: {name}"), || {
                story(&at(Target::sandbox(*version)));
                Ok(())
            }));
        }
    }
    for release in Release::ALL {
        trials.extend(on_shared(release, &TOGETHER.concat()));
        for (name, story) in ALONE.iter().copied().flatten() {
            trials.push(trial(&format!("hydra {release}: {name}"), move || {
                story(&at(Target::real(release, None)?));
                Ok(())
            }));
        }
        trials.push(on_postgres(release));
    }
    // Its clients have ids of its own choice, which the other stories do not expect.
    trials.extend(on_shared(Release::V2_1, verify::STORIES));
    trials
}

fn on_shared(release: Release, stories: &[(&'static str, Story)]) -> Vec<Trial> {
    let shared = Shared::new(move || Target::real(release, None).map(Arc::new));
    let on_shared = |(name, story): &(&str, Story)| {
        let (story, shared) = (*story, shared.clone());
        trial(&format!("hydra {release}: {name}"), move || {
            // Stories run side by side.
            story(&at(shared.with(Arc::clone)?));
            Ok(())
        })
    };
    stories.iter().map(on_shared).collect()
}

/// All stories once more with a database behind Hydra, one after the other.
fn on_postgres(release: Release) -> Trial {
    let name = format!("hydra {release} on PostgreSQL: every story");
    trial(&name, move || {
        let postgres = Postgres::start()?;
        let dsn = postgres.create_database("stories");
        let real = Arc::new(Target::real(release, Some(dsn))?);
        for (name, story) in ALONE.iter().chain(TOGETHER).copied().flatten() {
            // Shown when the test fails.
            println!("{name}");
            story(&at(Arc::clone(&real)));
        }
        Ok(())
    })
}

/// That server, and a folder of the test's own.
fn at(target: impl Into<Arc<Target>>) -> Setup {
    Setup::before(target, |_| Fault::Pass).without_log()
}

fn trial(name: &str, test: impl FnOnce() -> Result<(), Missing> + Send + 'static) -> Trial {
    suite::trial(format!("reconcile::{name}"), Load::Works, test)
}
