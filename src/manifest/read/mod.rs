//! Which files are manifests, and their text.

mod bounds;
mod ignore_files;
mod input;
mod search;
mod snapshot;

pub use search::has_manifest_name;
pub use snapshot::{Digest, Snapshot};

pub(crate) use bounds::{MAX_CLIENTS, check_clients};
pub(crate) use ignore_files::IGNORE_FILE;
pub(crate) use input::Input;
pub(crate) use snapshot::{Text, read_all};

#[cfg(test)]
pub(crate) use bounds::TextBudget;
#[cfg(test)]
pub(crate) use ignore_files::Budget;
#[cfg(test)]
pub(crate) use search::{find, find_within};
