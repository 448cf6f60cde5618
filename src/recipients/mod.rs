//! Who can open a secret: OpenPGP keys, judged before anything is encrypted to them.

mod key_address;
mod key_server;
mod openpgp;

pub use key_address::{KEYBASE, KeyAddress};
pub use key_server::fetch;
pub use openpgp::{Recipient, Recipients, is_encrypted_message, load};
