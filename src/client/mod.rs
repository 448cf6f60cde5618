//! The OAuth 2.0 client as a manifest describes it: typed values by field, and who it is.
//!
//! Pure: no I/O, no Hydra, no clock.

mod field;
mod identity;
mod lifespan;
mod value;

pub use field::{Field, Shape, Since};
pub use identity::{ClientId, Identity, Name};
pub use lifespan::lifespan_nanoseconds;
pub use value::{Client, SecretSource, Value};
