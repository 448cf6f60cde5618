//! OpenPGP keys that client secrets are encrypted to.
//!
//! The way of a key: [`input`] takes bytes in any of the usual wrappings and gives blocks of
//! packets; [`certificate`] sorts the packets into certificates; [`judge`] says, with the help of
//! [`self_signatures`], [`signature`] and [`algorithm`], which key of a certificate may be encrypted to, or why none;
//! [`load()`] is the three together; [`encrypt`] holds what passed and encrypts.
//!
//! The OpenPGP library parses, checks single signatures and encrypts. It does not judge: its own
//! checks pass expired, revoked and sign-only keys. So the verdict is made here, and every doubt
//! is a refusal, since a secret encrypted to a wrong key is lost or stolen.

mod algorithm;
mod certificate;
mod encrypt;
mod input;
mod judge;
mod load;
mod refusal;
mod self_signatures;
mod signature;

#[cfg(test)]
mod tests;

pub use encrypt::{Recipient, Recipients, is_encrypted_message};
pub use load::load;
