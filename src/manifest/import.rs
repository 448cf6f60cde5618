//! Files that are read once, each by itself: what is wrong with one says nothing of the others.

use std::collections::HashSet;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::diagnostics::Finding;
use super::load::{Manifest, each_file, read_one};
use super::read::{Found, TextBudget};
use super::validate::Purpose;
use crate::error::Result;

/// A file of clients that are to be created once.
#[derive(Debug)]
pub struct ClientFile {
    /// As the user has typed it; `<stdin>` for standard input.
    pub path: Arc<str>,
    /// Its clients, in their order; none where there is an error among the findings.
    pub manifests: Vec<Manifest>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

impl ClientFile {
    fn new(path: Arc<str>, manifests: Vec<Manifest>, findings: Vec<Finding>) -> Self {
        let mut file = Self {
            path,
            manifests,
            findings,
        };
        if file.has_errors() {
            file.manifests.clear();
        }
        file
    }

    /// Whether nothing of it may be sent to Hydra.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }
}

/// Reads files, and standard input for `-`, in the order of `paths`. Their clients are checked as
/// those of [`load`](super::load()) are, but need nothing by which a later run knows them again.
///
/// # Errors
/// When the files have too much text together. Whatever is wrong with a file is a finding.
pub fn load_each(paths: &[PathBuf], stdin: &mut dyn Read) -> Result<Vec<ClientFile>> {
    let mut named = HashSet::new();
    let mut found = Vec::new();
    let mut faults = Vec::with_capacity(paths.len());
    for path in paths {
        match open(path, &mut named, stdin) {
            Ok(file) => {
                found.push(file);
                faults.push(None);
            }
            Err(finding) => faults.push(Some(finding)),
        }
    }
    let paths_read: Vec<_> = found.iter().map(|file| Arc::clone(&file.shown)).collect();
    let budget = TextBudget::default();
    let all = each_file(&found, |found, is_alone| {
        read_one(found, Purpose::Once, is_alone, &budget)
    })?;
    budget.verdict()?;
    let mut read = paths_read
        .into_iter()
        .zip(all)
        .map(|(path, clients)| ClientFile::new(path, clients.manifests, clients.findings));
    let mut files = Vec::with_capacity(paths.len());
    for (path, fault) in paths.iter().zip(faults) {
        files.extend(match fault {
            Some(fault) => Some(ClientFile::new(shown(path), Vec::new(), vec![*fault])),
            None => read.next(),
        });
    }
    Ok(files)
}

fn open(
    path: &Path,
    named: &mut HashSet<PathBuf>,
    stdin: &mut dyn Read,
) -> Result<Found, Box<Finding>> {
    let name = shown(path);
    let fault = |what: &str, help: &str| {
        let finding = Finding::error(format!("`{name}` {what}"));
        Err(Box::new(finding.help(help)))
    };
    // What stands for a pipe, such as a shell's `<(…)`, has no other name.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if !named.insert(real) {
        return fault("is named twice, and read once", "name it once");
    }
    if path.as_os_str() == "-" {
        return Found::stdin(stdin)
            .or_else(|error| fault(&format!("cannot be read: {error}"), "give it some input"));
    }
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => fault(
            "is a folder, and not a file",
            "name the files in it, or keep them as manifests and use `hydra-gitops apply`",
        ),
        Ok(metadata) => Ok(Found::named(path, &metadata)),
        Err(error) if error.kind() == ErrorKind::NotFound => fault(
            "does not exist",
            "name a file with clients, or `-` for standard input",
        ),
        Err(error) => fault(
            &format!("cannot be read: {error}"),
            "check who may read it, and its folder",
        ),
    }
}

fn shown(path: &Path) -> Arc<str> {
    match path.as_os_str() == "-" {
        true => "<stdin>".into(),
        false => path.to_string_lossy().into(),
    }
}
