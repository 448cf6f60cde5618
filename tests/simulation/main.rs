//! Runs that are killed at any instant, on a Hydra that loses answers, from one seed.
//!
//! The executor and the secrets protocol are the real ones; Hydra, the files and the clock are
//! made up here, and time is virtual. `HYDRA_GITOPS_SEEDS` sets how many seeds are tried,
//! `HYDRA_GITOPS_SEED` the first.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may fail, and say so"
)]

mod chance;
mod disk;
mod run;
mod world;

use crate::chance::Chance;
use crate::run::{hang, live};

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[test]
fn no_secret_is_lost_and_no_client_made_twice() {
    let first = number("HYDRA_GITOPS_SEED", 1);
    let mut seen = world::Seen::default();
    for seed in first..first + number("HYDRA_GITOPS_SEEDS", 2_000) {
        seen.add(live(&Chance::new(seed)));
    }
    // A simulation in which nothing goes wrong proves nothing.
    assert!(
        seen.kills > 0 && seen.lost_answers > 0 && seen.late > 0,
        "{seen:?}"
    );
    assert!(
        seen.unconfirmed > 0 && seen.raced > 0 && seen.torn > 0,
        "{seen:?}"
    );
    assert!(
        seen.twice > 0 && seen.answered > 0 && seen.stale > 0,
        "{seen:?}"
    );
    println!("{seen:?}");
}

/// A kill between two lines of a recovery, which few seeds meet.
#[test]
fn seeds_that_once_lost_something_do_not() {
    live(&Chance::new(6_378));
}

#[test]
fn a_request_that_hangs_for_long_may_arrive_after_that() {
    hang(&Chance::new(1));
}

#[test]
fn one_seed_is_one_story() {
    let tell = || format!("{:?}", live(&Chance::new(7)));
    assert_eq!(tell(), tell());
}
