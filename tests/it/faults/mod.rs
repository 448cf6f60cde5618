//! The real program against everything that can go wrong on the way: exit code, message, and what
//! is in Hydra, the secrets file and the journal afterwards.
//!
//! Each run logs all it can (`RUST_LOG=trace`), and no secret may be in what it says.

mod answers;
mod counting;
mod dialects;
mod disk;
mod drift;
mod echoes;
mod endpoints;
mod failing;
mod files;
mod forged;
mod gateways;
mod journal;
mod key_servers;
mod lists;
mod lost;
mod manifests;
mod odd_clients;
mod once;
mod once_files;
mod once_late;
mod once_sealed;
mod once_stalled;
mod ordinary_words;
mod quiet;
mod raced;
mod recipients;
mod rescued;
mod retries;
mod side_files;
mod signals;
mod silence;
mod tls;
mod together;
mod torn;
mod twice;
mod unreadable;
mod verify;
mod ways_out;

use libtest_mimic::Trial;

use crate::support::load::Load;
use crate::support::suite::{self, Tests, modules};

const MODULES: &[(&str, Tests)] = modules![
    answers,
    counting,
    dialects,
    disk,
    drift,
    echoes,
    endpoints,
    failing,
    files,
    forged,
    gateways,
    journal,
    key_servers::refused,
    key_servers::taken,
    lists,
    lost,
    manifests,
    odd_clients,
    once,
    once_files,
    once_late,
    once_sealed,
    once_stalled,
    ordinary_words,
    quiet,
    raced,
    recipients,
    rescued,
    retries,
    side_files,
    signals,
    silence,
    tls,
    together,
    torn,
    twice,
    unreadable,
    verify,
    ways_out,
];

pub(crate) fn trials() -> Vec<Trial> {
    suite::trials("faults", Load::Works, MODULES)
}
