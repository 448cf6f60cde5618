//! The real program watching real files, saved in the ways that editors save, beside the sandbox
//! and real servers that are restarted under it.

mod bad_input;
mod clock;
mod findings;
mod folders;
mod gone;
mod health;
mod hydra_gone;
mod links;
mod people;
mod restarts;
mod saves;
mod secrets;
mod signals;
mod slow;
mod terminal;
mod text;
mod twice;
mod under_way;
mod under_way_secrets;

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::suite::{self, Tests, modules};

const MODULES: &[(&str, Tests)] = modules![
    bad_input,
    clock,
    findings,
    folders,
    gone,
    health,
    hydra_gone,
    links,
    people,
    restarts,
    saves,
    secrets,
    signals,
    slow,
    terminal,
    text,
    twice,
    under_way,
    under_way_secrets,
];

pub(crate) fn trials() -> Vec<Trial> {
    suite::trials("watch", Load::Waits, MODULES)
}
