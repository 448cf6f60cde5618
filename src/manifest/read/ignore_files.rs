//! The files that the ignore files in the searched folders exclude.
//!
//! Like manifests, ignore files come from pull requests. They are therefore read here and not by
//! the walker, which would follow any link, read without limit, and show the text that it cannot
//! parse.

use std::collections::HashMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, Match};

use super::search::is_open_within;
use super::snapshot::read_regular;
use crate::manifest::diagnostics::{Finding, Location, Rule};

/// Lists files and folders to exclude, in the syntax of `.gitignore`, in any searched folder.
pub(crate) const IGNORE_FILE: &str = ".hydra-gitops-ignore";
/// The largest ignore file, in bytes.
const MAX_BYTES: u64 = 1 << 20;
/// The most invalid lines that are reported of one ignore file.
const MAX_FAULTS: usize = 10;

/// How much more may be searched, in all folders together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    /// Files and folders, whether they are excluded or not.
    pub(crate) entries: usize,
    /// Patterns in ignore files.
    pub(crate) rules: usize,
    /// Bytes of ignore files.
    pub(crate) bytes: usize,
}

impl Budget {
    /// More than any repository contains.
    pub(crate) const MOST: Self = Self {
        entries: 1_000_000,
        rules: 5_000,
        bytes: 4 << 20,
    };

    /// Takes from what is left.
    fn spend(left: &mut usize, amount: usize) -> bool {
        let is_enough = *left >= amount;
        *left = left.saturating_sub(amount);
        is_enough
    }
}

/// The ignore rules of all folders entered so far.
pub(super) struct IgnoreRules {
    real_root: PathBuf,
    by_folder: HashMap<PathBuf, Gitignore>,
    pub(super) budget: Budget,
    /// What there is too much of, and where the search stopped.
    pub(super) too_much: Option<(&'static str, PathBuf)>,
    /// What is wrong with the ignore files. Their text is never shown.
    pub(super) findings: Vec<Finding>,
}

impl IgnoreRules {
    /// The rules of a searched folder, whose path with links resolved is `real_root`.
    pub(super) fn new(root: &Path, real_root: PathBuf, budget: Budget) -> Self {
        let mut rules = Self {
            real_root,
            by_folder: HashMap::new(),
            budget,
            too_much: None,
            findings: Vec::new(),
        };
        rules.enter(root);
        rules
    }

    /// Whether an entry of an entered folder is included. A folder that is included is entered.
    pub(super) fn take(&mut self, entry: &DirEntry) -> bool {
        let path = entry.path();
        if self.too_much.is_some() {
            return false;
        }
        if !Budget::spend(&mut self.budget.entries, 1) {
            self.too_much = Some(("files and folders", path.to_owned()));
            return false;
        }
        let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
        let is_taken = match self.verdict(path, is_dir) {
            Match::Ignore(()) => false,
            Match::Whitelist(()) => true,
            Match::None => !entry.file_name().as_encoded_bytes().starts_with(b"."),
        };
        if is_taken && is_dir {
            self.enter(path);
        }
        is_taken
    }

    /// The verdict of the innermost folder that has a pattern for the path.
    fn verdict(&self, path: &Path, is_dir: bool) -> Match<()> {
        let folders = path.ancestors().skip(1);
        folders
            .filter_map(|folder| self.by_folder.get(folder))
            .map(|rules| rules.matched(path, is_dir).map(|_| ()))
            .find(|verdict| !verdict.is_none())
            .unwrap_or(Match::None)
    }

    fn enter(&mut self, folder: &Path) {
        let path = folder.join(IGNORE_FILE);
        match self.text(&path) {
            Ok(None) => {}
            Ok(Some(text)) if !self.affords(&text) => {
                self.too_much = Some(("rules in ignore files", path));
            }
            Ok(Some(text)) => {
                let rules = self.parse(folder, &path, &text);
                self.by_folder.insert(folder.to_owned(), rules);
            }
            Err(why) => {
                let message = format!("{why}, so the files that it excludes are unknown");
                self.add(&path, 1, Rule::UnreadableIgnoreFile, &message);
            }
        }
    }

    /// Whether the budget covers an ignore file.
    fn affords(&mut self, text: &str) -> bool {
        let is_rule = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
        let rules = text.lines().filter(is_rule).count();
        Budget::spend(&mut self.budget.bytes, text.len())
            && Budget::spend(&mut self.budget.rules, rules)
    }

    /// The ignore file's text, if there is one.
    fn text(&self, path: &Path) -> Result<Option<String>, String> {
        let fault = |error: io::Error| format!("cannot be read: {error}");
        let real = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault(error)),
            Ok(metadata) if metadata.is_symlink() => self.target(path)?,
            Ok(_) => path.to_owned(),
        };
        let bytes = read_regular(&real, MAX_BYTES).map_err(fault)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(format!("larger than {} MiB", MAX_BYTES >> 20));
        }
        let text = String::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())?;
        Ok(Some(text))
    }

    /// The target of a link that stays within the folder, as in a mounted Kubernetes ConfigMap.
    fn target(&self, link: &Path) -> Result<PathBuf, String> {
        let real =
            fs::canonicalize(link).map_err(|_| "a link whose target does not exist".to_owned())?;
        let is_ignore_file = real.file_name().is_some_and(|name| name == IGNORE_FILE);
        let folder = real.parent().filter(|_| is_ignore_file);
        if folder.is_some_and(|folder| is_open_within(&self.real_root, folder)) {
            return Ok(real);
        }
        let message = format!("a link that leads out of the folder, or to no `{IGNORE_FILE}`");
        Err(message)
    }

    fn parse(&mut self, folder: &Path, path: &Path, text: &str) -> Gitignore {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut builder = GitignoreBuilder::new(folder);
        let lines = (1..).zip(text.lines());
        let faults = lines.filter(|(_, line)| builder.add_line(None, line).is_err());
        let faults: Vec<usize> = faults.map(|(number, _)| number).collect();
        for line in faults.into_iter().take(MAX_FAULTS) {
            let message = "not a valid pattern of an ignore file";
            self.add(path, line, Rule::InvalidIgnorePattern, message);
        }
        builder.build().unwrap_or_else(|_| {
            let message = "the patterns of this file are too complex";
            self.add(path, 1, Rule::UnreadableIgnoreFile, message);
            Gitignore::empty()
        })
    }

    fn add(&mut self, path: &Path, line: usize, rule: Rule, message: &str) {
        let location = Location::line(path.to_string_lossy(), line);
        let finding = Finding::new(rule, message).located(location).help(
            "an ignore file is a regular file in this folder with the syntax of `.gitignore`",
        );
        self.findings.push(finding);
    }
}
