//! Values that come from elsewhere: what `${var:…}`, `${env:…}` and `${file:…}` in manifests stand
//! for.
//!
//! They are put into scalars after parsing, once: a value never adds a field, and what stands in it
//! is not looked at again. What comes from the environment or a file is secret.

mod file;
mod given;
mod placeholder;
mod reference;
mod replace;
mod resolve;
mod variables;

pub use given::{Demand, Values};
pub(crate) use placeholder::check_placeholders;
pub(crate) use replace::replace;
