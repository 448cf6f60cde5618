//! Keeps secrets out of what is shown: takes credentials out of addresses, and what was sent out of
//! what others repeat of it.

mod credentials;
mod redactor;
mod spelling;

pub(crate) use credentials::take_credentials;
pub(crate) use redactor::{Redactor, is_short};
