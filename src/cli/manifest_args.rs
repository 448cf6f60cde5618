//! The manifest flags: which clients are desired.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use clap::Args;
use globset::{Glob, GlobSet, GlobSetBuilder};

use super::completions;
use super::drift_args::DriftArgs;
use super::rule_args::RuleArgs;
use super::ui::Ui;
use super::value_args::ValueArgs;
use crate::client::HydraVersion;
use crate::error::{Error, Result};
use crate::manifest::{Demand, Finding, Loaded, Look, Manifest, Policy, load, render};
use crate::report::columns;
use crate::shell;

/// The folder that is read when no path is given.
const DEFAULT: &str = "manifests";

/// The width of findings without a terminal.
const WIDTH: usize = 100;

/// The manifests
#[derive(Debug, Args)]
#[command(next_help_heading = "Manifests")]
pub(super) struct ManifestArgs {
    /// Folders (searched recursively for *.yaml, *.yml and *.json), files, or `-` for standard input
    /// [default: manifests]
    #[arg(value_name = "PATH", help_heading = None)]
    pub(super) paths: Vec<PathBuf>,
    /// Do not fail when no clients are found
    #[arg(long)]
    pub(super) allow_empty: bool,
    #[command(flatten)]
    pub(super) rules: RuleArgs,
    #[command(flatten)]
    pub(super) values: ValueArgs,
}

/// Which clients are meant
#[derive(Debug, Args)]
#[command(next_help_heading = "Manifests")]
pub(super) struct OnlyArgs {
    /// Limit to clients whose id matches this glob (repeatable)
    #[arg(long, value_name = "ID", add = completions::client_ids())]
    only: Vec<String>,
}

impl ManifestArgs {
    /// Reads the manifests, whether or not they are valid.
    pub(super) fn load(&self, hydra: Option<HydraVersion>, demand: Demand) -> Result<Loaded> {
        let values = self.values.values(demand)?;
        self.load_by(&self.rules.policy(hydra)?.with_values(values))
    }

    /// The same for a Hydra whose version is asked for later.
    pub(super) fn load_for_hydra(&self, demand: Demand) -> Result<Loaded> {
        let values = self.values.values(demand)?;
        self.load_by(
            &self
                .rules
                .policy(None)?
                .awaiting_hydra()
                .with_values(values),
        )
    }

    pub(super) fn reads_stdin(&self) -> bool {
        self.paths.iter().any(|path| path.as_os_str() == "-")
    }

    /// The paths and flags that compare the same again, quoted for a shell.
    pub(super) fn words(&self, drift: &DriftArgs) -> Vec<String> {
        let paths = self.paths.iter().map(|path| match path.as_os_str() == "-" {
            true => "-".to_owned(),
            false => shell::path(path),
        });
        let flags = self.rules.words().chain(self.values.words());
        let flags = flags.chain(drift.words().map(OsString::from));
        paths.chain(flags.map(shell::word)).collect()
    }

    fn load_by(&self, policy: &Policy) -> Result<Loaded> {
        let loaded = load(&named(&self.paths)?, &mut io::stdin().lock(), policy)?;
        if loaded.manifests.is_empty() && !loaded.has_errors() && !self.allow_empty {
            return Err(self.nothing());
        }
        Ok(loaded)
    }

    fn nothing(&self) -> Error {
        let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
        let paths = or_default(&self.paths);
        let names = paths.iter().map(|path| match is_stdin(path) {
            true => "`<stdin>`".to_owned(),
            false => format!("`{}`", path.display()),
        });
        let names = names.collect::<Vec<_>>().join(", ");
        let check = match paths.iter().all(is_stdin) {
            true => "check what is piped to standard input",
            false => "check the path",
        };
        let hint = format!("{check}; if there are to be no clients, give `--allow-empty`");
        Error::manifest(format!("there is no client in {names}")).hint(hint)
    }
}

impl OnlyArgs {
    /// The same flags again, quoted for a shell.
    pub(super) fn words(&self) -> Vec<String> {
        let globs = self.only.iter();
        globs
            .map(|glob| shell::word(format!("--only={glob}")))
            .collect()
    }

    pub(super) fn filter(&self) -> Result<Option<GlobSet>> {
        globs("--only", &self.only)
    }

    /// Keeps the manifests whose ids were requested, and those without an id, which Hydra knows by
    /// an id of its own.
    pub(super) fn restrict_to_possible(&self, manifests: &mut Vec<Manifest>) -> Result<()> {
        if let Some(globs) = self.filter()? {
            manifests.retain(|manifest| {
                let id = manifest.client.client_id();
                id.is_none_or(|id| globs.is_match(id.as_str()))
            });
        }
        Ok(())
    }

    /// Keeps the manifests whose ids were requested. A glob that matches none is an error.
    pub(super) fn restrict(&self, manifests: &mut Vec<Manifest>) -> Result<()> {
        let Some(globs) = self.filter()? else {
            return Ok(());
        };
        let mut met = vec![false; self.only.len()];
        manifests.retain(|manifest| {
            let id = manifest.client.client_id();
            let matches = id.map_or_else(Vec::new, |id| globs.matches(id.as_str()));
            matches.iter().for_each(|index| met[*index] = true);
            !matches.is_empty()
        });
        match self.only.iter().zip(met).find(|(_, is_met)| !is_met) {
            Some((pattern, _)) => Err(Error::usage(format!(
                "no manifest has a `client_id` that matches `--only {pattern}`"
            ))
            .hint("check the id; clients without a `client_id` cannot be selected")),
            None => Ok(()),
        }
    }
}

/// The globs of a flag; `None` if it is not given.
pub(super) fn globs(flag: &str, patterns: &[String]) -> Result<Option<GlobSet>> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut globs = GlobSetBuilder::new();
    for pattern in patterns {
        let no_glob =
            |error| Error::usage(format!("`{flag} {pattern}` is not a glob")).because(error);
        globs.add(Glob::new(pattern).map_err(no_glob)?);
    }
    let too_large =
        |error| Error::usage(format!("the globs of `{flag}` are too large")).because(error);
    globs.build().map(Some).map_err(too_large)
}

/// The given paths, or the default folder.
pub(super) fn or_default(paths: &[PathBuf]) -> Vec<PathBuf> {
    match paths {
        [] => vec![PathBuf::from(DEFAULT)],
        paths => paths.to_vec(),
    }
}

/// The same, checked for reading. A path on the command line may be a symbolic link, but the
/// default folder may not: otherwise anyone who can change the repository could choose what is
/// read.
pub(super) fn named(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let is_link =
        |path: &str| std::fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    if paths.is_empty() && is_link(DEFAULT) {
        return Err(Error::manifest(format!(
            "the default folder `{DEFAULT}` is a symbolic link, which is not followed"
        ))
        .hint("to read it anyway, give the path on the command line; whoever can change the repository chooses where the link leads"));
    }
    Ok(or_default(paths))
}

pub(super) fn show_findings(findings: &[Finding], ui: &Ui) {
    let text = rendered(findings);
    if !text.is_empty() {
        ui.findings(text, findings.iter().any(Finding::is_error));
    }
}

/// Renders findings for standard error.
pub(super) fn rendered<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> String {
    let mut text = Vec::new();
    let look = Look {
        width: columns().unwrap_or(WIDTH),
        colour: true,
    };
    // Writing to memory cannot fail.
    let _ = render(findings, look, &mut text);
    let text = String::from_utf8_lossy(&text);
    text.trim_end_matches('\n').to_owned()
}
