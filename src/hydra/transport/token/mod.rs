//! Bearer tokens that are fetched when a request needs one, and again after Hydra refused one.
//!
//! [`Tokens`] keeps the current token; a [`TokenCommand`] or a [`TokenEndpoint`] gets it.

mod command;
mod endpoint;
mod tokens;

pub(crate) use command::TokenCommand;
pub(crate) use endpoint::TokenEndpoint;
pub(crate) use tokens::{TokenSource, Tokens};
