//! Ory's own command line of v1.11.10 beside ours: the same words, each before a Hydra of its own
//! behind a proxy that remembers. What is sent, stored, printed and returned has to be the same.
//!
//! What differs on purpose is listed in `differences` with the reason, and asserted too.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may fail, and say so"
)]

#[path = "../support/ask.rs"]
mod ask;
mod creates;
mod differences;
mod generated;
#[path = "../support/gpg.rs"]
#[expect(dead_code, reason = "other suites use more of it")]
mod gpg;
#[path = "../support/hydra/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "not all that others need is needed here"
)]
mod hydra;
mod import_differences;
mod imports;
mod pair;
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
mod secrets;
mod seen;

use std::sync::{Arc, Mutex, PoisonError};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::pair::Pair;
use crate::requirement::Missing;

/// Both command lines, started when the first test needs them.
type Shared = Arc<Mutex<Option<Result<Pair, Missing>>>>;

/// Something asserted of both.
type Test = Box<dyn FnOnce(&Pair) + Send>;

fn main() {
    let arguments = Arguments::from_args();
    let shared = Shared::default();
    let mut trials = Vec::new();
    let tests = creates::tests()
        .into_iter()
        .chain(generated::tests())
        .chain(imports::tests())
        .chain(differences::tests());
    for (name, test) in tests {
        trials.push(trial(name, Arc::clone(&shared), test));
    }
    trials.extend(secrets::trials(&shared));
    let conclusion = libtest_mimic::run(&arguments, trials);
    // `exit` runs no destructors, and would leave the servers behind.
    drop(shared);
    conclusion.exit();
}

/// A test that has the two to itself, with no client in either Hydra.
fn trial(name: String, shared: Shared, test: Test) -> Trial {
    Trial::ignorable_test(name, move || with_pair(&shared, test))
}

fn with_pair(shared: &Shared, test: impl FnOnce(&Pair)) -> Result<Completion, Failed> {
    // A test that failed leaves nothing that the next one minds.
    let mut pair = shared.lock().unwrap_or_else(PoisonError::into_inner);
    match pair.get_or_insert_with(Pair::start) {
        Ok(pair) => {
            pair.clear();
            test(pair);
            Ok(Completion::Completed)
        }
        Err(missing) => missing.outcome(),
    }
}
