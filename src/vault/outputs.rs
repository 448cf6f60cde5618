//! Where the secrets of a run are written.

use std::path::{Path, PathBuf};

use super::sops::SopsOutput;
use crate::shell;

/// A secrets file, folders of SOPS files, or both; at least one of them.
#[derive(Debug, Clone)]
pub struct Outputs {
    file: Option<PathBuf>,
    folders: Vec<SopsOutput>,
    /// What the journal and the lock stand beside.
    anchor: PathBuf,
}

impl Outputs {
    /// All outputs; `None` if there are none.
    pub fn new(file: Option<PathBuf>, folders: Vec<SopsOutput>) -> Option<Self> {
        let first = folders.first().map(|output| output.folder.clone());
        let anchor = file.clone().or(first)?;
        Some(Self {
            file,
            folders,
            anchor,
        })
    }

    /// The secrets file alone.
    pub fn file(path: PathBuf) -> Self {
        Self {
            file: Some(path.clone()),
            folders: Vec::new(),
            anchor: path,
        }
    }

    /// The secrets file, if there is one.
    pub fn secrets_file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The folders.
    pub fn folders(&self) -> &[SopsOutput] {
        &self.folders
    }

    /// The journal and the lock stand beside this path: the secrets file, or the first folder.
    pub fn anchor(&self) -> &Path {
        &self.anchor
    }

    /// The flags that name them, quoted for a shell.
    pub fn arguments(&self) -> String {
        let file = self
            .file
            .iter()
            .map(|file| format!("--secrets-out {}", shell::path(file)));
        let folders = self.folders.iter().map(|output| {
            let mut named = std::ffi::OsString::from("sops:");
            named.push(&output.folder);
            format!("--secrets-out {}", shell::path(Path::new(&named)))
        });
        file.chain(folders).collect::<Vec<_>>().join(" ")
    }
}
