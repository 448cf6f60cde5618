//! Keeps secrets out of output: takes credentials out of URLs, and redacts what we sent from text
//! in which others repeat it.

mod redactor;
mod spelling;

pub(crate) use redactor::{Redactor, is_short, take_credentials};
