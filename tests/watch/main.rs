//! The real program watching real files, saved in the ways that editors save, beside the sandbox
//! and real servers that are restarted under it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

#[path = "../support/ask.rs"]
mod ask;
mod bad_input;
mod clock;
mod findings;
mod folders;
mod gone;
#[path = "../support/hydra/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "not all that others need is needed here"
)]
mod hydra;
mod hydra_gone;
#[path = "../support/key.rs"]
#[expect(dead_code, reason = "not all that others need is needed here")]
mod key;
mod links;
mod people;
#[path = "../support/program.rs"]
#[expect(dead_code, reason = "not all that others need is needed here")]
mod program;
#[path = "../support/proxy/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "not all that others need is needed here"
)]
mod proxy;
#[path = "../support/requirement.rs"]
mod requirement;
mod restarts;
mod saves;
mod secrets;
mod signals;
mod slow;
mod stage;
#[path = "../support/suite.rs"]
mod suite;
mod terminal;
mod text;
mod twice;
mod under_way;
mod under_way_secrets;
#[path = "../support/workspace.rs"]
mod workspace;

use libtest_mimic::Arguments;

use crate::suite::Tests;

const ROOMS: &[(&str, Tests)] = &[
    ("bad_input", bad_input::TESTS),
    ("clock", clock::TESTS),
    ("findings", findings::TESTS),
    ("folders", folders::TESTS),
    ("gone", gone::TESTS),
    ("hydra_gone", hydra_gone::TESTS),
    ("links", links::TESTS),
    ("people", people::TESTS),
    ("restarts", restarts::TESTS),
    ("saves", saves::TESTS),
    ("secrets", secrets::TESTS),
    ("signals", signals::TESTS),
    ("slow", slow::TESTS),
    ("terminal", terminal::TESTS),
    ("text", text::TESTS),
    ("twice", twice::TESTS),
    ("under_way", under_way::TESTS),
    ("under_way_secrets", under_way_secrets::TESTS),
];

fn main() {
    let mut arguments = Arguments::from_args();
    // They wait for most of their time.
    arguments.test_threads.get_or_insert(8);
    suite::run(&arguments, ROOMS);
}
