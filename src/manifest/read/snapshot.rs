//! All manifests as text at one moment, compared before anything is parsed.
//!
//! The contents are compared, never a file's size or times: a clock may jump, and two saves may
//! happen within one tick of it.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use sha2::{Digest as _, Sha256};

use super::input::Input;
use super::search::{Search, find};
use crate::error::{Error, Result};
use crate::manifest::diagnostics::{Finding, Location, Rule, Source};
use crate::side_by_side::side_by_side;

/// The text of all files, in bytes: some 400,000 clients.
const MAX_TEXT: i64 = 256 << 20;
/// Clients in one file, and in all.
pub(crate) const MAX_CLIENTS: usize = 500_000;

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
        search.findings.extend(missing.iter().map(|path| {
            let message = format!("`{}` does not exist", path.display());
            let finding = Finding::new(Rule::MissingPath, message).located(Location::file(path));
            finding.help("create it, or correct the path; it is checked again and again")
        }));
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
            texts: read_all(search.inputs.into_iter().map(Ok).collect())?,
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
        let findings = self.findings.iter();
        findings.for_each(|finding| add_finding(finding, &mut add));
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
pub(crate) fn read_all(inputs: Vec<Result<Input, Box<Finding>>>) -> Result<Vec<Text>> {
    let budget = TextBudget::default();
    let read = |input: Result<Input, Box<Finding>>| input?.read(&budget).map(Arc::new);
    let texts = side_by_side(inputs, 1, read)
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

/// How much more text may be read; less than nothing once that was too much.
pub(crate) struct TextBudget(AtomicI64);

impl Default for TextBudget {
    fn default() -> Self {
        Self(AtomicI64::new(MAX_TEXT))
    }
}

impl TextBudget {
    /// Takes the bytes of a file. If they are too many, `verdict` fails, and whatever was read is
    /// irrelevant.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let bytes = i64::try_from(bytes).unwrap_or(MAX_TEXT + 1);
        self.0.fetch_sub(bytes, Ordering::Relaxed) >= bytes
    }

    /// Whether there is no point in reading more.
    pub(super) fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) < 0
    }

    fn verdict(&self) -> Result<()> {
        let mebibytes = MAX_TEXT >> 20;
        let message = format!("the manifests hold more than {mebibytes} MiB in total");
        limited(!self.is_spent(), message)
    }
}

/// # Errors
/// When there are more clients than one run takes.
pub(crate) fn check_clients(count: usize) -> Result<()> {
    let message = format!("there are more than {MAX_CLIENTS} clients in the manifests");
    limited(count <= MAX_CLIENTS, message)
}

fn limited(is_within: bool, message: String) -> Result<()> {
    let hint = "pass fewer folders or files, and run once for each group";
    let error = || Error::manifest(message).hint(hint);
    is_within.then_some(()).ok_or_else(error)
}

#[cfg(test)]
mod tests {
    use super::{MAX_TEXT, TextBudget, check_clients};

    #[test]
    fn the_sum_of_the_text_is_what_counts() {
        let budget = TextBudget::default();
        let half = usize::try_from(MAX_TEXT / 2).unwrap_or(0);
        assert!(budget.take(half) && budget.take(half) && budget.verdict().is_ok());
        assert!(!budget.take(1) && budget.is_spent() && budget.verdict().is_err());
        assert!(check_clients(500_000).is_ok() && check_clients(500_001).is_err());
    }
}
