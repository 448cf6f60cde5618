//! Values with their locations → a client, by the table of fields. Pure.

mod client;
mod foreign;
mod json;
mod resource;
mod suggestion;

pub(crate) use client::{Decoded, decode, is_null, kind};
pub(crate) use foreign::foreign;
pub(crate) use resource::{
    Document, NO_FIELDS, Resource, is_settable_in_resource, maester_name, resolve_resources,
    resource_label,
};
pub(crate) use suggestion::{bare, closest, closest_field};
