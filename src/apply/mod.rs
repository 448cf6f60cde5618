//! Creates what a plan says is missing, and nothing else.
//!
//! The executor gets creates and a type that can only create. It emits events and returns
//! outcomes; how they are shown is not its business.

mod attempt;
mod create;
mod ended;
mod executor;
mod gate;
mod limit;
mod made_id;
mod outcome;
mod whose;

pub use create::Creating;
pub use executor::{Run, Stop, apply};
pub use gate::Gate;
pub use limit::Limit;
pub use made_id::id_of;
pub use outcome::{Became, Finished, Outcome, Report};
pub use whose::Control;
