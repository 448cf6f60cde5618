//! One suite for the sandbox and for real Hydras, so that the sandbox cannot drift away from them.
//!
//! - *Checks* assert what a client relies on. They run against the sandbox of every version, and
//!   against each real server that can be built here.
//! - *Differences* send the same requests to a real server and to the sandbox of its version, and
//!   compare the answers.
//!
//! `HYDRA_GITOPS_CASES` sets how many generated clients are compared, `HYDRA_GITOPS_SEED` which.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod bodies;
mod changes;
mod creates;
mod differences;
mod generated;
mod harness;
mod http;
#[path = "../support/hydra/mod.rs"]
mod hydra;
mod key_sets;
mod lists;
mod mask;
mod odd_fields;
mod poison;
mod reads;
#[path = "../support/requirement.rs"]
mod requirement;
mod rules;
mod secrets;
mod stored;
mod target;

use std::sync::{Arc, Mutex};

use hydra_gitops::sandbox::Version;
use libtest_mimic::{Arguments, Completion, Trial};

use crate::hydra::Release;
use crate::requirement::Missing;
use crate::target::{Real, Target};

/// Asserts something about a server.
type Check = fn(&Target);
/// Asserts that a sandbox is like a real server.
type Comparison = fn(&Target, &Target);

/// Checks that may run side by side, each with clients of its own.
const TOGETHER: &[&[(&str, Check)]] = &[
    creates::CHECKS,
    reads::CHECKS,
    rules::CHECKS,
    stored::CHECKS,
    changes::CHECKS,
    secrets::CHECKS,
];
/// Checks that count clients, or do harm, and so need a server of their own.
const ALONE: &[&[(&str, Check)]] = &[lists::CHECKS, poison::CHECKS];

/// A real server that is started when the first check needs it.
type Shared = Arc<Mutex<Option<Result<Real, Missing>>>>;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    let mut servers = Vec::new();
    for version in Version::ALL {
        for (name, check) in TOGETHER.iter().chain(ALONE).copied().flatten() {
            trials.push(in_sandbox(*version, name, *check));
        }
    }
    for release in Release::ALL {
        let shared = Shared::default();
        for (name, check) in TOGETHER.iter().copied().flatten() {
            trials.push(on_shared(release, name, *check, Arc::clone(&shared)));
        }
        for (name, check) in ALONE.iter().copied().flatten() {
            trials.push(on_own(release, name, *check));
        }
        for (name, compare) in differences::COMPARISONS {
            trials.push(compared(release, name, *compare));
        }
        trials.extend(harness::trials(release));
        servers.push(shared);
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    // `exit` runs no destructors, and would leave the servers behind.
    drop(servers);
    conclusion.exit();
}

fn in_sandbox(version: Version, name: &str, check: Check) -> Trial {
    Trial::test(format!("sandbox {version}: {name}"), move || {
        check(&Target::sandbox(version));
        Ok(())
    })
}

fn on_shared(release: Release, name: &str, check: Check, shared: Shared) -> Trial {
    Trial::ignorable_test(format!("hydra {release}: {name}"), move || {
        // One check at a time: with its database in memory, a real server refuses some of the
        // writes that happen at once.
        let mut server = shared
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let target = match server.get_or_insert_with(|| Real::start(release, None)) {
            Ok(real) => real.target(),
            Err(missing) => return missing.outcome(),
        };
        check(&target);
        Ok(Completion::Completed)
    })
}

fn on_own(release: Release, name: &str, check: Check) -> Trial {
    with_server(format!("hydra {release}: {name}"), release, check)
}

fn compared(release: Release, name: &str, compare: Comparison) -> Trial {
    with_server(
        format!("difference {release}: {name}"),
        release,
        move |real| {
            compare(real, &Target::sandbox(real.version));
        },
    )
}

fn with_server(name: String, release: Release, run: impl Fn(&Target) + Send + 'static) -> Trial {
    Trial::ignorable_test(name, move || match Real::start(release, None) {
        Ok(real) => {
            run(&real.target());
            Ok(Completion::Completed)
        }
        Err(missing) => missing.outcome(),
    })
}
