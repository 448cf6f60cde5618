//! Which files are manifests, and their text.

mod bounds;
mod ignore_files;
mod input;
mod search;
mod snapshot;

pub use search::has_manifest_name;
pub use snapshot::{Broken, Digest, Snapshot};

pub(crate) use bounds::{MAX_CLIENTS, TextBudget, check_clients};
#[cfg(test)]
pub(crate) use ignore_files::Budget;
pub(crate) use input::Found;
pub(crate) use search::find;
#[cfg(test)]
pub(crate) use search::find_within;
