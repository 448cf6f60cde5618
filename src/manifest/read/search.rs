//! Paths → the files to read, in a stable order.

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder};

use super::ignore_files::Budget;
use super::ignore_files::Rules;
use super::input::Found;
use super::input::InputKind;
use crate::error::{Error, Result};
use crate::manifest::diagnostics::{Finding, Place};

/// Far more than any repository holds.
const MAX_FILES: usize = 250_000;

/// Finds everything that the paths lead to: a file is taken whatever its name, a folder is
/// searched in depth, `-` is standard input. A file reached twice is taken once.
///
/// # Errors
/// When a path does not exist, standard input cannot be read, or there is too much to look at.
pub(crate) fn find(paths: &[PathBuf], stdin: &mut dyn Read) -> Result<Search> {
    find_within(paths, stdin, Budget::MOST)
}

/// The same within other bounds.
pub(crate) fn find_within(
    paths: &[PathBuf],
    stdin: &mut dyn Read,
    mut budget: Budget,
) -> Result<Search> {
    let mut search = Search::default();
    for path in paths {
        if path.as_os_str() == "-" {
            search.stdin(stdin)?;
            continue;
        }
        let metadata = fs::metadata(path).map_err(|error| no_path(path, error))?;
        if metadata.is_dir() {
            budget = search.folder(path, budget)?;
        } else {
            // A shell's `<(…)` has no other name.
            let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            search.file(Found::named(path, &metadata), real)?;
        }
    }
    search
        .found
        .sort_by(|a, b| Path::new(&*a.shown).cmp(Path::new(&*b.shown)));
    Ok(search)
}

fn no_path(path: &Path, error: std::io::Error) -> Error {
    let shown = path.display().to_string();
    if shown.contains("://") {
        // Not shown: it may hold a password.
        return Error::manifest("an address stands where a path to manifests should")
            .hint("give Hydra's address with `--endpoint`");
    }
    if error.kind() == std::io::ErrorKind::NotFound {
        return Error::manifest(format!("`{shown}` does not exist"))
            .hint("name a folder or a file with manifests, or `-` for standard input");
    }
    Error::manifest(format!("cannot read `{shown}`")).because(error)
}

/// The folders hold more than is looked at.
fn too_much(what: &str, place: &Path) -> Error {
    let place = place.display();
    Error::manifest(format!(
        "there are too many {what} in the folders searched: the search was stopped at `{place}`"
    ))
    .hint("name the folders that hold the manifests, and nothing else")
}

/// What a search brought.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// The files to read, in their order.
    pub(crate) found: Vec<Found>,
    /// What is wrong on the way to them.
    pub(crate) findings: Vec<Finding>,
    /// The folders that were searched.
    pub(crate) folders: Vec<PathBuf>,
    /// The files taken, free of links.
    seen: HashSet<PathBuf>,
    stdin_read: bool,
}

impl Search {
    fn stdin(&mut self, stdin: &mut dyn Read) -> Result<()> {
        if self.stdin_read {
            return Ok(());
        }
        self.stdin_read = true;
        let found = Found::stdin(stdin)
            .map_err(|error| Error::manifest("cannot read standard input").because(error))?;
        self.found.push(found);
        Ok(())
    }

    fn file(&mut self, found: Found, real: PathBuf) -> Result<()> {
        if !self.seen.insert(real) {
            return Ok(());
        }
        if self.found.len() >= MAX_FILES {
            return Err(Error::manifest(format!("more than {MAX_FILES} manifests"))
                .hint("name the folders that matter, or put several clients into one file"));
        }
        self.found.push(found);
        Ok(())
    }

    fn folder(&mut self, root: &Path, budget: Budget) -> Result<Budget> {
        let real_root = fs::canonicalize(root).map_err(|error| no_path(root, error))?;
        let rules = Arc::new(Mutex::new(Rules::new(root, real_root.clone(), budget)));
        let asked = Arc::clone(&rules);
        // Without the standard filters: `.gitignore` is about Git, and the order must not be the disk's.
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
                    let place = place_of(&error).unwrap_or(root).to_owned();
                    self.add(
                        &place,
                        Finding::error(format!("cannot be searched: {error}")),
                    );
                }
            }
        }
        let mut rules = rules.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((what, place)) = &rules.too_much {
            return Err(too_much(what, place));
        }
        self.findings.append(&mut rules.findings);
        Ok(rules.budget)
    }

    fn entry(&mut self, root: &Path, real_root: &Path, entry: &DirEntry) -> Result<()> {
        let path = entry.path();
        let Some(kind) = entry.file_type() else {
            return Ok(());
        };
        // The searched folder itself may be a link.
        if kind.is_dir() || entry.depth() == 0 {
            self.folders.push(path.to_owned());
            return Ok(());
        }
        if kind.is_symlink() {
            return self.link(real_root, path);
        }
        if !has_manifest_name(path) {
            return Ok(());
        }
        if !kind.is_file() {
            self.add(path, not_regular());
            return Ok(());
        }
        let inner = path.strip_prefix(root).unwrap_or(path);
        self.file(regular(path), real_root.join(inner))
    }

    /// A link to a file within the folder is read as that file: so a mounted Kubernetes ConfigMap
    /// works. One that leads out is not: manifests come from pull requests, and what a link leads
    /// to is shown in findings.
    fn link(&mut self, real_root: &Path, path: &Path) -> Result<()> {
        let wanted = has_manifest_name(path);
        let finding = match fs::canonicalize(path).and_then(|real| Ok((fs::metadata(&real)?, real)))
        {
            Ok((metadata, _)) if metadata.is_dir() => {
                Finding::warning("a link to a folder, which is not searched")
                    .help("name that folder on the command line too")
            }
            _ if !wanted => return Ok(()),
            Ok((metadata, _)) if !metadata.is_file() => not_regular(),
            Ok((_, real)) if is_open_within(real_root, &real) => {
                return self.file(regular(path), real);
            }
            Ok(_) => Finding::error("a link that leads out of the folder, or to a hidden file")
                .help("name the file itself on the command line, or copy it here"),
            Err(_) => Finding::error("a link that leads nowhere").help("mend it or delete it"),
        };
        self.add(path, finding);
        Ok(())
    }

    fn add(&mut self, path: &Path, finding: Finding) {
        self.findings.push(finding.placed(Place {
            path: shown(path),
            line: 1,
            column: 1,
        }));
    }
}

/// The folder that an error is about.
fn place_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } => place_of(err),
        _ => None,
    }
}

fn regular(path: &Path) -> Found {
    Found {
        shown: shown(path),
        content: InputKind::File(path.to_owned()),
    }
}

fn not_regular() -> Finding {
    Finding::warning("no regular file, and so not read")
}

fn shown(path: &Path) -> Arc<str> {
    path.to_string_lossy().into()
}

/// Whether a file in a folder is a manifest, by its name.
#[must_use]
pub fn has_manifest_name(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        ["yaml", "yml", "json"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// Whether a real path lies in the folder and passes through nothing hidden; the `..data` folders
/// of Kubernetes are not hidden in this sense.
pub(super) fn is_open_within(real_root: &Path, real: &Path) -> bool {
    let Ok(inner) = real.strip_prefix(real_root) else {
        return false;
    };
    inner.components().all(|part| match part {
        Component::Normal(name) => {
            let name = name.to_string_lossy();
            !name.starts_with('.') || name.starts_with("..")
        }
        _ => false,
    })
}
