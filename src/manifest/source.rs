//! Which files are manifests, and their text.

mod find;
mod read;

pub(crate) use find::find;
pub(crate) use read::{Content, Found};
