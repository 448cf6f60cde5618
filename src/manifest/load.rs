//! From paths to checked clients.

use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::clients::{Clients, clients};
use super::diagnostics::{Finding, Findings, Place, Severity, Source, Span, shown_id};
use super::duplicates;
use super::read::{Found, TextBudget, check_clients, find};
use super::validate::Purpose;
use crate::client::{Client, Field};
use crate::error::{Error, Result};
use crate::side_by_side::side_by_side;

/// A client as a manifest describes it, and where.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// What the manifest says, as far as it could be read.
    pub client: Client,
    /// Where the client starts.
    pub place: Place,
    source: Arc<Source>,
    span: Span,
    fields: Vec<(Field, Span)>,
}

impl Manifest {
    pub(crate) fn new(
        client: Client,
        source: Arc<Source>,
        span: Span,
        fields: Vec<(Field, Span)>,
    ) -> Self {
        Self {
            client,
            place: source.place(span),
            source,
            span,
            fields,
        }
    }

    /// Where the value of a field is; where the client starts, if the manifest does not say it.
    #[must_use]
    pub fn field_place(&self, field: Field) -> Place {
        self.source.place(self.span(field))
    }

    /// A finding of a later check, about a field or about the client as a whole. `message` may
    /// hold foreign text; it must not hold a secret.
    #[must_use]
    pub fn finding(&self, severity: Severity, field: Option<Field>, message: &str) -> Finding {
        let span = field.map_or(self.span, |field| self.span(field));
        let mut finding = Finding::new(severity, message).at(&self.source, span);
        finding.field = field.map(|field| field.name().to_owned());
        finding.client_id = self.client.client_id().map(|id| shown_id(id.as_str()));
        finding
    }

    pub(crate) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    pub(crate) fn span(&self, field: Field) -> Span {
        let said = self.fields.iter().find(|(said, _)| *said == field);
        said.map_or(self.span, |(_, span)| *span)
    }
}

/// All manifests, and all that is wrong with them.
#[derive(Debug, Default)]
pub struct Loaded {
    /// In the order of their paths, then of their places in the file. A manifest with an error
    /// among the findings is listed too, as far as it could be read.
    pub manifests: Vec<Manifest>,
    /// In the same order.
    pub findings: Vec<Finding>,
    /// How many files were read.
    pub files: usize,
}

impl Loaded {
    /// Whether there is a finding because of which nothing may be sent to Hydra.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }

    /// How many errors and how many warnings there are.
    #[must_use]
    pub fn totals(&self) -> (usize, usize) {
        totals(&self.findings)
    }
}

/// How many errors and how many warnings there are among findings.
pub fn totals<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> (usize, usize) {
    let (errors, warnings): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|finding| finding.is_error());
    (errors.len(), warnings.len())
}

/// Reads and checks everything that the paths lead to: folders, files, and standard input for `-`.
///
/// # Errors
/// When a path does not exist or cannot be searched. Whatever is wrong with a file is a finding.
pub fn load(paths: &[PathBuf], stdin: &mut dyn Read) -> Result<Loaded> {
    let search = find(paths, stdin)?;
    let budget = TextBudget::default();
    let loaded = gather(&search.found, search.findings, paths, |found, is_alone| {
        read_one(found, Purpose::Kept, is_alone, &budget)
    });
    budget.verdict()?;
    loaded
}

/// Reads all files, and puts together what is in them. Behind so many errors that nobody reads more
/// the files are left out.
///
/// # Errors
/// When there are too many clients, or a thread broke down.
pub(crate) fn gather<T: Sync>(
    found: &[T],
    mut findings: Vec<Finding>,
    paths: &[PathBuf],
    read: impl Fn(&T, bool) -> Clients + Sync,
) -> Result<Loaded> {
    let files = found.len();
    let kept = Mutex::new(Findings::default());
    let kept_now = || kept.lock().unwrap_or_else(PoisonError::into_inner);
    let numbered: Vec<_> = found.iter().enumerate().collect();
    let mut all = each_file(&numbered, |(number, found), is_alone| {
        if kept_now().end().is_some_and(|end| *number >= end) {
            return Vec::new();
        }
        let clients = read(found, is_alone);
        kept_now().add(*number, clients.findings);
        clients.manifests
    })?;
    let kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.truncate(kept.end().unwrap_or(files));
    check_clients(all.iter().map(Vec::len).sum())?;
    let manifests: Vec<_> = all.into_iter().flatten().collect();
    findings.extend(kept.all());
    if files == 0 && findings.is_empty() {
        findings.push(no_file(paths));
    }
    findings.extend(duplicates::check(&manifests));
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(Loaded {
        manifests,
        findings,
        files,
    })
}

fn no_file(paths: &[PathBuf]) -> Finding {
    let paths: Vec<_> = paths
        .iter()
        .map(|path| format!("`{}`", path.display()))
        .collect();
    Finding::warning(format!("no manifest in {}", paths.join(", ")))
        .help("manifests are named `*.yaml`, `*.yml` or `*.json`; hidden files and what `.hydra-gitops-ignore` names are left out")
}

/// Does something with each file, several at once; the results are in the order of the files. The
/// work is told whether it has the only file, and so all cores.
///
/// # Errors
/// When a thread broke down.
pub(crate) fn each_file<T: Sync, U: Send>(
    all: &[T],
    work: impl Fn(&T, bool) -> U + Sync,
) -> Result<Vec<U>> {
    let is_alone = all.len() == 1;
    side_by_side(all.iter().collect(), 1, |one| work(one, is_alone))
        .map_err(|_| Error::unexpected("a thread that read manifests broke down"))
}

pub(super) fn read_one(
    found: &Found,
    purpose: Purpose,
    is_alone: bool,
    budget: &TextBudget,
) -> Clients {
    match found.read(budget) {
        Ok(source) => clients(&Arc::new(source), purpose, is_alone),
        Err(finding) => Clients {
            manifests: Vec::new(),
            findings: vec![*finding],
        },
    }
}

/// Findings without a place come first, then by path (part by part, as the files were found), line
/// and column.
fn order(finding: &Finding) -> Option<(&std::path::Path, usize, usize)> {
    let place = finding.place.as_ref()?;
    Some((std::path::Path::new(&*place.path), place.line, place.column))
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
