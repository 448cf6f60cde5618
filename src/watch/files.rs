//! The manifests as they were read last.

use std::collections::{BTreeSet, HashSet};

use globset::GlobSet;

use super::reading::Reading;
use crate::client::Identity;
use crate::manifest::{Broken, Digest, Finding, Loaded, Manifest, Rule};

/// The manifests as they were read last.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) digest: Option<Digest>,
    /// All of them that nothing is wrong with, and that were selected.
    pub(super) manifests: Vec<Manifest>,
    unfinished: BTreeSet<String>,
    /// Files that were told to be invalid and do not exist any more.
    pub(super) gone: BTreeSet<String>,
    pub(super) findings: Vec<Finding>,
    /// Findings that count only where their clients would be created.
    pub(super) guards: Vec<Finding>,
    broken: Broken,
    /// Whom any manifest describes, whatever is wrong with it.
    described: HashSet<Identity>,
}

impl Files {
    /// Takes what was read. Returns whether anything is different.
    pub(super) fn take(&mut self, reading: Reading, only: Option<&GlobSet>) -> bool {
        let is_different = reading.loaded.is_some() || self.unfinished != reading.unfinished;
        self.digest = Some(reading.digest);
        (self.unfinished, self.gone) = (reading.unfinished, reading.gone);
        if let Some(loaded) = reading.loaded {
            self.load(loaded, only);
        }
        is_different
    }

    fn load(&mut self, loaded: Loaded, only: Option<&GlobSet>) {
        let identities = loaded.manifests.iter();
        self.described = identities.filter_map(|one| one.client.identity()).collect();
        let guards = |finding: &&Finding| finding.guards_creating();
        self.guards = loaded.findings.iter().filter(guards).cloned().collect();
        self.findings = loaded.findings;
        // Whether one is an error, and which fields are dropped, is known when Hydra has been asked.
        let is_known = |one: &Finding| one.rule != Rule::DroppedField;
        self.findings
            .retain(|one| !one.is_silenced && is_known(one));
        let guards = self
            .findings
            .iter_mut()
            .filter(|finding| finding.guards_creating());
        guards.for_each(Finding::soften);
        self.broken = Broken::of(&self.findings);
        self.manifests = loaded.manifests;
        let broken = &self.broken;
        let is_selected = |manifest: &Manifest, only: &GlobSet| {
            let id = manifest.client.client_id();
            id.is_some_and(|id| only.is_match(id.as_str()))
        };
        self.manifests.retain(|manifest| {
            broken.spares(manifest) && only.is_none_or(|only| is_selected(manifest, only))
        });
    }

    /// The manifests to act on: nothing is wrong with them, and nobody is writing them.
    pub(super) fn ready(&self) -> impl Iterator<Item = &Manifest> {
        let is_finished = |manifest: &&Manifest| !self.is_unfinished(&manifest.location.path);
        self.manifests.iter().filter(is_finished)
    }

    pub(super) fn is_unfinished(&self, path: &str) -> bool {
        self.unfinished.contains(path)
    }

    /// Whether no manifest describes a client any more that one at `path` described. While something
    /// is wrong with that file, or it is being written, nobody knows.
    pub(super) fn lacks(&self, identity: &Identity, path: &str) -> bool {
        !self.described.contains(identity) && !self.broken.covers(path) && !self.is_unfinished(path)
    }

    /// The files that matter now.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        paths(&self.manifests, &self.findings)
    }
}

/// The files that manifests and findings are about.
pub(super) fn paths<'a>(
    manifests: &'a [Manifest],
    findings: &'a [Finding],
) -> impl Iterator<Item = &'a str> {
    let described = manifests.iter().map(|one| &one.location);
    let found = findings.iter().filter_map(|one| one.location.as_ref());
    described.chain(found).map(|location| &*location.path)
}
