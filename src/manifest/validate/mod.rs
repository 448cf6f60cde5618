//! Hydra's own rules for a client, as far as they can be checked without a server. Pure.
//!
//! Measured on v1.11.10 and v2.3.0: an error is what both refuse, or what a later run needs to
//! recognize the client. What only some versions refuse, or what is accepted but cannot work, is a
//! warning.

mod address;
mod checks;
mod flows;
mod id;
mod key_certificates;
mod key_number;
mod key_values;
mod keys;
mod known_values;
mod lifespans;
mod odd_urls;
mod redirects;
mod secret;
mod size;
mod urls;

pub(crate) use checks::{Purpose, validate};
pub(crate) use key_values::NUMBERS;
pub(crate) use keys::{CURVES, MEMBERS};
pub(crate) use known_values::{SIGNING, known_values};
