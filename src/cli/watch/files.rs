//! The manifests as they were read last.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

use globset::GlobSet;

use crate::client::Identity;
use crate::error::{Error, Result};
use crate::manifest::{Broken, Digest, Finding, Loaded, Manifest, Snapshot};

/// The manifests as they were read last.
#[derive(Debug, Default)]
pub(super) struct Files {
    digest: Option<Digest>,
    /// All of them that nothing is wrong with.
    manifests: Vec<Manifest>,
    /// Files that are being written, as absolute paths: as they were heard of, and free of links.
    unfinished: BTreeSet<PathBuf>,
    /// What is wrong, and with what.
    pub(super) findings: Vec<Finding>,
    broken: Broken,
    /// Whom any manifest describes, whatever is wrong with it.
    described: HashSet<Identity>,
}

/// What was read just now.
pub(super) struct Fresh {
    pub(super) digest: Digest,
    pub(super) folders: Vec<PathBuf>,
    /// `None` where the contents are the same as before.
    loaded: Option<Loaded>,
}

impl Files {
    /// Reads everything, and parses it where its contents are not the same as before.
    pub(super) async fn read(&self, paths: &[PathBuf]) -> Result<Fresh> {
        let (paths, before) = (paths.to_vec(), self.digest);
        let read = move || {
            let snapshot = Snapshot::read(&paths)?;
            let digest = snapshot.digest();
            Ok(Fresh {
                digest,
                folders: snapshot.folders().to_vec(),
                loaded: match before {
                    Some(before) if before == digest => None,
                    _ => Some(snapshot.parse()?),
                },
            })
        };
        // Beside the runtime, so that signals are heard meanwhile.
        let done = tokio::task::spawn_blocking(read).await;
        done.map_err(|error| Error::unexpected("cannot read the manifests").because(error))?
    }

    /// Whether contents are other than those taken last.
    pub(super) fn differ(&self, digest: Digest) -> bool {
        self.digest != Some(digest)
    }

    /// Takes what was read. Returns whether anything is different.
    pub(super) fn take(
        &mut self,
        fresh: Fresh,
        unfinished: BTreeSet<PathBuf>,
        only: Option<&GlobSet>,
    ) -> bool {
        let unfinished = with_real_paths(unfinished);
        let is_different = fresh.loaded.is_some() || self.unfinished != unfinished;
        self.digest = Some(fresh.digest);
        self.unfinished = unfinished;
        if let Some(loaded) = fresh.loaded {
            self.load(loaded, only);
        }
        is_different
    }

    fn load(&mut self, loaded: Loaded, only: Option<&GlobSet>) {
        let identities = loaded.manifests.iter();
        self.described = identities
            .filter_map(|manifest| manifest.client.identity())
            .collect();
        self.broken = Broken::of(&loaded.findings);
        self.findings = loaded.findings;
        self.manifests = loaded.manifests;
        let (broken, asked) = (&self.broken, |manifest: &Manifest| {
            only.is_none_or(|only| {
                let id = manifest.client.client_id();
                id.is_some_and(|id| only.is_match(id.as_str()))
            })
        });
        self.manifests
            .retain(|manifest| broken.spares(manifest) && asked(manifest));
    }

    /// The manifests to act on: nothing is wrong with them, and nobody is writing them.
    pub(super) fn ready(&self) -> impl Iterator<Item = &Manifest> {
        self.manifests
            .iter()
            .filter(|manifest| !self.is_unfinished(&manifest.location.path))
    }

    /// How many clients valid manifests describe.
    pub(super) fn count(&self) -> usize {
        self.manifests.len()
    }

    /// Whether somebody is writing the file.
    pub(super) fn is_unfinished(&self, path: &str) -> bool {
        if self.unfinished.is_empty() {
            return false;
        }
        // Somebody may write to it under another name, through a link or past one.
        let names = [std::path::absolute(path), std::fs::canonicalize(path)];
        names
            .iter()
            .flatten()
            .any(|path| self.unfinished.contains(path))
    }

    /// Whether no manifest describes a client any more that one at `path` described. Nobody knows
    /// where something is wrong with that file, or it is being written.
    pub(super) fn lacks(&self, identity: &Identity, path: &str) -> bool {
        !self.described.contains(identity) && !self.broken.covers(path) && !self.is_unfinished(path)
    }
}

/// The paths, and the same free of links.
fn with_real_paths(paths: BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let real: Vec<PathBuf> = paths
        .iter()
        .filter_map(|path| std::fs::canonicalize(path).ok())
        .collect();
    paths.into_iter().chain(real).collect()
}
