//! From paths to checked clients.

use std::collections::HashSet;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::clients::{Checks, Manifest, clients_of};
use super::diagnostics::{Finding, Findings, Policy, Rule};
use super::duplicates;
use super::read::{IGNORE_FILE, Input, Snapshot, check_clients, read_all};
use super::validate::Purpose;
use crate::error::{Error, Result};
use crate::side_by_side::side_by_side;

/// All manifests, and everything that is wrong with them.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Ordered by path, then by location in the file. A manifest with an error among the findings
    /// is included, as far as it could be read.
    pub manifests: Vec<Manifest>,
    /// In the same order.
    pub findings: Vec<Finding>,
}

impl Loaded {
    /// Whether nothing may be sent to Hydra because of a finding.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }

    /// A file without clients, because of this.
    pub(super) fn failed(finding: Finding) -> Self {
        let mut loaded = Self::default();
        loaded.findings.push(finding);
        loaded
    }

    /// The number of errors and of warnings.
    #[must_use]
    pub fn totals(&self) -> (usize, usize) {
        totals(&self.findings)
    }
}

/// The number of errors and of warnings among findings.
pub fn totals<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> (usize, usize) {
    let (errors, warnings): (Vec<_>, Vec<_>) = findings.into_iter().partition(|one| one.is_error());
    (errors.len(), warnings.len())
}

/// Reads and checks everything at the paths: folders, files, and standard input for `-`.
///
/// # Errors
/// When a path does not exist or cannot be searched. Whatever is wrong with a file is a finding.
pub fn load(paths: &[PathBuf], stdin: &mut dyn Read, policy: &Policy) -> Result<Loaded> {
    Snapshot::read_once(paths, stdin)?.parse(policy)
}

impl Snapshot {
    /// Parses and checks everything. After too many errors the remaining files are skipped.
    ///
    /// # Errors
    /// When there are too many clients, or a thread failed.
    pub fn parse(self, policy: &Policy) -> Result<Loaded> {
        let files = self.texts.len();
        let checks = Checks::new(Purpose::Managed, policy);
        let kept = Mutex::new(Findings::default());
        let kept_now = || kept.lock().unwrap_or_else(PoisonError::into_inner);
        let numbered: Vec<_> = self.texts.iter().enumerate().collect();
        let mut all = each_file(&numbered, |(number, text), is_alone| {
            if kept_now().end().is_some_and(|end| *number >= end) {
                return Vec::new();
            }
            let loaded = clients_of(text, &checks, is_alone);
            kept_now().add(*number, loaded.findings);
            loaded.manifests
        })?;
        let kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        all.truncate(kept.end().unwrap_or(files));
        check_clients(all.iter().map(Vec::len).sum())?;
        let manifests: Vec<_> = all.into_iter().flatten().collect();
        let mut findings = self.findings;
        if files == 0 && findings.is_empty() {
            findings.push(no_manifest(&self.paths));
        }
        findings.extend(duplicates::check(&manifests));
        findings.extend(kept.all());
        let mut findings = policy.apply(findings);
        in_order(&mut findings);
        Ok(Loaded {
            manifests,
            findings,
        })
    }
}

fn no_manifest(paths: &[PathBuf]) -> Finding {
    let paths = paths.iter().map(|path| format!("`{}`", path.display()));
    let paths = paths.collect::<Vec<_>>().join(", ");
    Finding::new(Rule::NoManifest, format!("no manifest in {paths}"))
        .help("manifests are named `*.yaml`, `*.yml` or `*.json`; hidden files and files that `.hydra-gitops-ignore` excludes are skipped")
}

/// Does something with each file, several in parallel; the results are in the order of the files.
/// The work is told whether it has the only file and therefore all cores.
fn each_file<T: Sync, U: Send>(all: &[T], work: impl Fn(&T, bool) -> U + Sync) -> Result<Vec<U>> {
    let is_alone = all.len() == 1;
    side_by_side(all.iter().collect(), 1, |one| work(one, is_alone))
        .map_err(|_| Error::unexpected("a thread that parsed manifests failed"))
}

