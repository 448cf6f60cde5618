//! Keys made by a real GnuPG: which ones are taken, and that GnuPG opens what is encrypted to them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may end at the first surprise"
)]

mod algorithms;
mod forms;
#[path = "../support/gpg.rs"]
mod gpg;
mod mending;
mod states;
mod verdict;

use libtest_mimic::{Arguments, Completion, Trial};

/// A test by its name.
type Named = (&'static str, fn());

fn main() {
    let arguments = Arguments::from_args();
    let rooms: [&[Named]; 4] = [
        algorithms::TESTS,
        forms::TESTS,
        mending::TESTS,
        states::TESTS,
    ];
    libtest_mimic::run(&arguments, trials(&rooms.concat())).exit();
}

/// The tests; without gpg they are ignored, but not where CI promises to have it.
fn trials(tests: &[Named]) -> Vec<Trial> {
    let runs = gpg::Gpg::is_installed() || std::env::var("CI").is_ok_and(|ci| ci == "true");
    let trial = |(name, test): &Named| {
        let test = *test;
        let completion = move || {
            if !runs {
                return Ok(Completion::ignored_with("gpg is not installed"));
            }
            test();
            Ok(Completion::Completed)
        };
        let trial = Trial::ignorable_test(*name, completion).with_ignored_flag(!runs);
        // The listing shows the kind, but not the reason above.
        trial.with_kind(if runs { "" } else { "needs gpg" })
    };
    tests.iter().map(trial).collect()
}
