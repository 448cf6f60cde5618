//! Real Hydra servers, and a PostgreSQL for them, of the tests' own.
//!
//! Everything that is started ends with the value that stands for it, also when a
//! test panics; so keep such values out of statics.

mod binary;
mod child;
mod postgres;
mod release;
mod server;

pub(crate) use postgres::Postgres;
pub(crate) use release::Release;
pub(crate) use server::{Options, Server};
