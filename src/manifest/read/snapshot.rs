//! All manifests as text at one moment, compared before anything is parsed.
//!
//! The contents are compared, never a file's size or times: a clock may jump, and two saves may
//! happen within one tick of it.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::bounds::TextBudget;
use super::input::Input;
use super::search::{Search, find};
use crate::error::{Error, Result};
use crate::manifest::diagnostics::{Finding, Location, Rule, Source};
use crate::side_by_side::side_by_side;

/// The text of a file, or why it cannot be read.
pub(crate) type Text = Result<Arc<Source>, Box<Finding>>;

/// All files at the paths, read but not parsed.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) texts: Vec<Text>,
    pub(crate) findings: Vec<Finding>,
    folders: Vec<PathBuf>,
}

/// Equal for equal contents: those of all files, their paths, and everything that prevents a file
/// from being read (SHA-256).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Snapshot {
    /// Reads everything at the paths. A path that does not exist is a finding, because it may
    /// appear later.
    ///
    /// # Errors
    /// When there are far too many files, or they have too much text in total.
    pub fn read(paths: &[PathBuf]) -> Result<Self> {
        let (existing, missing): (Vec<_>, Vec<_>) =
            paths.iter().cloned().partition(|path| path.exists());
        let mut search = match find(&existing, &mut io::empty()) {
            Ok(search) => search,
            // It disappeared between the two looks.
            Err(_) if !existing.iter().all(|path| path.exists()) => return Self::read(paths),
            Err(error) => return Err(error),
        };
        search
            .findings
            .extend(missing.iter().map(|path| absent(path)));
        search.inputs = search.inputs.into_iter().map(Input::repeatable).collect();
        Self::of(search, paths)
    }

    /// Reads everything at the paths once, including pipes and standard input.
    ///
    /// # Errors
    /// As [`Self::read`], and when a path does not exist.
    pub(crate) fn read_once(paths: &[PathBuf], stdin: &mut dyn Read) -> Result<Self> {
        Self::of(find(paths, stdin)?, paths)
    }

    fn of(search: Search, paths: &[PathBuf]) -> Result<Self> {
        Ok(Self {
            paths: paths.to_vec(),
            texts: read_all(&search.inputs)?,
            findings: search.findings,
            folders: search.folders,
        })
    }

    /// Distinguishes these contents from any others.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut hash = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        for text in &self.texts {
            match text {
                Ok(source) => {
                    add(source.path.as_bytes());
                    add(source.text.as_bytes());
                }
                Err(finding) => add_finding(finding, &mut add),
            }
        }
        add(b"findings");
        for finding in &self.findings {
            add_finding(finding, &mut add);
        }
        Digest(hash.finalize().into())
    }

    /// The folders that were searched, each before its subfolders.
    #[must_use]
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }
}

/// Reads files in parallel.
///
/// # Errors
/// When they have too much text in total, or a thread failed.
pub(crate) fn read_all(inputs: &[Input]) -> Result<Vec<Text>> {
    let budget = TextBudget::default();
    let read = |input: &Input| input.read(&budget).map(Arc::new);
    let texts = side_by_side(inputs.iter().collect(), 1, read)
        .map_err(|_| Error::unexpected("a thread that read manifests failed"))?;
    budget.verdict()?;
    Ok(texts)
}

fn add_finding(finding: &Finding, add: &mut impl FnMut(&[u8])) {
    add(finding.message.as_bytes());
    if let Some(location) = &finding.location {
        add(location.to_string().as_bytes());
    }
}

fn absent(path: &Path) -> Finding {
    let message = format!("`{}` does not exist", path.display());
    Finding::new(Rule::MissingPath, message)
        .help("create it, or correct the path; it is checked again and again")
        .located(Location::file(path))
}
