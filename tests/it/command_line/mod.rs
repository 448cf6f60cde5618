//! What the program says of itself: completions, help, manual pages, version.

mod completions;
mod man;
mod package;
mod typed_completions;
mod version;

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::suite::{self, Tests, modules};

const MODULES: &[(&str, Tests)] = modules![completions, man, package, typed_completions, version];

pub(crate) fn trials() -> Vec<Trial> {
    suite::trials("command_line", Load::Works, MODULES)
}
