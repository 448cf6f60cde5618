//! Public keys from the web: [`address`] says where, [`download`] gets what is there within limits,
//! [`failure`] says why nothing came. What came is judged like a key from anywhere else.

mod address;
mod download;
mod failure;

pub use address::{KEYBASE, KeyAddress};
pub use download::fetch;
