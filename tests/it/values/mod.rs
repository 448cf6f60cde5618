//! Values that manifests take from elsewhere: variables, the environment and files.

mod bad_input;
mod environments;
mod secrets;

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::suite::{self, Tests, modules};

const MODULES: &[(&str, Tests)] = modules![bad_input, environments, secrets];

pub(crate) fn trials() -> Vec<Trial> {
    suite::trials("values", Load::Works, MODULES)
}
