//! Who can open a secret: OpenPGP keys and age recipients, judged before anything is encrypted to
//! them.

mod age;
mod key_address;
mod key_server;
mod openpgp;
mod set;

pub use age::{AgeRecipient, AgeRecipients, is_age_message, load_age, parse_age};
pub use key_address::{KEYBASE, KeyAddress};
pub use key_server::fetch;
pub use openpgp::{OpenPgpRecipients, Recipient, is_encrypted_message, load};
pub use set::{Encrypted, Recipients};
