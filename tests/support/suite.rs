//! Tests by their names.
//!
//! `libtest-mimic` runs them, because a test whose tool is missing has to be listed as ignored with
//! the reason, which is known only when it runs.

use libtest_mimic::{Completion, Failed, Trial};

use super::load::Load;
use super::requirement::Missing;

/// A test, which may miss something that it needs.
pub(crate) type Test = fn() -> Result<(), Missing>;

/// A module's tests by their names.
pub(crate) type Tests = &'static [(&'static str, Test)];

/// The `TESTS` of these modules, by the modules' names.
macro_rules! modules {
    ($($module:ident $(:: $below:ident)*),* $(,)?) => {
        &[$((
            concat!(stringify!($module) $(, "::", stringify!($below))*),
            $module $(:: $below)* ::TESTS,
        )),*]
    };
}
pub(crate) use modules;

/// The tests of a topic.
pub(crate) fn trials(topic: &str, load: Load, modules: &[(&str, Tests)]) -> Vec<Trial> {
    let of_module = |(module, tests): &(&str, Tests)| {
        let trial =
            |(name, test): &(&str, Test)| trial(format!("{topic}::{module}::{name}"), load, *test);
        tests.iter().map(trial).collect::<Vec<_>>()
    };
    modules.iter().flat_map(of_module).collect()
}

/// A test of that name.
pub(crate) fn trial(
    name: String,
    load: Load,
    test: impl FnOnce() -> Result<(), Missing> + Send + 'static,
) -> Trial {
    Trial::ignorable_test(name, move || -> Result<Completion, Failed> {
        let _permits = load.permits();
        match test() {
            Ok(()) => Ok(Completion::Completed),
            Err(missing) => missing.outcome(),
        }
    })
}
