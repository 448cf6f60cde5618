//! Files whose clients are created once. Each file is checked on its own.

use std::collections::HashSet;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::clients::Checks;
use super::diagnostics::{Finding, Policy, Rule};
use super::load::{each_file, parse_one};
use super::manifest::Manifest;
use super::read::{Input, read_all};
use super::validate::Purpose;
use crate::error::Result;

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

    /// Whether nothing in it may be sent to Hydra.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }
}

/// Reads files, and standard input for `-`, in the order of `paths`. Their clients are checked like
/// those of [`load`](super::load()), but need no identity by which a later run recognizes them.
///
/// # Errors
/// When the files have too much text in total. Whatever is wrong with a file is a finding.
pub fn load_separately(
    paths: &[PathBuf],
    stdin: &mut dyn Read,
    policy: &Policy,
) -> Result<Vec<ClientFile>> {
    let checks = Checks {
        purpose: Purpose::OneOff,
        policy: Arc::new(policy.clone()),
    };
    let mut named = HashSet::new();
    let mut inputs = Vec::new();
    let mut faults = Vec::with_capacity(paths.len());
    for path in paths {
        faults.push(match open(path, &mut named, stdin) {
            Ok(input) => {
                inputs.push(input);
                None
            }
            Err(fault) => Some(ClientFile::new(shown(path), Vec::new(), vec![*fault])),
        });
    }
    let clients = each_file(&read_all(&inputs)?, |text, is_alone| {
        parse_one(text, &checks, is_alone)
    })?;
    let mut files = inputs
        .into_iter()
        .zip(clients)
        .map(|(input, clients)| ClientFile::new(input.path, clients.manifests, clients.findings));
    let all = faults
        .into_iter()
        .filter_map(|fault| fault.or_else(|| files.next()));
    Ok(all.collect())
}

fn open(
    path: &Path,
    named: &mut HashSet<PathBuf>,
    stdin: &mut dyn Read,
) -> Result<Input, Box<Finding>> {
    let fault = |rule: Rule, what: &str, help: &str| {
        let finding = Finding::new(rule, format!("`{}` {what}", shown(path)));
        Err(Box::new(finding.help(help)))
    };
    // A pipe, such as a shell's `<(…)`, has no other name.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if !named.insert(real) {
        return fault(Rule::DuplicatePath, "is named twice", "name it once");
    }
    if path.as_os_str() == "-" {
        return Input::stdin(stdin).or_else(|error| {
            let what = format!("cannot be read: {error}");
            fault(
                Rule::UnreadableFile,
                &what,
                "connect standard input to a file or a pipe",
            )
        });
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
        Err(error) => fault(
            Rule::UnreadableFile,
            &format!("cannot be read: {error}"),
            "check the permissions of the file and its folder",
        ),
    }
}

fn shown(path: &Path) -> Arc<str> {
    match path.as_os_str() == "-" {
        true => "<stdin>".into(),
        false => path.to_string_lossy().into(),
    }
}
