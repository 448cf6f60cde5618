//! What one reading of the files found.

use std::collections::BTreeSet;

use crate::manifest::{Digest, Loaded};

/// What one reading of all files found. Paths are those of the manifests' places.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Of all contents.
    pub(crate) digest: Digest,
    /// How many files there are.
    pub(crate) files: usize,
    /// `None` where the contents are the same as before.
    pub(crate) loaded: Option<Loaded>,
    /// Whether a folder is watched only since now: files that are being written there were not
    /// heard of.
    pub(crate) has_new_folder: bool,
    /// Whether the system reports changes.
    pub(crate) is_listening: bool,
    /// Files that somebody is writing.
    pub(crate) unfinished: BTreeSet<String>,
    /// Files that were told to be invalid and do not exist.
    pub(crate) gone: BTreeSet<String>,
}
