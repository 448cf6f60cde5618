//! Public keys from the web.

pub(crate) mod refused;
mod server;
pub(crate) mod taken;
