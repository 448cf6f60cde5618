//! The files and folders that `watch` must not act on.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::clients::Manifest;
use super::diagnostics::Finding;
use super::read::IGNORE_FILE;

/// The files and folders with errors. Nothing in them may be acted on.
#[derive(Debug, Default)]
pub struct Broken {
    paths: HashSet<PathBuf>,
    /// An error has no location: some errors were omitted, and where they are is unknown.
    is_everything: bool,
}

impl Broken {
    /// The files and folders of all errors among the findings. Of two files that describe one
    /// client, both are broken, because it is unknown which of them is right.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let errors = || findings.iter().filter(|finding| finding.is_error());
        let paths = errors().flat_map(|finding| {
            let location = finding.location.iter().map(|location| &location.path);
            let marks = finding.marks.iter().map(|mark| &mark.source.path);
            location.chain(marks)
        });
        let concerned = |path: &Arc<str>| {
            let path = Path::new(&**path);
            // If the files that an ignore file excludes are unknown, its whole folder is broken.
            match path.file_name() {
                Some(name) if name == IGNORE_FILE => path.parent(),
                _ => Some(path),
            }
            .map(Path::to_owned)
        };
        Self {
            paths: paths.filter_map(concerned).collect(),
            is_everything: errors().any(|finding| finding.location.is_none()),
        }
    }

    /// Whether a path is one of them, or is in one of them.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        let mut ancestors = Path::new(path).ancestors();
        self.is_everything || ancestors.any(|ancestor| self.paths.contains(ancestor))
    }

    /// Whether the manifest's file and the folders above it have no errors.
    #[must_use]
    pub fn spares(&self, manifest: &Manifest) -> bool {
        !self.covers(&manifest.location.path)
    }
}
