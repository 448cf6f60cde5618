//! A suite of tests with a harness of its own, which lists what a missing tool leaves out.

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::requirement::Missing;

/// A test, which may miss something that it needs.
pub(crate) type Test = fn() -> Result<(), Missing>;

/// A room's tests by their names.
pub(crate) type Tests = &'static [(&'static str, Test)];

/// Runs the tests of all rooms, and ends the process.
pub(crate) fn run(arguments: &Arguments, rooms: &[(&str, Tests)]) -> ! {
    let mut trials = Vec::new();
    for (room, tests) in rooms {
        for (name, test) in *tests {
            let test = *test;
            let run = move || finish(test());
            trials.push(Trial::ignorable_test(format!("{room}::{name}"), run));
        }
    }
    libtest_mimic::run(arguments, trials).exit()
}

/// What became of a test.
fn finish(result: Result<(), Missing>) -> Result<Completion, Failed> {
    match result {
        Ok(()) => Ok(Completion::Completed),
        Err(missing) => missing.outcome(),
    }
}
