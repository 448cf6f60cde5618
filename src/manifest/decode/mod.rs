//! Values with their locations → a client, by the table of fields. Pure.

mod client;
mod json;
mod resource;
mod suggestion;

pub(crate) use client::{Decoded, decode, is_null, kind};
pub(crate) use resource::{Document, resolve_resources};
pub(crate) use suggestion::closest;
