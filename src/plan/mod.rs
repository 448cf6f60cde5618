//! Plans what an apply would do, by comparing desired with existing clients.
//!
//! Planning is a plain function without I/O, clock or async. A plan is data, sorted when it is
//! made, and contains nothing that could write.

mod anew;
mod change;
mod checksum;
mod compare;
mod diff;
mod ignored;
mod json_equality;
mod jwks;
mod patch;
mod reported;
mod shown;

#[cfg(test)]
mod tests;

pub(crate) use anew::{Anew, anew, identity_once};
pub use change::{Action, Change, Creation, Difference, Drift, Plan, Summary};
pub use checksum::Checksum;
pub use diff::{Knows, diff};
pub use ignored::IgnoredDrift;
pub use patch::{Operation, Patch, Verb};
pub(crate) use reported::Reported;
