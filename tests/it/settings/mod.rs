//! Settings from a file and from variables: which value counts, what a file may hold, and how one
//! run serves several environments.

mod bad_input;
mod by_owner;
mod doctor;
mod environments;
mod guarded;
mod precedence;

use std::process::Command;

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::program::program;
use crate::support::suite::{self, Tests, modules};
use crate::support::workspace::Workspace;

const MODULES: &[(&str, Tests)] = modules![
    bad_input,
    by_owner,
    doctor,
    environments,
    guarded,
    precedence
];

/// The name of the file that is found.
const FOUND: &str = "hydra-gitops.toml";

pub(crate) fn trials() -> Vec<Trial> {
    suite::trials("settings", Load::Works, MODULES)
}

/// A folder with one manifest and this settings file.
pub(crate) fn folder(name: &str, settings: impl AsRef<[u8]>) -> Workspace {
    let folder = Workspace::new();
    folder.clients(&["a", "b", "c"]);
    folder.write(name, settings);
    folder
}

/// The program with these words, which are separated by blanks.
pub(crate) fn command(folder: &Workspace, line: &str) -> Command {
    let mut command = program(folder.path());
    command.args(line.split(' '));
    command
}
