//! Which files are manifests, and their text.

mod ignore_files;
mod search;
mod snapshot;

pub use search::has_manifest_name;
pub use snapshot::{Digest, Snapshot};

pub(crate) use ignore_files::IGNORE_FILE;
pub(crate) use snapshot::{Input, MAX_CLIENTS, Text, check_clients, read_all};

#[cfg(test)]
pub(crate) use {
    ignore_files::Budget,
    search::{find, find_within},
    snapshot::TextBudget,
};
