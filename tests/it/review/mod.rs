//! A plan that somebody reviewed is what is applied, or nothing is.

mod all_environments;
mod checksums;
mod expected;
mod markdown;

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::suite::{self, Tests, modules};

const MODULES: &[(&str, Tests)] = modules![all_environments, checksums, expected, markdown];

pub(crate) fn trials() -> Vec<Trial> {
    suite::trials("review", Load::Works, MODULES)
}
