//! Who can open a secret: OpenPGP keys, judged before anything is encrypted to them.

mod key_server;
mod openpgp;

pub use key_server::{KEYBASE, KeyAddress, fetch};
pub use openpgp::{Recipient, Recipients, is_encrypted_message, load};
