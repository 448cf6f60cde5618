//! Compares `golang` with Go's standard library, over known edge cases and thousands of generated
//! texts: values, rewritten values and errors.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod chance;
mod durations;
mod go;
#[path = "../support/requirement.rs"]
#[expect(dead_code, reason = "not all that others need is needed here")]
mod requirement;
#[path = "../support/suite.rs"]
mod suite;
mod urls;

use libtest_mimic::Arguments;

fn main() {
    let modules = [("durations", durations::TESTS), ("urls", urls::TESTS)];
    suite::run(&Arguments::from_args(), &modules);
}
