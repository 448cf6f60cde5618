//! The CI files that others copy: each is what its schema says, and what it runs does what it is for.
//!
//! The steps are taken out of the files and run as a runner would, each script by bash, in real git
//! repositories, with a real Hydra. `gh` and `curl` are scripts that keep the comments.

mod forge;
mod github;
mod gitlab;
mod hooks;
mod merges;
mod runner;
mod schemas;
mod scope;

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::suite::{self, Tests, modules};

const MODULES: &[(&str, Tests)] = modules![github, gitlab, hooks, merges, schemas];

pub(crate) fn trials() -> Vec<Trial> {
    suite::trials("examples", Load::Works, MODULES)
}
