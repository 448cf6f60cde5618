//! Which files are manifests, and their text.

mod find;
mod read;
mod rules;

pub(crate) use find::find;
#[cfg(test)]
pub(crate) use find::find_within;
pub use find::has_manifest_name;
pub(crate) use read::Found;
#[cfg(test)]
pub(crate) use rules::Budget;
pub(crate) use rules::IGNORE_FILE;
