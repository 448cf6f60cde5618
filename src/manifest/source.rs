//! Which files are manifests, and their text.

mod find;
mod read;
mod rules;

pub(crate) use find::find;
pub use find::has_manifest_name;
pub(crate) use read::Found;
pub(crate) use rules::IGNORE_FILE;
