//! The OAuth 2.0 client: as a manifest describes it, as Hydra reports it, and who it is.
//!
//! Pure: no I/O, no Hydra, no clock.

mod body;
mod existing;
mod field;
mod identity;
mod value;

pub use body::request_body;
pub use existing::Existing;
pub use field::{Field, Shape, Since};
pub use identity::{ClientId, Identity, Name};
pub use value::{Client, SecretSource, Value};
