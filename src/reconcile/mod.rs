//! Creates in Hydra what a plan says is missing, and never loses a secret on the way.
//!
//! `prepare` and `Prepared::run` make up one run; `watch` uses the parts. Progress is reported as
//! events. Nothing is printed here.

mod add;
mod check;
mod driver;
mod events;
mod executor;
mod planning;
mod recover;
mod session;
mod stop;
mod survey;
mod target;
mod unrecorded;
mod verify;

pub(crate) use add::{Added, add_secret};
pub(crate) use check::{Check, Problem, check};
pub(crate) use driver::{Prepared, Secrets, create, prepare};
pub(crate) use events::{Event, Events};
pub(crate) use executor::id_of;
pub use executor::{
    Control, CreateContext, Finished, Limit, Limiter, Outcome, OutcomeKind, Report, Run, apply,
};
pub(crate) use planning::{Lack, Shortfall, checksum, judge, plan, plan_anew, refuse, shortfalls};
pub use recover::{Recovered, RecoveryOutcome, recover};
pub(crate) use recover::{Reported, is_proved, settle, tell_repairs};
pub(crate) use session::{
    GIVE_RECIPIENT, SecretsSession, is_kept, no_recipient, no_recipient_by_owner, unsealable,
};
pub use stop::Stop;
pub(crate) use survey::{Fault, Survey};
pub(crate) use target::{Connector, Target};
pub(crate) use unrecorded::unrecorded;
pub(crate) use verify::{Tried, Verdict, Verifier};
