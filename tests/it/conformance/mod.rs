//! One suite for the sandbox and for real Hydras, so that the sandbox cannot drift away from them.
//!
//! - *Checks* assert what a client relies on. They run against the sandbox of every version, and
//!   against each real server that can be built here.
//! - *Differences* send the same requests to a real server and to the sandbox of its version, and
//!   compare the answers.
//!
//! `HYDRA_GITOPS_CASES` sets how many generated clients are compared, `HYDRA_GITOPS_SEED` which.

mod bodies;
mod changes;
mod creates;
mod differences;
mod generated;
mod harness;
mod key_sets;
mod lists;
mod mask;
mod odd_fields;
mod poison;
mod reads;
mod rules;
mod secrets;
mod stored;
mod verdicts;

use hydra_gitops::sandbox::Version;
use libtest_mimic::Trial;

use crate::support::hydra::Release;
use crate::support::load::Load;
use crate::support::requirement::Missing;
use crate::support::shared::Shared;
use crate::support::suite;
use crate::support::target::Target;

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

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for version in Version::ALL {
        for (name, check) in TOGETHER.iter().chain(ALONE).copied().flatten() {
            trials.push(trial(&format!("sandbox {version}: {name}"), || {
                check(&Target::sandbox(*version));
                Ok(())
            }));
        }
    }
    for release in Release::ALL {
        // One check at a time: with its database in memory, a real server refuses some of the
        // writes that happen at once.
        let shared = Shared::new(move || Target::real(release, None));
        for (name, check) in TOGETHER.iter().copied().flatten() {
            let shared = shared.clone();
            trials.push(trial(&format!("hydra {release}: {name}"), move || {
                shared.with(check)
            }));
        }
        for (name, check) in ALONE.iter().copied().flatten() {
            trials.push(trial(&format!("hydra {release}: {name}"), move || {
                check(&Target::real(release, None)?);
                Ok(())
            }));
        }
        for (name, compare) in differences::COMPARISONS {
            trials.push(trial(&format!("difference {release}: {name}"), move || {
                let real = Target::real(release, None)?;
                compare(&real, &Target::sandbox(real.version));
                Ok(())
            }));
        }
        trials.push(trial(&format!("hydra {release}: verdicts"), move || {
            verdicts::compare(release)
        }));
        for (name, test) in harness::TESTS {
            trials.push(trial(&format!("hydra {release}: {name}"), move || {
                test(release)
            }));
        }
    }
    trials
}

fn trial(name: &str, test: impl FnOnce() -> Result<(), Missing> + Send + 'static) -> Trial {
    suite::trial(format!("conformance::{name}"), Load::Works, test)
}
