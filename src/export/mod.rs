//! Existing clients as manifests: one document each, in one stream or in a folder of files.
//!
//! [`document`] decides which fields a manifest gets, [`yaml`] writes them, [`file_name`] and
//! [`folder`] give each client a file of its own, [`selection`] says which clients are meant. Nothing here speaks to Hydra.

mod document;
mod file_name;
mod folder;
mod selection;
mod yaml;

pub(crate) use document::{Document, Style};
pub(crate) use folder::Folder;
pub(crate) use selection::Selection;
