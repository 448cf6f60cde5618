//! From paths to checked clients.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::clients::{Checks, Clients, clients_of};
use super::diagnostics::{Finding, Findings, Policy, Rule};
use super::duplicates;
use super::manifest::Manifest;
use super::read::{Snapshot, Text, check_clients};
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

    /// The number of errors and of warnings.
    #[must_use]
    pub fn totals(&self) -> (usize, usize) {
        totals(&self.findings)
    }
}

/// The number of errors and of warnings among findings.
pub fn totals<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> (usize, usize) {
    let (errors, warnings): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|finding| finding.is_error());
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
        let checks = Checks {
            purpose: Purpose::Managed,
            policy: Arc::new(policy.clone()),
        };
        let kept = Mutex::new(Findings::default());
        let kept_now = || kept.lock().unwrap_or_else(PoisonError::into_inner);
        let numbered: Vec<_> = self.texts.iter().enumerate().collect();
        let mut all = each_file(&numbered, |(number, text), is_alone| {
            if kept_now().end().is_some_and(|end| *number >= end) {
                return Vec::new();
            }
            let clients = parse_one(text, &checks, is_alone);
            kept_now().add(*number, clients.findings);
            clients.manifests
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
        let mut findings = policy.apply(findings);
        findings.extend(kept.all());
        findings.sort_by(|a, b| order(a).cmp(&order(b)));
        Ok(Loaded {
            manifests,
            findings,
        })
    }
}

fn no_manifest(paths: &[PathBuf]) -> Finding {
    let paths: Vec<_> = paths
        .iter()
        .map(|path| format!("`{}`", path.display()))
        .collect();
    Finding::new(Rule::NoManifest, format!("no manifest in {}", paths.join(", ")))
        .help("manifests are named `*.yaml`, `*.yml` or `*.json`; hidden files and files that `.hydra-gitops-ignore` excludes are skipped")
}

/// Does something with each file, several in parallel; the results are in the order of the files.
/// The work is told whether it has the only file and therefore all cores.
///
/// # Errors
/// When a thread failed.
pub(super) fn each_file<T: Sync, U: Send>(
    all: &[T],
    work: impl Fn(&T, bool) -> U + Sync,
) -> Result<Vec<U>> {
    let is_alone = all.len() == 1;
    side_by_side(all.iter().collect(), 1, |one| work(one, is_alone))
        .map_err(|_| Error::unexpected("a thread that parsed manifests failed"))
}

pub(super) fn parse_one(text: &Text, checks: &Checks, is_alone: bool) -> Clients {
    match text {
        Ok(source) => clients_of(source, checks, is_alone),
        Err(finding) => Clients {
            manifests: Vec::new(),
            findings: checks.policy.apply(vec![Finding::clone(finding)]),
        },
    }
}

/// Findings without a location come first, then by path (component by component, as the files were
/// found), line and column.
fn order(finding: &Finding) -> Option<(&Path, usize, usize)> {
    let location = finding.location.as_ref()?;
    Some((Path::new(&*location.path), location.line, location.column))
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
