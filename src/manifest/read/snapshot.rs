//! All manifests as text at one moment, compared before anything is parsed.
//!
//! What is compared is the contents, never a file's size or times: a clock may jump, and two saves
//! may fall into one tick of it.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::bounds::TextBudget;
use super::input::Found;
use super::search::find;
use crate::error::Result;
use crate::manifest::clients::clients;
use crate::manifest::diagnostics::{Finding, Place, Source};
use crate::manifest::load::{Loaded, Manifest, each_file, gather};
use crate::manifest::validate::Purpose;

/// What the paths lead to, read and not yet parsed.
#[derive(Debug)]
pub struct Snapshot {
    paths: Vec<PathBuf>,
    texts: Vec<Result<Arc<Source>, Box<Finding>>>,
    findings: Vec<Finding>,
    folders: Vec<PathBuf>,
}

/// Equal for equal contents: of all files, of their paths, and of all that keeps one from being
/// read (SHA-256).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Snapshot {
    /// Reads everything that the paths lead to. A path that leads nowhere is a finding: it may
    /// come.
    ///
    /// # Errors
    /// When there are far too many files, or they have too much text together.
    pub fn read(paths: &[PathBuf]) -> Result<Self> {
        let (there, missing): (Vec<_>, Vec<_>) =
            paths.iter().cloned().partition(|path| path.exists());
        let mut search = match find(&there, &mut io::empty()) {
            Ok(search) => search,
            // It went away between the two looks.
            Err(_) if !there.iter().all(|path| path.exists()) => return Self::read(paths),
            Err(error) => return Err(error),
        };
        let missing = missing.iter().map(|path| not_there(path));
        search.findings.extend(missing);
        let found: Vec<_> = search.found.into_iter().map(Found::again).collect();
        let budget = TextBudget::default();
        let texts = each_file(&found, |found, _| found.read(&budget).map(Arc::new))?;
        budget.verdict()?;
        Ok(Self {
            paths: paths.to_vec(),
            texts,
            findings: search.findings,
            folders: search.folders,
        })
    }

    /// Tells these contents from any others.
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

    /// The folders that were searched, each before those in it.
    #[must_use]
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Parses and checks everything.
    ///
    /// # Errors
    /// When there are too many clients, or a thread broke down.
    pub fn parse(self) -> Result<Loaded> {
        let read = |text: &Result<Arc<Source>, Box<Finding>>, is_alone: bool| match text {
            Ok(source) => clients(source, Purpose::Kept, is_alone),
            Err(finding) => crate::manifest::clients::Clients {
                manifests: Vec::new(),
                findings: vec![Finding::clone(finding)],
            },
        };
        gather(&self.texts, self.findings, &self.paths, read)
    }
}

fn add_finding(finding: &Finding, add: &mut impl FnMut(&[u8])) {
    add(finding.message.as_bytes());
    if let Some(place) = &finding.place {
        add(place.to_string().as_bytes());
    }
}

fn not_there(path: &Path) -> Finding {
    let place = Place {
        path: path.to_string_lossy().into(),
        line: 1,
        column: 1,
    };
    let finding = Finding::error(format!("`{}` does not exist", path.display()))
        .help("make it, or mend the path; it is looked for again and again");
    Finding {
        is_absent: true,
        ..finding.placed(place)
    }
}

/// The files and folders that something is wrong with: nothing in them may be acted on.
#[derive(Debug, Default)]
pub struct Broken {
    paths: HashSet<PathBuf>,
    /// An error is about no place: errors were left out, and what they are about is not known.
    is_everything: bool,
}

impl Broken {
    /// All that the errors among the findings are about. Two files that describe one client are
    /// both broken: nobody knows which of them is right.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let errors = || findings.iter().filter(|finding| finding.is_error());
        let paths = errors().flat_map(|finding| {
            let place = finding.place.iter().map(|place| &place.path);
            let marks = finding.marks.iter().map(|mark| &mark.source.path);
            place.chain(marks)
        });
        let concerned = |path: &Arc<str>| {
            let path = Path::new(&**path);
            // What an ignore file leaves out is not known: that of its whole folder.
            match path.file_name() {
                Some(name) if name == super::ignore_files::IGNORE_FILE => path.parent(),
                _ => Some(path),
            }
            .map(Path::to_owned)
        };
        Self {
            paths: paths.filter_map(concerned).collect(),
            is_everything: errors().any(|finding| finding.place.is_none()),
        }
    }

    /// Whether a path is one of them, or lies in one of them.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        let mut ancestors = Path::new(path).ancestors();
        self.is_everything || ancestors.any(|ancestor| self.paths.contains(ancestor))
    }

    /// Whether nothing is wrong with the manifest's file and the folders above it.
    #[must_use]
    pub fn spares(&self, manifest: &Manifest) -> bool {
        !self.covers(&manifest.place.path)
    }
}
