//! Reads the files, and sees to it that all their folders are listened to.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::files::paths;
use super::hints::Hints;
use super::reading::Reading;
use super::state::State;
use crate::error::{Error, Result};
use crate::manifest::{Digest, Loaded, Policy, Snapshot};

/// Reads the files.
pub(crate) struct Reader<'a> {
    pub(super) paths: Vec<PathBuf>,
    /// By which the manifests were read last.
    pub(super) policy: Policy,
    resolve: Box<dyn Fn() -> Result<Policy> + 'a>,
    pub(super) hints: Hints,
    /// Whether the last reading failed because the system does not report changes any more. The next
    /// one does without.
    pub(super) is_deaf: bool,
}

/// What was read just now.
struct Fresh {
    digest: Digest,
    files: usize,
    folders: Vec<PathBuf>,
    /// `None` where the contents are the same as before.
    loaded: Option<Loaded>,
}

impl<'a> Reader<'a> {
    /// Reads these paths, as the user typed them, by what `resolve` gives, unless it tells why they
    /// must not be read now. `values` are the files and folders that values come from. The files beside
    /// the `secrets` do not matter.
    pub(crate) fn new(
        paths: Vec<PathBuf>,
        values: Vec<PathBuf>,
        resolve: impl Fn() -> Result<Policy> + 'a,
        secrets: &Path,
    ) -> Self {
        Self {
            hints: Hints::new(&[&*paths, &values].concat(), secrets),
            paths,
            policy: Policy::default(),
            resolve: Box::new(resolve),
            is_deaf: false,
        }
    }

    /// Reads, and watches all folders that there are.
    pub(super) async fn read(&mut self, state: &RefCell<State>) -> Result<Reading> {
        self.is_deaf = false;
        let before = state.borrow().files.digest;
        let is_start = state.borrow().turn.is_start;
        let is_hinted = state.borrow().turn.is_hinted;
        let (fresh, has_new_folder) = loop {
            let fresh = self.read_files(before).await?;
            // A hint may be of a folder, though all contents are the same.
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
        let unfinished = with_real_paths(&state.turn.unfinished);
        let loaded = fresh.loaded.iter();
        let loaded = loaded.flat_map(|one| paths(&one.manifests, &one.findings));
        let paths = loaded.chain(state.files.paths()).chain(state.queue.paths());
        let invalid = state.findings.invalid_paths();
        let gone = invalid.filter(|path| !Path::new(path).exists());
        Ok(Reading {
            digest: fresh.digest,
            files: fresh.files,
            has_new_folder,
            is_listening: self.hints.watcher.is_some(),
            unfinished: paths
                .filter(|path| is_among(path, &unfinished))
                .map(str::to_owned)
                .collect(),
            gone: gone.map(str::to_owned).collect(),
            loaded: fresh.loaded,
        })
    }

    /// Reads everything, and parses it where its contents are not the same as before.
    async fn read_files(&mut self, before: Option<Digest>) -> Result<Fresh> {
        let policy = (self.resolve)()?;
        let before = before.filter(|_| policy.values().are_surely(self.policy.values()));
        self.policy = policy.clone();
        let paths = self.paths.clone();
        let read = move || {
            let snapshot = Snapshot::read(&paths)?;
            let digest = snapshot.digest();
            Ok(Fresh {
                digest,
                files: snapshot.files(),
                folders: snapshot.folders().to_vec(),
                loaded: match before {
                    Some(before) if before == digest => None,
                    _ => Some(snapshot.parse(&policy)?),
                },
            })
        };
        self.hints.heard().is_reading = true;
        // Beside the runtime, so that it is not held up.
        let done = tokio::task::spawn_blocking(read).await;
        self.hints.heard().is_reading = false;
        done.map_err(|error| Error::unexpected("cannot read the manifests").because(error))?
    }
}

/// The paths, and the same free of links.
fn with_real_paths(paths: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let real = paths.iter().flat_map(std::fs::canonicalize);
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
