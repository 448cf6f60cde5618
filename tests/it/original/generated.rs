//! `create` with flags thrown together by chance.
//!
//! `HYDRA_GITOPS_CASES` sets how many cases there are, `HYDRA_GITOPS_SEED` which.

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};

use crate::original::Test;
use crate::original::creates::{CASES, same};

/// A number from the environment.
fn number(name: &str, default: u64) -> u64 {
    let text = std::env::var(name);
    text.map_or(default, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("`{name}` is no number"))
    })
}

pub(crate) fn tests() -> Vec<(String, Test)> {
    let seed = number("HYDRA_GITOPS_SEED", 1);
    let mut chance = StdRng::seed_from_u64(seed);
    let cases = number("HYDRA_GITOPS_CASES", 40);
    let test = |case| -> (String, Test) {
        let words = words(&mut chance);
        let name = format!("create: chance {seed}, case {case}");
        (name, Box::new(move |both| same(both, &words)))
    };
    (1..=cases).map(test).collect()
}

/// The words of some of the cases, one behind the other, with flags that come again.
fn words(chance: &mut StdRng) -> Vec<&'static str> {
    let most = chance.gen_range(2..CASES.len());
    let some = CASES.choose_multiple(chance, most);
    let mut some: Vec<_> = some.map(|(_, words)| *words).collect();
    some.shuffle(chance);
    some.concat()
}
