//! Ory's own command lines of v1.11.10 and v2.3.0 beside ours: the same words, each before a Hydra of its own
//! behind a proxy that remembers. What is sent, stored, printed and returned has to be the same.
//!
//! What differs on purpose is listed in `differences` with the reason, and asserted too.

mod command_lines;
mod creates;
mod differences;
mod generated;
mod import_differences;
mod imports;
mod secrets;
mod seen;
mod v2;

use libtest_mimic::Trial;

use self::command_lines::CommandLines;
use crate::support::load::Load;
use crate::support::requirement::Missing;
use crate::support::shared::Shared;
use crate::support::suite;

/// Something asserted of both.
type Test = Box<dyn FnOnce(&CommandLines) + Send>;

pub(crate) fn trials() -> Vec<Trial> {
    let shared = Shared::new(CommandLines::of_v1);
    let tests = creates::tests()
        .into_iter()
        .chain(generated::tests())
        .chain(imports::tests())
        .chain(differences::tests());
    let trials = tests.map(|(name, test)| trial(&name, &shared, || Ok(test)));
    let of_v2 = Shared::new(CommandLines::of_v2);
    let trials_of_v2 = v2::tests().into_iter();
    let trials_of_v2 = trials_of_v2.map(|(name, test)| trial(&name, &of_v2, || Ok(test)));
    trials
        .chain(secrets::trials(&shared))
        .chain(trials_of_v2)
        .collect()
}

/// A test that has the two to itself, with no client in either Hydra.
fn trial<T: FnOnce(&CommandLines)>(
    name: &str,
    shared: &Shared<CommandLines>,
    test: impl FnOnce() -> Result<T, Missing> + Send + 'static,
) -> Trial {
    let shared = shared.clone();
    suite::trial(format!("original::{name}"), Load::Works, move || {
        let test = test()?;
        shared.with(|both| {
            both.clear();
            test(both);
        })
    })
}
