//! Makes Hydra hold what a plan says it lacks, and keeps each secret safe on the way.
//!
//! [`prepare`] and [`Prepared::run`] are one run; `watch` uses the parts. What happens meanwhile is
//! told as [`Event`]s; nothing is printed here.

mod check;
mod driver;
mod events;
mod executor;
mod planning;
mod recover;
mod recovery;
mod session;
mod stop;
mod target;
mod verify;

pub use check::{Check, Problem, check};
pub use driver::{Ended, Prepared, Secrets, create, prepare};
pub use events::{Event, Events};
pub use executor::{
    Control, CreateContext, Finished, Limit, Limiter, Outcome, OutcomeKind, Report, Run, apply,
    id_of,
};
pub use planning::{Lack, Shortfall, compare, look, plan, plan_anew, shortfalls};
pub use recover::{Fate, Recovered, is_proved, recover};
pub use recovery::{Told, settle, tell_repairs};
pub use session::{SecretsSession, no_recipient};
pub use stop::Stop;
pub use target::{Connector, Target};
pub use verify::{Tried, Verdict, Verifier};
