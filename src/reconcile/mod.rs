//! Creates in Hydra what a plan says is missing, and never loses a secret on the way.
//!
//! [`prepare`] and [`Prepared::run`] make up one run; `watch` uses the parts. Progress is reported
//! as [`Event`]s. Nothing is printed here.

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
