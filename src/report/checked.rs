//! The result of checking the secrets file, as text.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::reconcile::{Check, Problem};
use crate::text::count;

/// Describes a problem with a line, checked against the Hydra named `hydra`.
pub fn problem(problem: &Problem<'_>, hydra: &str) -> String {
    match problem {
        Problem::Broken(why) => (*why).to_owned(),
        Problem::NotEncrypted(id) => {
            format!("the secret of `{id}` is not an encrypted OpenPGP message")
        }
        Problem::NotForKeys(id) => format!("none of the given keys opens the secret of `{id}`"),
        Problem::NotLookedUp(id, why) => format!("`{id}` could not be looked up: {why}"),
        Problem::NoClient(id) => format!(
            "`{id}` is not in {hydra}: create it again with `apply`, or remove its lines if it is gone for good"
        ),
    }
}

/// Writes the totals.
pub fn totals(check: &Check<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "check: {}, {}, {} looked up, {} of other Hydras",
        count(check.lines, "line"),
        count(check.problems.len(), "problem"),
        count(check.looked_up, "client"),
        check.elsewhere.values().sum::<usize>()
    )
}

/// `1 line of http://a, 2 lines of http://b`; empty if there are none.
pub fn elsewhere(elsewhere: &BTreeMap<&str, usize>) -> Option<String> {
    let named = elsewhere.iter();
    let named = named.map(|(name, lines)| format!("{} of `{name}`", count(*lines, "line")));
    let named: Vec<_> = named.collect();
    (!named.is_empty()).then(|| named.join(", "))
}
