//! The OAuth 2.0 client: as a manifest describes it, as Hydra reports it, and its identity.
//!
//! Pure: no I/O, no Hydra, no clock.

mod body;
mod by_field;
mod existing;
mod field;
mod identity;
mod mask;
mod since;
mod value;

pub use body::request_body;
pub(crate) use by_field::ByField;
pub use existing::Existing;
pub use field::{Field, Shape};
pub use identity::{ClientId, Identity, Name, Namespace, ResourceName};
pub(crate) use mask::PRIVATE_KEY_MEMBERS;
pub use mask::{
    MASK, has_password, is_secret_member, is_secret_name, text_without_passwords, without_passwords,
};
pub use since::{HydraVersion, Since};
pub use value::{Client, Hidden, SecretSource, Value};
pub(crate) use value::{is_keys, keys_of};
