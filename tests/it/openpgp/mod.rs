//! Keys made by real programs: which ones are taken, and that what is encrypted to them opens.

mod forms;
mod implementations;
#[path = "../../../src/recipients/openpgp/tests/maker.rs"]
#[expect(dead_code, reason = "not all that others need is needed here")]
mod maker;
mod mending;
mod owner;
mod table;
mod verdict;

use libtest_mimic::Trial;

use crate::support::gpg::Gpg;
use crate::support::load::Load;
use crate::support::requirement::Missing;
use crate::support::suite;

/// A test by its name.
type Named = (&'static str, fn());

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (module, tests) in [("forms", forms::TESTS), ("mending", mending::TESTS)] {
        let of_module = tests.iter();
        trials.extend(of_module.map(|(name, test)| trial(format!("{module}::{name}"), *test)));
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
    trials
}

fn trial(name: String, test: impl FnOnce() + Send + 'static) -> Trial {
    suite::trial(format!("openpgp::{name}"), Load::Works, move || {
        if !Gpg::is_installed() {
            return Err(Missing("`gpg` is needed to make and open keys".to_owned()));
        }
        test();
        Ok(())
    })
}
