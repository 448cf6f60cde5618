//! Secrets from the moment they are made to the application that reads them.

mod age;

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::suite::{self, Tests, modules};

const MODULES: &[(&str, Tests)] = modules![age];

pub(crate) fn trials() -> Vec<Trial> {
    suite::trials("secrets", Load::Works, MODULES)
}
