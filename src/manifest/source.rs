//! Which files are manifests, and their text.

mod find;
mod read;

pub use find::has_manifest_name;
pub(crate) use find::{IGNORE_FILE, find};
pub(crate) use read::{Content, Found};
