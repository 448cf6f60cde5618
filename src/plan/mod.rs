//! What an apply would do: desired clients beside existing ones.
//!
//! A plain function without I/O, clock or async. A plan is data, sorted when it is made; it holds
//! nothing that could write.

mod anew;
mod change;
mod compare;
mod diff;
mod json;
mod jwks;
mod number;
mod shown;
mod stored;

#[cfg(test)]
mod tests;

pub use anew::{Anew, anew, identity_once};
pub use change::{Action, Change, Creation, Difference, Plan, Summary};
pub use diff::{Server, diff};
