//! Manifests: from paths to checked clients, with every finding at its place, all at once.
//!
//! The way of a file: `source` finds and reads it, `tree` parses its YAML or JSON into values that
//! know their place, `decode` makes a [`Client`](crate::client::Client) of each, `validate` checks
//! the rules of Hydra that need no server, and `identity` sees to it that no two manifests mean one
//! client. What is wrong on the way becomes a [`Finding`]; only what leaves nothing to find, such
//! as a folder that does not exist, is an error. `decode`, `validate` and all below them are pure.

mod bounds;
mod decode;
mod document;
mod each;
mod field_name;
mod finding;
mod identity;
mod json;
mod load;
mod mask;
mod not_json;
mod part;
mod reference;
mod render;
mod resource;
mod said;
mod scalar;
mod shown;
mod snapshot;
mod snippet;
mod source;
mod tree;
mod validate;

#[cfg(test)]
mod tests;

pub use each::{ClientFile, load_each};
pub use finding::{Finding, Label, Place, Severity};
pub use load::{Loaded, Manifest, load, totals};
pub use render::{Look, render};
pub use said::{Said, said};
pub use snapshot::{Broken, Digest, Snapshot};
pub use source::has_manifest_name;
