//! OpenPGP keys that client secrets are encrypted to.
//!
//! [`input`] unwraps bytes into blocks of packets, and [`certificate`] sorts the packets into
//! certificates. [`judge`] decides which key of a certificate may be encrypted to, with the help of
//! [`signature`] and [`algorithm`]. [`load()`] does all of this; [`encrypt`] holds the accepted keys
//! and encrypts to them.
//!
//! The OpenPGP library parses, verifies single signatures and encrypts. It does not judge: its own
//! checks accept expired, revoked and sign-only keys. The verdict is therefore made here, and every
//! doubt is a refusal, because a secret encrypted to a wrong key is lost or stolen.

mod algorithm;
mod certificate;
mod encrypt;
mod input;
mod judge;
mod load;
mod refusal;
mod signature;

#[cfg(test)]
mod tests;

pub use encrypt::{OpenPgpRecipients, Recipient, is_encrypted_message};
pub use load::load;
