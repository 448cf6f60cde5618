//! Makes Hydra hold what a plan says it lacks, and keeps each secret safe on the way.

mod check;
mod executor;
mod recover;
mod verify;

pub use check::{Check, Problem, check};
pub use executor::{
    Became, Control, Creating, Finished, Gate, Limit, Outcome, Report, Run, Stop, apply, id_of,
};
pub use recover::{Fate, Recovered, is_proved, recover};
pub use verify::{Tried, Verdict, Verifier};
