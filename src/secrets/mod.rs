//! Client secrets: made here, encrypted to the recipients, never shown.

mod generate;
mod recipient;

pub use generate::client_secret;
pub use recipient::{Recipient, Recipients, load};
