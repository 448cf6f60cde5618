//! Secrets from the moment they are made to the application that reads them.

mod age;
mod age_vectors;
mod changed;
mod openers;
mod over_time;
mod sops;
mod sops_disturbed;
mod sops_in_the_way;
mod sops_killed;

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::suite::{self, Tests, modules};

const MODULES: &[(&str, Tests)] = modules![
    age,
    age_vectors,
    changed,
    openers,
    over_time,
    sops,
    sops_disturbed,
    sops_in_the_way,
    sops_killed
];

pub(crate) fn trials() -> Vec<Trial> {
    suite::trials("secrets", Load::Works, MODULES)
}
