//! Paths → the files to read, in a stable order.

use std::collections::HashSet;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder};

use super::ignore_files::{Budget, IgnoreRules};
use super::snapshot::Input;
use crate::error::{Error, Result};
use crate::manifest::diagnostics::{Finding, Location, Rule};

/// Far more than any repository contains.
const MAX_FILES: usize = 250_000;

/// Finds all manifests at the paths: a file is taken whatever its name, a folder is searched
/// recursively, and `-` is standard input. A file that is found twice is taken once.
///
/// # Errors
/// When a path does not exist, standard input cannot be read, or there is too much to search.
pub(crate) fn find(paths: &[PathBuf], stdin: &mut dyn Read) -> Result<Search> {
    find_within(paths, stdin, Budget::MOST)
}

/// The same within another budget.
pub(crate) fn find_within(
    paths: &[PathBuf],
    stdin: &mut dyn Read,
    mut budget: Budget,
) -> Result<Search> {
    let mut search = Search::default();
    for path in paths {
        if path.as_os_str() == "-" {
            if search.seen.insert(path.clone()) {
                let unread = |error| Error::manifest("cannot read standard input").because(error);
                search.inputs.push(Input::stdin(stdin).map_err(unread)?);
            }
            continue;
        }
        let metadata = fs::metadata(path).map_err(|error| no_path(path, error))?;
        if metadata.is_dir() {
            budget = search.folder(path, budget)?;
        } else {
            // A shell's `<(…)` has no other name.
            let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            search.file(Input::named(path, &metadata), real)?;
        }
    }
    let by_path = |a: &Input, b: &Input| Path::new(&*a.path).cmp(Path::new(&*b.path));
    search.inputs.sort_by(by_path);
    Ok(search)
}

fn no_path(path: &Path, error: io::Error) -> Error {
    let shown = path.display().to_string();
    if shown.contains("://") {
        // Not shown: it may contain a password.
        return Error::manifest("a path to manifests was expected, but a URL was given")
            .hint("set Hydra's URL with `--endpoint`");
    }
    if error.kind() == ErrorKind::NotFound {
        return Error::manifest(format!("`{shown}` does not exist"))
            .hint("name a folder or a file with manifests, or `-` for standard input");
    }
    Error::manifest(format!("cannot read `{shown}`")).because(error)
}

#[derive(Debug, Default)]
pub(crate) struct Search {
    pub(crate) inputs: Vec<Input>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) folders: Vec<PathBuf>,
    /// The files taken, with links resolved, and `-` for standard input.
    seen: HashSet<PathBuf>,
}

impl Search {
    fn file(&mut self, input: Input, real: PathBuf) -> Result<()> {
        if !self.seen.insert(real) {
            return Ok(());
        }
        if self.inputs.len() >= MAX_FILES {
            return Err(Error::manifest(format!("more than {MAX_FILES} manifests"))
                .hint("name only the folders that matter, or put several clients into one file"));
        }
        self.inputs.push(input);
        Ok(())
    }

    fn folder(&mut self, root: &Path, budget: Budget) -> Result<Budget> {
        let real_root = fs::canonicalize(root).map_err(|error| no_path(root, error))?;
        let rules = IgnoreRules::new(root, real_root.clone(), budget);
        let rules = Arc::new(Mutex::new(rules));
        let asked = Arc::clone(&rules);
        // Without the standard filters: `.gitignore` is about Git. Sorted, because the order must not
        // depend on the disk.
        let walk = WalkBuilder::new(root)
            .standard_filters(false)
            .filter_entry(move |entry| {
                let mut rules = asked.lock().unwrap_or_else(PoisonError::into_inner);
                rules.take(entry)
            })
            .sort_by_file_name(Ord::cmp)
            .build();
        for entry in walk {
            match entry {
                Ok(entry) => self.entry(root, &real_root, &entry)?,
                Err(error) => {
                    let path = path_of(&error).unwrap_or(root).to_owned();
                    let message = format!("cannot be searched: {error}");
                    self.add(&path, Finding::new(Rule::UnreadableFile, message));
                }
            }
        }
        let mut rules = rules.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((what, path)) = &rules.too_much {
            let path = path.display();
            return Err(Error::manifest(format!(
                "there are too many {what} in the folders searched: the search stopped at `{path}`"
            ))
            .hint("name only the folders that contain manifests"));
        }
        self.findings.append(&mut rules.findings);
        Ok(rules.budget)
    }

    fn entry(&mut self, root: &Path, real_root: &Path, entry: &DirEntry) -> Result<()> {
        let path = entry.path();
        match entry.file_type() {
            None => {}
            // The searched folder itself may be a symbolic link.
            Some(kind) if kind.is_dir() || entry.depth() == 0 => self.folders.push(path.to_owned()),
            Some(kind) if kind.is_symlink() => return self.link(real_root, path),
            Some(_) if !has_manifest_name(path) => {}
            Some(kind) if !kind.is_file() => self.add(path, not_regular()),
            Some(_) => {
                let inner = path.strip_prefix(root).unwrap_or(path);
                return self.file(Input::regular(path), real_root.join(inner));
            }
        }
        Ok(())
    }

    /// A link to a file within the folder is read as that file, so that a mounted Kubernetes
    /// ConfigMap works. One that leads outside is not, because manifests come from pull requests,
    /// and findings show the text of the target.
    fn link(&mut self, real_root: &Path, path: &Path) -> Result<()> {
        let target = fs::canonicalize(path).and_then(|real| Ok((fs::metadata(&real)?, real)));
        let finding = match target {
            Ok((metadata, _)) if metadata.is_dir() => {
                let message = "a link to a folder, which is not searched";
                Finding::new(Rule::LinkToFolder, message)
                    .help("name that folder on the command line too")
            }
            _ if !has_manifest_name(path) => return Ok(()),
            Ok((metadata, _)) if !metadata.is_file() => not_regular(),
            Ok((_, real)) if is_open_within(real_root, &real) => {
                return self.file(Input::regular(path), real);
            }
            Ok(_) => {
                let message = "a link that leads out of the folder, or to a hidden file";
                Finding::new(Rule::LinkOutside, message)
                    .help("name the file itself on the command line, or copy it here")
            }
            Err(_) => Finding::new(Rule::BrokenLink, "a link whose target does not exist")
                .help("correct or delete it"),
        };
        self.add(path, finding);
        Ok(())
    }

    fn add(&mut self, path: &Path, finding: Finding) {
        self.findings.push(finding.located(Location::file(path)));
    }
}

/// The path that an error is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } => path_of(err),
        _ => None,
    }
}

fn not_regular() -> Finding {
    let message = "not a regular file, so it is not read";
    Finding::new(Rule::NotARegularFile, message)
}

/// Whether a file in a folder is a manifest, judging by its name.
#[must_use]
pub fn has_manifest_name(path: &Path) -> bool {
    let mut known = ["yaml", "yml", "json"].into_iter();
    let extension = path.extension();
    extension.is_some_and(|found| known.any(|known| found.eq_ignore_ascii_case(known)))
}

/// Whether a real path is in the folder and nothing on the way is hidden. The `..data` folders of
/// Kubernetes do not count as hidden.
pub(super) fn is_open_within(real_root: &Path, real: &Path) -> bool {
    let is_open = |part: Component<'_>| {
        let name = part.as_os_str().as_encoded_bytes();
        matches!(part, Component::Normal(_)) && (!name.starts_with(b".") || name.starts_with(b".."))
    };
    let inner = real.strip_prefix(real_root);
    inner.is_ok_and(|inner| inner.components().all(is_open))
}
