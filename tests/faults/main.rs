//! The real program against everything that can go wrong on the way: exit code, message, and what
//! is in Hydra, the secrets file and the journal afterwards.
//!
//! Each run logs all it can (`RUST_LOG=trace`), and no secret may be in what it says.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod answers;
#[path = "../support/ask.rs"]
mod ask;
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
#[path = "../support/hydra/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "not all that others need is needed here"
)]
mod hydra;
mod journal;
#[path = "../support/key.rs"]
mod key;
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
#[path = "../support/program.rs"]
#[expect(dead_code, reason = "not all that others need is needed here")]
mod program;
#[path = "../support/proxy/mod.rs"]
#[expect(dead_code, reason = "not all that others need is needed here")]
mod proxy;
mod quiet;
mod raced;
mod recipients;
#[path = "../support/requirement.rs"]
mod requirement;
mod rescued;
mod retries;
mod scene;
mod side_files;
mod signals;
mod silence;
#[path = "../support/suite.rs"]
mod suite;
#[path = "../support/target.rs"]
mod target;
mod tls;
mod together;
mod torn;
mod tunnel;
mod twice;
mod unreadable;
mod verify;
#[path = "../support/workspace.rs"]
mod workspace;

use libtest_mimic::Arguments;

use crate::suite::Tests;

const ROOMS: &[(&str, Tests)] = &[
    ("answers", answers::TESTS),
    ("counting", counting::TESTS),
    ("dialects", dialects::TESTS),
    ("disk", disk::TESTS),
    ("drift", drift::TESTS),
    ("echoes", echoes::TESTS),
    ("endpoints", endpoints::TESTS),
    ("failing", failing::TESTS),
    ("files", files::TESTS),
    ("gateways", gateways::TESTS),
    ("forged", forged::TESTS),
    ("journal", journal::TESTS),
    ("key_servers", key_servers::refused::TESTS),
    ("key_servers", key_servers::taken::TESTS),
    ("lists", lists::TESTS),
    ("lost", lost::TESTS),
    ("manifests", manifests::TESTS),
    ("odd_clients", odd_clients::TESTS),
    ("once", once::TESTS),
    ("once_files", once_files::TESTS),
    ("once_late", once_late::TESTS),
    ("once_sealed", once_sealed::TESTS),
    ("once_stalled", once_stalled::TESTS),
    ("ordinary_words", ordinary_words::TESTS),
    ("raced", raced::TESTS),
    ("quiet", quiet::TESTS),
    ("recipients", recipients::TESTS),
    ("rescued", rescued::TESTS),
    ("retries", retries::TESTS),
    ("side_files", side_files::TESTS),
    ("signals", signals::TESTS),
    ("silence", silence::TESTS),
    ("tls", tls::TESTS),
    ("together", together::TESTS),
    ("twice", twice::TESTS),
    ("torn", torn::TESTS),
    ("unreadable", unreadable::TESTS),
    ("verify", verify::TESTS),
];

fn main() {
    suite::run(&Arguments::from_args(), ROOMS);
}
