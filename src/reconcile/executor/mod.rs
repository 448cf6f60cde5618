//! Creates what a plan says is missing, and nothing else.
//!
//! The executor gets the creates, and a type that can only create. It emits events and returns
//! outcomes; presentation is up to the caller.

mod attempt;
mod create;
mod limit;
mod limiter;
mod made_id;
mod outcome;
mod ownership;
mod recurring;
mod run;
mod settle;

pub(crate) use attempt::about;
pub use create::CreateContext;
pub use limit::Limit;
pub use limiter::Limiter;
pub(crate) use made_id::id_of;
pub use outcome::{Finished, Outcome, OutcomeKind, Report};
pub use ownership::Control;
pub use run::{Run, apply};
