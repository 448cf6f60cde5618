//! The real program on every way to a Hydra that its connection flags can name: which requests
//! arrive with which headers, and what is said where a flag, a file or the way is wrong.
//!
//! Each run logs all it can (`RUST_LOG=trace`), and no token or password may be in what it says.

mod certificates;
mod doctor;
mod doctor_apply;
mod doctor_certificates;
mod doctor_files;
mod doctor_problems;
mod doctor_waits;
mod durations;
mod fetched_tokens;
mod flags;
mod headers;
mod issued_tokens;
mod mistakes;
mod proxies;
mod sockets;
mod table;
mod tokens;

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::suite::{self, Tests, modules};

const MODULES: &[(&str, Tests)] = modules![
    certificates,
    doctor,
    doctor_apply,
    doctor_certificates,
    doctor_files,
    doctor_problems,
    doctor_waits,
    durations,
    fetched_tokens,
    issued_tokens,
    flags,
    headers,
    mistakes,
    proxies,
    sockets,
    table,
    tokens,
];

pub(crate) fn trials() -> Vec<Trial> {
    suite::trials("connections", Load::Works, MODULES)
}
