//! Keys made by real programs: which ones are taken, and that what is encrypted to them opens.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may end at the first surprise"
)]

mod forms;
#[path = "../support/gpg.rs"]
mod gpg;
mod implementations;
#[path = "../../src/recipients/openpgp/tests/maker.rs"]
#[expect(dead_code, reason = "not all that others need is needed here")]
mod maker;
mod mending;
mod owner;
mod table;
mod verdict;

use libtest_mimic::{Arguments, Completion, Trial};

/// A test by its name.
type Named = (&'static str, fn());

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for (room, tests) in [("forms", forms::TESTS), ("mending", mending::TESTS)] {
        let of_room = tests.iter();
        trials.extend(of_room.map(|(name, test)| trial(format!("{room}::{name}"), *test)));
    }
    for (kind, rows) in table::TABLE {
        let of_kind = rows.iter();
        trials.extend(of_kind.map(|row| {
            let name = format!("table::{kind}::{}", row.name);
            trial(name, move || table::check(row))
        }));
    }
    trials.extend(implementations::KEYS.iter().map(|key| {
        let name = format!("implementations::{}", key.name);
        trial(name, move || implementations::check(key))
    }));
    let all = implementations::all_open_alone;
    trials.push(trial("implementations::all_open_alone".to_owned(), all));
    libtest_mimic::run(&arguments, trials).exit();
}

/// A test; without gpg it is ignored, but not where CI promises to have it.
fn trial(name: String, test: impl FnOnce() + Send + 'static) -> Trial {
    let runs = gpg::Gpg::is_installed() || std::env::var("CI").is_ok_and(|ci| ci == "true");
    let completion = move || {
        if !runs {
            return Ok(Completion::ignored_with("gpg is not installed"));
        }
        test();
        Ok(Completion::Completed)
    };
    let trial = Trial::ignorable_test(name, completion).with_ignored_flag(!runs);
    // The listing shows the kind, but not the reason above.
    trial.with_kind(if runs { "" } else { "needs gpg" })
}
