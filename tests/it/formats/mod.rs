//! Findings in the formats of CI systems, and JSON Schemas.

mod findings;
mod report_file;
mod schemas;

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::suite::{self, Tests, modules};

const MODULES: &[(&str, Tests)] = modules![findings, report_file, schemas];

pub(crate) fn trials() -> Vec<Trial> {
    suite::trials("formats", Load::Works, MODULES)
}
