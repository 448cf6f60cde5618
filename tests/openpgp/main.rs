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
mod states;

use libtest_mimic::{Arguments, Completion, Conclusion, Trial};

/// A test by its name.
type Named = (&'static str, fn());

fn main() {
    let arguments = Arguments::from_args();
    let tests = [algorithms::TESTS, states::TESTS, forms::TESTS].concat();
    let conclusion: Conclusion = libtest_mimic::run(&arguments, trials(tests));
    conclusion.exit();
}

/// The tests; without gpg they are ignored, but not where CI promises to have it.
fn trials(tests: Vec<Named>) -> Vec<Trial> {
    let runs = gpg::Gpg::is_installed() || std::env::var("CI").is_ok_and(|ci| ci == "true");
    tests
        .into_iter()
        .map(|(name, test)| {
            let trial = Trial::ignorable_test(name, move || {
                if !runs {
                    return Ok(Completion::ignored_with("gpg is not installed"));
                }
                test();
                Ok(Completion::Completed)
            });
            trial.with_ignored_flag(!runs)
        })
        .collect()
}
