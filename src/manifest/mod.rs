//! Manifests: from paths to checked clients, with all findings at once, each at its location.
//!
//! The way of a file: `read` finds and reads it, `parse` turns its YAML or JSON into values with
//! their locations, `decode` makes a [`Client`](crate::client::Client) of each, `validate` checks
//! Hydra's rules that need no server, and `duplicates` checks that no two manifests describe one
//! client. Whatever is wrong on the way becomes a [`Finding`], the violation of a [`Rule`]. Only
//! what leaves nothing to check, such as a folder that does not exist, is an error. `parse`,
//! `decode` and `validate` are pure.

mod clients;
mod decode;
mod diagnostics;
mod duplicates;
mod from_flags;
mod load;
mod parse;
mod read;
mod schema;
mod slips;
mod validate;
mod values;

#[cfg(test)]
mod tests;

pub use clients::Manifest;
pub(crate) use decode::{closest, closest_field};
pub(crate) use diagnostics::did_you_mean;
pub use diagnostics::{Basis, Finding, Label, Location, Look, Policy, Rule, Severity, render};
pub use from_flags::{FlagValue, from_flags};
pub(crate) use load::in_order;
pub use load::{Broken, ClientFile, Loaded, load, load_separately, totals};
pub use read::{Digest, Snapshot, has_manifest_name};
pub use schema::schema;
pub use values::{Demand, Values};
