//! The formats of findings.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstream::adapter::strip_bytes;
use clap::ValueEnum;

use super::manifest_args::{ManifestArgs, or_default};
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
    pub(super) fn to_stdout(self, loaded: &Result<Loaded>, args: &ManifestArgs) -> Result<()> {
        let write = |out: &mut dyn Write| self.write(loaded, args, out);
        match self {
            Self::Github => to_runner(write),
            _ => to_stdout(write),
        }
    }

    /// Writes what was found, or why nothing could be read.
    pub(super) fn write(
        self,
        loaded: &Result<Loaded>,
        args: &ManifestArgs,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let unreadable;
        let loaded = match (self, loaded) {
            (_, Ok(loaded)) => loaded,
            (Self::Json, Err(error)) => return json::unreadable(error, out),
            (_, Err(error)) => {
                unreadable = nothing_but(error);
                &unreadable
            }
        };
        match self {
            Self::Text => text(loaded, out),
            Self::Json => json::findings(loaded, out),
            Self::Github => findings::github(&loaded.findings, &paths(args), out),
            Self::Gitlab => findings::gitlab(&loaded.findings, &paths(args), out),
            Self::Sarif => findings::sarif(&loaded.findings, &paths(args), out),
        }
    }
}

/// The reason why the manifests cannot be read, as a finding.
fn nothing_but(error: &Error) -> Loaded {
    let finding = Finding::new(Rule::UnreadableManifests, chain(error));
    let finding = match error.hints().first() {
        Some(hint) => finding.help(hint.text()),
        None => finding,
    };
    Loaded {
        findings: vec![finding],
        ..Loaded::default()
    }
}

fn text(loaded: &Loaded, out: &mut dyn Write) -> io::Result<()> {
    let look = Look {
        width: WIDTH,
        colour: false,
    };
    let mut shown = Vec::new();
    render(&loaded.findings, look, &mut shown)?;
    lines::validated(loaded, &mut shown)?;
    let mut lines = SafeLines::new(out);
    lines.write_all(&strip_bytes(&shown).into_vec())?;
    lines.flush()
}

/// How to name files. CI systems expect paths relative to the repository, which may be above the
/// working folder.
fn paths(args: &ManifestArgs) -> Paths {
    let working_folder = std::env::current_dir().unwrap_or_default();
    let roots = ROOTS.iter().filter_map(|name| variable(name));
    let mut roots = roots.map(PathBuf::from);
    let root = roots.find(|root| root.is_absolute() && working_folder.starts_with(root));
    let first = or_default(&args.paths).into_iter().next();
    let first = first.filter(|path| path != Path::new("-"));
    Paths {
        root: root.unwrap_or_else(|| working_folder.clone()),
        fallback: first.map_or_else(|| ".".to_owned(), |path| path.display().to_string()),
        working_folder,
    }
}
