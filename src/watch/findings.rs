//! Which findings were told: each is told once, and its end as well.

use std::collections::BTreeMap;
use std::path::Path;

use super::files::Files;
use super::news::{FileState, News, Notice};
use super::queue::Queue;
use crate::manifest::{Finding, Location, Rule};

/// Tells one finding of a file from another.
type Key = (Option<Location>, Rule, String);

/// The findings that were told, by file.
#[derive(Debug, Default, Clone)]
pub(super) struct ToldFindings {
    told: BTreeMap<String, Vec<Key>>,
    /// The files that were told to be invalid, and whether because they do not exist.
    invalid: BTreeMap<String, bool>,
}

impl ToldFindings {
    /// Whether there is anything to tell.
    pub(super) fn has_news(&self, files: &Files, queue: &Queue) -> bool {
        !self.clone().tell(files, queue).is_empty()
    }

    /// What is wrong now and was not told before, and the reverse.
    pub(super) fn tell(&mut self, files: &Files, queue: &Queue) -> Vec<News> {
        let mut news = Vec::new();
        let current = by_file(files);
        for (path, findings) in &current {
            let keys = keys(findings);
            if files.is_unfinished(path) || self.told.get(path) == Some(&keys) {
                continue;
            }
            let before = self.told.insert(path.clone(), keys).unwrap_or_default();
            let mut shown = cloned(findings);
            if findings.iter().any(|finding| finding.is_error()) {
                news.push(self.invalid(path, findings, queue));
            } else {
                news.extend(self.valid(path, findings, files));
                shown.retain(|finding| !before.contains(&key(finding)));
            }
            news.push(News::Notice(Notice::Findings(shown)));
        }
        let is_over = |path: &String| !current.contains_key(path) && !files.is_unfinished(path);
        let over: Vec<_> = self.told.extract_if(.., |path, _| is_over(path)).collect();
        for (path, _) in over {
            let valid = self.valid(&path, &[], files);
            let no_warnings = News::Notice(Notice::NoWarnings(named(&path)));
            news.push(valid.unwrap_or(no_warnings));
        }
        news
    }

    /// A file is ignored because of errors.
    fn invalid(&mut self, path: &str, findings: &[&Finding], queue: &Queue) -> News {
        let is_absent = findings.iter().any(|one| one.rule == Rule::MissingPath);
        self.invalid.insert(path.to_owned(), is_absent);
        let state = match is_absent {
            true => FileState::Absent {
                staying: queue.in_hydra_below(Path::new(path)),
            },
            false => FileState::Invalid,
        };
        file(path, findings, state)
    }

    /// No error is left of a file; `None` where none was told.
    fn valid(&mut self, path: &str, findings: &[&Finding], files: &Files) -> Option<News> {
        let state = match self.invalid.remove(path)? {
            true => FileState::There,
            false if files.gone.contains(path) => FileState::Gone,
            false => FileState::Valid,
        };
        Some(file(path, findings, state))
    }

    /// The files that were told to be invalid.
    pub(super) fn invalid_paths(&self) -> impl Iterator<Item = &str> {
        self.invalid.keys().map(String::as_str)
    }

    /// How many files and folders have an error.
    pub(super) fn count_invalid(files: &Files) -> usize {
        let current = by_file(files);
        let invalid = |findings: &&Vec<&Finding>| findings.iter().any(|one| one.is_error());
        current.values().filter(invalid).count()
    }
}

fn file(path: &str, findings: &[&Finding], state: FileState) -> News {
    News::File {
        path: named(path),
        findings: cloned(findings),
        state,
    }
}

/// The findings of each file; those about no file under an empty name. A finding about two files
/// belongs to both, because both are ignored.
fn by_file(files: &Files) -> BTreeMap<String, Vec<&Finding>> {
    let mut by_file: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in &files.findings {
        let path = path_of(finding);
        let other = finding.counterpart();
        let other = other.filter(|other| path_of(other) != path);
        for one in [finding].into_iter().chain(other) {
            by_file
                .entry(path_of(one).to_owned())
                .or_default()
                .push(one);
        }
    }
    by_file
}

fn path_of(finding: &Finding) -> &str {
    let location = finding.location.as_ref();
    location.map_or("", |location| &location.path)
}

fn named(path: &str) -> Option<String> {
    (!path.is_empty()).then(|| path.to_owned())
}

fn key(finding: &Finding) -> Key {
    let location = finding.location.clone();
    (location, finding.rule, finding.message.clone())
}

fn keys(findings: &[&Finding]) -> Vec<Key> {
    findings.iter().map(|finding| key(finding)).collect()
}

fn cloned(findings: &[&Finding]) -> Vec<Finding> {
    findings.iter().copied().cloned().collect()
}
