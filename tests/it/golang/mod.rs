//! Compares `golang` with Go's standard library, over known edge cases and thousands of generated
//! texts: values, rewritten values and errors.

mod chance;
mod durations;
mod go;
mod urls;

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::suite::{self, Tests, modules};

const MODULES: &[(&str, Tests)] = modules![durations, urls];

pub(crate) fn trials() -> Vec<Trial> {
    suite::trials("golang", Load::Works, MODULES)
}
