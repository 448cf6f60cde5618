//! The real program on every way to a Hydra that its connection flags can name: which requests
//! arrive with which headers, and what is said where a flag, a file or the way is wrong.
//!
//! Each run logs all it can (`RUST_LOG=trace`), and no token or password may be in what it says.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

#[path = "../support/ask.rs"]
mod ask;
mod authority;
mod certificates;
mod doctor;
mod doctor_apply;
mod doctor_files;
mod doctor_problems;
mod durations;
mod flags;
mod forward;
#[path = "../support/gpg.rs"]
#[expect(
    dead_code,
    clippy::print_stderr,
    reason = "not all that others need is needed here; an agent that is left is spoken of"
)]
mod gpg;
mod headers;
#[path = "../support/hydra/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "not all that others need is needed here"
)]
mod hydra;
#[path = "../support/key.rs"]
#[expect(dead_code, reason = "not all that others need is needed here")]
mod key;
mod mistakes;
#[path = "../support/program.rs"]
#[expect(dead_code, reason = "not all that others need is needed here")]
mod program;
mod proxies;
#[path = "../support/proxy/mod.rs"]
#[expect(dead_code, reason = "not all that others need is needed here")]
mod proxy;
mod relay;
#[path = "../support/requirement.rs"]
mod requirement;
mod road;
mod sockets;
#[path = "../support/suite.rs"]
mod suite;
mod table;
#[path = "../support/target.rs"]
#[expect(dead_code, reason = "not all that others need is needed here")]
mod target;
mod tokens;
#[path = "../support/workspace.rs"]
#[expect(dead_code, reason = "not all that others need is needed here")]
mod workspace;

use libtest_mimic::Arguments;

use crate::suite::Tests;

const ROOMS: &[(&str, Tests)] = &[
    ("certificates", certificates::TESTS),
    ("doctor", doctor::TESTS),
    ("doctor_apply", doctor_apply::TESTS),
    ("doctor_files", doctor_files::TESTS),
    ("doctor_problems", doctor_problems::TESTS),
    ("durations", durations::TESTS),
    ("flags", flags::TESTS),
    ("headers", headers::TESTS),
    ("mistakes", mistakes::TESTS),
    ("proxies", proxies::TESTS),
    ("sockets", sockets::TESTS),
    ("table", table::TESTS),
    ("tokens", tokens::TESTS),
];

fn main() {
    suite::run(&Arguments::from_args(), ROOMS);
}
