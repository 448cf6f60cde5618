//! age recipients that client secrets are encrypted to (c2sp.org/age).
//!
//! [`parse`](parse_age) judges one recipient, and [`load`](load_age) a file of them. The library
//! parses and encrypts, but does not judge: it takes points that give everybody the same shared
//! secret, and text behind a key. Here, every doubt is a refusal.

mod encrypt;
mod load;
mod parse;
mod refusal;

#[cfg(test)]
mod tests;

pub use encrypt::{AgeRecipient, AgeRecipients, is_age_message};
pub use load::load_age;
pub use parse::parse_age;