/// Sorts findings: those without a location first, then by path (component by component, as the
/// files were found), line and column.
pub(crate) fn in_order(findings: &mut [Finding]) {
    fn order(finding: &Finding) -> Option<(&Path, usize, usize)> {
        let location = finding.location.as_ref()?;
        Some((Path::new(&*location.path), location.line, location.column))
    }
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
}

/// A file of clients that are to be created once.
#[derive(Debug)]
pub struct ClientFile {
    /// As the user has typed it; `<stdin>` for standard input.
    pub path: Arc<str>,
    /// Its clients, in order; none if there is an error among the findings.
    pub manifests: Vec<Manifest>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

impl ClientFile {
    /// Whether nothing in it may be sent to Hydra.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }
}

/// Reads files, and standard input for `-`, in the order of `paths`. Their clients are checked like
/// those of [`load()`], but need no identity by which a later run recognizes them.
///
/// # Errors
/// When the files have too much text in total. Whatever is wrong with a file is a finding.
pub fn load_separately(
    paths: &[PathBuf],
    stdin: &mut dyn Read,
    policy: &Policy,
) -> Result<Vec<ClientFile>> {
    let checks = Checks::new(Purpose::OneOff, policy);
    let mut named = HashSet::new();
    let inputs = paths.iter().map(|path| open(path, &mut named, stdin));
    let all = each_file(&read_all(inputs.collect())?, |text, is_alone| {
        clients_of(text, &checks, is_alone)
    })?;
    let files = paths.iter().zip(all).map(|(path, mut loaded)| {
        if loaded.has_errors() {
            loaded.manifests.clear();
        }
        ClientFile {
            path: shown(path),
            manifests: loaded.manifests,
            findings: loaded.findings,
        }
    });
    Ok(files.collect())
}

fn open(
    path: &Path,
    named: &mut HashSet<PathBuf>,
    stdin: &mut dyn Read,
) -> Result<Input, Box<Finding>> {
    let fault = |rule, what: &str, help| {
        let finding = Finding::new(rule, format!("`{}` {what}", shown(path)));
        Err(Box::new(finding.help(help)))
    };
    let unreadable = |error, help| {
        fault(
            Rule::UnreadableFile,
            &format!("cannot be read: {error}"),
            help,
        )
    };
    // A pipe, such as a shell's `<(…)`, has no other name.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if !named.insert(real) {
        return fault(Rule::DuplicatePath, "is named twice", "name it once");
    }
    if path.as_os_str() == "-" {
        let help = "connect standard input to a file or a pipe";
        return Input::stdin(stdin).or_else(|error| unreadable(error, help));
    }
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => fault(
            Rule::PathIsFolder,
            "is a folder, not a file",
            "name the files in it, or keep them as manifests and use `hydra-gitops apply`",
        ),
        Ok(metadata) => Ok(Input::named(path, &metadata)),
        Err(error) if error.kind() == ErrorKind::NotFound => fault(
            Rule::MissingPath,
            "does not exist",
            "name a file with clients, or `-` for standard input",
        ),
        Err(error) => unreadable(error, "check the permissions of the file and its folder"),
    }
}

fn shown(path: &Path) -> Arc<str> {
    match path.as_os_str() == "-" {
        true => "<stdin>".into(),
        false => path.to_string_lossy().into(),
    }
}

/// The files and folders with errors. Nothing in them may be acted on by `watch`.
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

#[cfg(test)]
mod tests {
    use super::each_file;

    #[test]
    fn only_a_file_that_is_alone_is_read_by_all_cores() {
        let alone = |count: usize| each_file(&vec![(); count], |(), is_alone| is_alone).ok();
        assert_eq!(alone(0), Some(vec![]));
        assert_eq!(alone(1), Some(vec![true]));
        assert_eq!(alone(3), Some(vec![false; 3]));
    }
}
