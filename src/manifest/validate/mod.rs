//! Hydra's own rules for a client, as far as they need no server. Pure.
//!
//! Measured on v1.11.10 and v2.3.0: an error here is what both refuse, or what a later run needs to
//! know the client again. What only some versions refuse, or none although it cannot work, is a
//! warning.

mod address;
mod checks;
mod id;
mod key_number;
mod keys;
mod known_values;
mod lifespans;
mod redirects;
mod secret;
mod size;
mod urls;

pub(crate) use checks::{Purpose, validate};

use checks::{about, about_item};
