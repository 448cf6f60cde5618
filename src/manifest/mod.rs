//! Manifests: from paths to checked clients, with every finding at its place, all at once.
//!
//! The way of a file: `read` finds and reads it, `parse` makes values that know their place of its YAML
//! or JSON, `decode` makes a [`Client`](crate::client::Client) of each, `validate` checks
//! the rules of Hydra that need no server, and `duplicates` sees to it that no two manifests mean one
//! client. What is wrong on the way becomes a [`Finding`]; only what leaves nothing to find, such
//! as a folder that does not exist, is an error. `decode`, `validate` and all below them are pure.

mod clients;
mod decode;
mod diagnostics;
mod duplicates;
mod from_flags;
mod import;
mod load;
mod parse;
mod read;
mod validate;

#[cfg(test)]
mod tests;

pub use diagnostics::{Finding, Look, Place, Severity, render};
pub use from_flags::{Said, said};
pub use import::{ClientFile, load_each};
pub use load::{Loaded, Manifest, load, totals};
pub use read::{Broken, Digest, Snapshot, has_manifest_name};
