//! Manifests: from paths to checked clients, with all findings at once, each at its location.
//!
//! The way of a file: `read` finds and reads it, `parse` turns its YAML or JSON into values with
//! their locations, `decode` makes a [`Client`](crate::client::Client) of each, `validate` checks
//! Hydra's rules that need no server, and `duplicates` checks that no two manifests describe one
//! client. Whatever is wrong on the way becomes a [`Finding`], the violation of a [`Rule`]. Only
//! what leaves nothing to check, such as a folder that does not exist, is an error. `parse`,
//! `decode` and `validate` are pure.

mod broken;
mod clients;
mod decode;
mod diagnostics;
mod duplicates;
mod from_flags;
mod import;
mod load;
#[expect(clippy::module_inception, reason = "the module of the type `Manifest`")]
mod manifest;
mod parse;
mod read;
mod schema;
mod validate;

#[cfg(test)]
mod tests;

pub use broken::Broken;
pub(crate) use diagnostics::did_you_mean;
pub use diagnostics::{Basis, Finding, Label, Location, Look, Policy, Rule, Severity, render};
pub use from_flags::{FlagValue, from_flags};
pub use import::{ClientFile, load_separately};
pub use load::{Loaded, load, totals};
pub use manifest::Manifest;
pub use read::{Digest, Snapshot, has_manifest_name};
pub use schema::schema;
