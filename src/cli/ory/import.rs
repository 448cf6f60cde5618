//! `import`: the clients in files, like Ory's `hydra clients import`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::engine::{self, Clients, Ended};
use super::showing::Counts;
use crate::cli::connection::AccessArgs;
use crate::cli::manifest_args::show_findings;
use crate::cli::rule_args::RuleArgs;
use crate::cli::ui::{Ui, to_stdout};
use crate::cli::value_args::ValueArgs;
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::manifest::{ClientFile, Demand, Manifest, load_separately};
use crate::reconcile::{Outcome, Target};
use crate::report::created::{self, Created};
use crate::report::text::Detail;
use crate::text::count;

/// At most this many findings are shown per file.
const MOST: usize = 20;

/// Create the clients in files
#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub(in crate::cli) struct ImportArgs {
    /// JSON or YAML files with a client or a list of clients, or `-` for standard input
    #[arg(value_name = "FILE", required = true)]
    paths: Vec<PathBuf>,
    /// Do not fail when a client already exists
    #[arg(long, help_heading = None)]
    skip_existing: bool,
    #[command(flatten)]
    rules: RuleArgs,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    access: AccessArgs,
}

pub(in crate::cli) fn run(args: &ImportArgs, ui: &Ui) -> Result<ExitCode> {
    ui.hold_warnings();
    // Before signals are handled: standard input may block.
    let (manifests, bad_files) = read(&args.paths, &args.rules, &args.values, ui)?;
    let mut ended = Ended::default();
    if !manifests.is_empty() {
        let lines = |client: &Created<'_>, outcome: &Outcome, _: &Target, out: &mut dyn Write| {
            let path = outcome.place.as_ref().map(|place| &*place.path);
            created::imported(client, path.unwrap_or_default(), out)
        };
        let clients = Clients {
            manifests,
            in_files: true,
            skip_existing: args.skip_existing,
            lines: &lines,
        };
        ended = engine::run(&args.access, clients, ui)?;
    }
    let totals = totals(&ended.counts, bad_files);
    match ui.detail() {
        // With `--quiet`, the totals are the result.
        Detail::Quiet => to_stdout(|out| writeln!(out, "{totals}"))?,
        Detail::Normal | Detail::Verbose => ui.line(&totals),
    }
    Ok(ended.code(bad_files))
}

/// Reads the files and shows what is wrong with them. Returns their clients, and how many files could
/// not be read.
pub(super) fn read(
    paths: &[PathBuf],
    rules: &RuleArgs,
    values: &ValueArgs,
    ui: &Ui,
) -> Result<(Vec<Manifest>, usize)> {
    let policy = rules.policy(None)?.with_values(values.values(Demand::All)?);
    let files = load_separately(paths, &mut io::stdin(), &policy)?;
    files.iter().for_each(|file| show_first(file, ui));
    let bad_files = files.iter().filter(|file| file.has_errors()).count();
    let manifests = files.into_iter().flat_map(|file| file.manifests);
    Ok((manifests.collect(), bad_files))
}

fn show_first(file: &ClientFile, ui: &Ui) {
    let (first, rest) = file.findings.split_at(file.findings.len().min(MOST));
    show_findings(first, ui);
    if !rest.is_empty() {
        let path = &file.path;
        ui.line(&format!("… and {} more about `{path}`", rest.len()));
    }
}

pub(super) fn totals(counts: &Counts, bad_files: usize) -> String {
    let Counts {
        created,
        skipped,
        failed,
        lost,
    } = *counts;
    let mut text = format!("import: {created} created, {skipped} skipped, {failed} failed");
    if lost > 0 {
        text.push_str(&format!(", {} lost", count(lost, "secret")));
    }
    if bad_files > 0 {
        text.push_str(&format!(", {} not read", count(bad_files, "file")));
    }
    text
}
