//! When to look at the manifests again: the system's events become hints, hints become batches.
//!
//! An event is never believed. Whatever it says, the folder is read anew, by content; it only tells
//! when that is worth while, and which file is still being written. So an event that is lost costs
//! time and nothing else. No clock of the day is read here: a jump of it changes nothing.

mod batch;
mod hint;
mod hints;
mod limits;

pub use batch::{Batch, Batching, FORSAKEN, LONGEST, QUIET};
pub use hint::{Hint, Scope};
pub use hints::Hints;
