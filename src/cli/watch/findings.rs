//! What is wrong with the manifests, said once, and again when something else is.

use std::collections::BTreeMap;
use std::path::Path;

use super::clients::Clients;
use super::files::Files;
use super::say::Say;
use crate::manifest::{Finding, Rule};
use crate::report::watch::{Event, FileState};

/// The findings that were said, by file: a key for each.
#[derive(Debug, Default)]
pub(super) struct Findings {
    said: BTreeMap<String, Vec<String>>,
    /// The files of which it was said that they are invalid, and whether that they are not there.
    invalid: BTreeMap<String, bool>,
}

impl Findings {
    /// Whether there is anything to say.
    pub(super) fn has_news(&self, files: &Files) -> bool {
        let current = by_file(files);
        let is_said = |path: &String| {
            let keys = current.get(path).map(|findings| keys(findings));
            self.said.get(path) == keys.as_ref()
        };
        let mut paths = current.keys().chain(self.said.keys());
        paths.any(|path| !is_said(path) && !files.is_unfinished(path))
    }

    /// Says what is wrong now and was not before, and the reverse.
    pub(super) fn say(&mut self, files: &Files, clients: &Clients, say: &mut Say<'_>) {
        let current = by_file(files);
        for (path, findings) in &current {
            let keys = keys(findings);
            if files.is_unfinished(path) || self.said.get(path) == Some(&keys) {
                continue;
            }
            let before = self.said.insert(path.clone(), keys).unwrap_or_default();
            if findings.iter().any(|finding| finding.is_error()) {
                self.say_invalid(path, findings, clients, say);
            } else {
                self.say_valid(path, findings, say);
                let is_new = |finding: &&&Finding| !before.contains(&key(finding));
                say.findings(findings.iter().filter(is_new).copied());
            }
        }
        let is_over =
            |path: &&String| !current.contains_key(*path) && !files.is_unfinished(path.as_str());
        let over: Vec<String> = self.said.keys().filter(is_over).cloned().collect();
        for path in over {
            self.said.remove(&path);
            if !self.say_valid(&path, &[], say) {
                let path = named(&path).unwrap_or("manifests");
                say.ui
                    .notice(&format!("{path}: there is nothing to warn of any more"));
            }
        }
    }

    /// Says that a file is left out, with all that is wrong with it.
    fn say_invalid(
        &mut self,
        path: &str,
        findings: &[&Finding],
        clients: &Clients,
        say: &mut Say<'_>,
    ) {
        let is_absent = findings
            .iter()
            .any(|finding| finding.rule == Rule::MissingPath);
        self.invalid.insert(path.to_owned(), is_absent);
        let state = match is_absent {
            true => FileState::Absent {
                staying: clients.present_below(Path::new(path)),
            },
            false => FileState::Invalid,
        };
        say.event(&Event::File {
            path: named(path),
            findings,
            state,
        });
        say.findings(findings.iter().copied());
    }

    /// Says that no error is left of a file, unless that is no news. Returns whether it is.
    fn say_valid(&mut self, path: &str, findings: &[&Finding], say: &mut Say<'_>) -> bool {
        let Some(was_absent) = self.invalid.remove(path) else {
            return false;
        };
        let state = match was_absent {
            true => FileState::There,
            false if !path.is_empty() && !Path::new(path).exists() => FileState::Gone,
            false => FileState::Valid,
        };
        say.event(&Event::File {
            path: named(path),
            findings,
            state,
        });
        true
    }

    /// In how many files and folders something is wrong.
    pub(super) fn invalid(files: &Files) -> usize {
        let current = by_file(files);
        let invalid = |findings: &&Vec<&Finding>| findings.iter().any(|one| one.is_error());
        current.values().filter(invalid).count()
    }
}

/// The findings of each file; those about no file under an empty name. One about two files is told
/// of each: both are left out.
fn by_file(files: &Files) -> BTreeMap<String, Vec<&Finding>> {
    let mut by_file: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in &files.findings {
        let path = path_of(finding);
        by_file.entry(path.to_owned()).or_default().push(finding);
        let other = finding.counterpart();
        if let Some(other) = other.filter(|other| path_of(other) != path) {
            let path = path_of(other).to_owned();
            by_file.entry(path).or_default().push(other);
        }
    }
    by_file
}

fn path_of(finding: &Finding) -> &str {
    finding.location.as_ref().map_or("", |place| &place.path)
}

fn named(path: &str) -> Option<&str> {
    Some(path).filter(|path| !path.is_empty())
}

fn keys(findings: &[&Finding]) -> Vec<String> {
    findings.iter().map(|finding| key(finding)).collect()
}

/// Tells one finding of a file from another.
fn key(finding: &Finding) -> String {
    let place = finding.location.as_ref().map(ToString::to_string);
    format!(
        "{} {:?} {}",
        place.unwrap_or_default(),
        finding.rule,
        finding.message
    )
}
