//! The formats of findings.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstream::adapter::strip_bytes;
use clap::ValueEnum;

use super::manifest_args::or_default;
use super::sources::variable;
use super::ui::{to_runner, to_stdout};
use crate::error::{Error, Result, chain};
use crate::manifest::{Finding, Loaded, Look, Rule, render};
use crate::report::findings::{self, Paths};
use crate::report::{json, text as lines};
use crate::text::SafeLines;

/// The width of findings in a file.
const WIDTH: usize = 100;

/// The variables by which GitHub and GitLab name the folder of the repository.
const ROOTS: &[&str] = &["GITHUB_WORKSPACE", "CI_PROJECT_DIR"];

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FindingsFormat {
    /// Human-readable text.
    Text,
    /// JSON in a versioned format.
    Json,
    /// Annotations of GitHub Actions.
    Github,
    /// A code quality report of GitLab.
    Gitlab,
    /// SARIF 2.1.0.
    Sarif,
}

impl FindingsFormat {
    /// Writes what was found, or why nothing could be read, to standard output.
    pub(super) fn to_stdout(self, loaded: &Result<Loaded>, args: &[PathBuf]) -> Result<()> {
        let write = |out: &mut dyn Write| match loaded {
            Ok(loaded) => self.write(loaded.manifests.len(), &loaded.findings, args, out),
            Err(error) => self.write_unreadable(error, args, out),
        };
        match self {
            Self::Github => to_runner(write),
            _ => to_stdout(write),
        }
    }

    /// Writes what was found about this many clients. `args` are the paths of the command line.
    pub(super) fn write(
        self,
        clients: usize,
        found: &[Finding],
        args: &[PathBuf],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match self {
            Self::Text => text(clients, found, out),
            Self::Json => json::findings(clients, found, out),
            Self::Github => findings::github(found, &paths(args), out),
            Self::Gitlab => findings::gitlab(found, &paths(args), out),
            Self::Sarif => findings::sarif(found, &paths(args), out),
        }
    }

    /// Writes why nothing could be read.
    pub(super) fn write_unreadable(
        self,
        error: &Error,
        args: &[PathBuf],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match self {
            Self::Json => json::unreadable(error, out),
            _ => self.write(0, &[finding_of(error)], args, out),
        }
    }
}

/// The reason why the manifests cannot be read, as a finding.
fn finding_of(error: &Error) -> Finding {
    let finding = Finding::new(Rule::UnreadableManifests, chain(error));
    match error.hints().first() {
        Some(hint) => finding.help(hint.text()),
        None => finding,
    }
}

fn text(clients: usize, found: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    let look = Look {
        width: WIDTH,
        colour: false,
    };
    let mut shown = Vec::new();
    render(found, look, &mut shown)?;
    lines::validated(clients, found, &mut shown)?;
    let mut lines = SafeLines::new(out);
    lines.write_all(&strip_bytes(&shown).into_vec())?;
    lines.flush()
}

/// How to name files. CI systems expect paths relative to the repository, which may be above the
/// working folder.
fn paths(args: &[PathBuf]) -> Paths {
    let working_folder = std::env::current_dir().unwrap_or_default();
    let roots = ROOTS.iter().filter_map(|name| variable(name));
    let mut roots = roots.map(PathBuf::from);
    let root = roots.find(|root| root.is_absolute() && working_folder.starts_with(root));
    let first = or_default(args).into_iter().next();
    let first = first.filter(|path| path != Path::new("-"));
    Paths {
        root: root.unwrap_or_else(|| working_folder.clone()),
        fallback: first.map_or_else(|| ".".to_owned(), |path| path.display().to_string()),
        working_folder,
    }
}
