//! The real program and the sandbox, held to what the documentation promises.
//!
//! A topic is a module here. `cargo test --test it faults::lists` runs the tests whose names hold
//! that text.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail, and say so"
)]

mod campaign;
mod command_line;
mod conformance;
mod connections;
mod delivery;
mod examples;
mod faults;
mod formats;
mod golang;
mod modules;
mod openpgp;
mod original;
mod proofs;
mod readme;
mod reconcile;
mod review;
mod rules;
mod secrets;
mod settings;
#[path = "../support/mod.rs"]
mod support;
mod values;
mod watch;

use libtest_mimic::Arguments;

use crate::support::load;

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(load::threads());
    // The campaign comes first: its first series idle for minutes.
    let trials = [
        campaign::trials(),
        modules::trials(),
        golang::trials(),
        openpgp::trials(),
        readme::trials(),
        rules::trials(),
        original::trials(),
        conformance::trials(),
        proofs::trials(),
        reconcile::trials(),
        review::trials(),
        connections::trials(),
        delivery::trials(),
        examples::trials(),
        faults::trials(),
        formats::trials(),
        secrets::trials(),
        command_line::trials(),
        settings::trials(),
        values::trials(),
        watch::trials(),
    ];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit();
}
