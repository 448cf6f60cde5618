//! Keeps secrets out of output: takes credentials out of URLs, and redacts what we sent from text
//! in which others repeat it.

mod credentials;
mod redactor;
mod spelling;

pub(crate) use credentials::take_credentials;
pub(crate) use redactor::{Redactor, is_short};
