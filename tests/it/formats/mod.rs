//! Findings in the formats of CI systems.

mod findings;
mod report_file;

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::suite::{self, Tests, modules};

const MODULES: &[(&str, Tests)] = modules![findings, report_file];

pub(crate) fn trials() -> Vec<Trial> {
    suite::trials("formats", Load::Works, MODULES)
}
