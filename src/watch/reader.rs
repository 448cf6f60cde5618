//! Reads the files, and sees to it that all their folders are listened to.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::files::Reading;
use super::hint::Hint;
use super::hints::Hints;
use super::state::State;
use crate::error::{Error, Result};
use crate::manifest::{Digest, Loaded, Policy, Snapshot};

/// Reads the files.
pub(super) struct Reader<'a> {
    paths: Vec<PathBuf>,
    policy: Policy,
    check_paths: Box<dyn Fn() -> Result<()> + 'a>,
    pub(super) hints: Hints,
    /// Whether the system stopped reporting changes just now.
    is_deaf: bool,
}

/// What was read just now.
struct Fresh {
    digest: Digest,
    folders: Vec<PathBuf>,
    /// `None` where the contents are the same as before.
    loaded: Option<Loaded>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        paths: Vec<PathBuf>,
        policy: Policy,
        check_paths: Box<dyn Fn() -> Result<()> + 'a>,
        secrets: &Path,
    ) -> Self {
        Self {
            hints: Hints::new(&paths, secrets),
            paths,
            policy,
            check_paths,
            is_deaf: false,
        }
    }

    /// Reads the files once more in a moment.
    pub(super) fn read_again(&self) {
        self.hints.hear(Hint::Changed);
    }

    /// Whether the last reading failed because the system does not report changes any more. The next
    /// one does without.
    pub(super) fn is_deaf(&self) -> bool {
        self.is_deaf
    }

    /// Reads, and watches all folders that there are.
    ///
    /// # Errors
    /// When the files cannot be read, or the system does not report changes any more.
    pub(super) async fn read(
        &mut self,
        state: &RefCell<State>,
        is_hinted: bool,
        is_start: bool,
    ) -> Result<Reading> {
        self.is_deaf = false;
        let before = state.borrow().digest();
        let (fresh, has_new_folder) = loop {
            let fresh = self.read_files(before).await?;
            if !is_hinted && before == Some(fresh.digest) {
                break (fresh, false);
            }
            let followed = self.hints.follow(&fresh.folders);
            self.is_deaf = followed.is_err();
            let has_new = followed?;
            // What came into it before it was watched was not heard.
            if !(has_new && is_start) {
                break (fresh, has_new);
            }
        };
        let state = state.borrow();
        let unfinished = with_real_paths(state.unfinished());
        let loaded = fresh.loaded.iter().flat_map(places);
        let paths = loaded.chain(state.paths());
        Ok(Reading {
            digest: fresh.digest,
            has_new_folder,
            is_listening: self.hints.listens(),
            unfinished: paths
                .filter(|path| is_among(path, &unfinished))
                .map(str::to_owned)
                .collect(),
            gone: state
                .invalid_paths()
                .filter(|path| !Path::new(path).exists())
                .map(str::to_owned)
                .collect(),
            loaded: fresh.loaded,
        })
    }

    /// Reads everything, and parses it where its contents are not the same as before.
    async fn read_files(&self, before: Option<Digest>) -> Result<Fresh> {
        (self.check_paths)()?;
        let (paths, policy) = (self.paths.clone(), self.policy.clone());
        let read = move || {
            let snapshot = Snapshot::read(&paths)?;
            let digest = snapshot.digest();
            Ok(Fresh {
                digest,
                folders: snapshot.folders().to_vec(),
                loaded: match before {
                    Some(before) if before == digest => None,
                    _ => Some(snapshot.parse(&policy)?),
                },
            })
        };
        self.hints.set_reading(true);
        // Beside the runtime, so that it is not held up.
        let done = tokio::task::spawn_blocking(read).await;
        self.hints.set_reading(false);
        done.map_err(|error| Error::unexpected("cannot read the manifests").because(error))?
    }
}

/// The files that manifests and findings are about.
fn places(loaded: &Loaded) -> impl Iterator<Item = &str> {
    let manifests = loaded.manifests.iter().map(|one| &*one.location.path);
    let findings = loaded
        .findings
        .iter()
        .filter_map(|one| one.location.as_ref());
    manifests.chain(findings.map(|place| &*place.path))
}

/// The paths, and the same free of links.
fn with_real_paths(paths: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let real = paths
        .iter()
        .filter_map(|path| std::fs::canonicalize(path).ok());
    let real: Vec<PathBuf> = real.collect();
    paths.iter().cloned().chain(real).collect()
}

/// Whether a path is one of them: under its own name, through a link, or past one.
fn is_among(path: &str, paths: &BTreeSet<PathBuf>) -> bool {
    if paths.is_empty() {
        return false;
    }
    let names = [std::path::absolute(path), std::fs::canonicalize(path)];
    names.iter().flatten().any(|path| paths.contains(path))
}
