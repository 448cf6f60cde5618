//! `doctor`: is everything ready?

use std::path::PathBuf;

use clap::Args;

use super::config::Sources;
use super::connection::AccessArgs;
use super::manifest_args::{ManifestArgs, show_findings};
use super::rule_args::RuleArgs;
use super::runtime::run_guarded;
use super::ui::{Ui, to_stdout};
use super::value_args::ValueArgs;
use super::values::Format;
use crate::client::Namespace;
use crate::doctor::{Inputs, examine};
use crate::error::{Kind, Result};
use crate::exit_code::ExitCode;
use crate::hydra::RetryPolicy;
use crate::manifest::Demand;
use crate::report::{doctor, json};
use crate::sandbox::Sandbox;

/// Check whether everything is ready for apply; changes nothing
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Manifests to check as well: folders, files, or `-` for standard input
    #[arg(value_name = "PATH", help_heading = None)]
    paths: Vec<PathBuf>,
    /// Namespace of Kubernetes resources that do not name theirs
    #[arg(long, value_name = "NS", help_heading = "Manifests")]
    namespace: Option<Namespace>,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    access: AccessArgs,
    /// Check as if apply were run with `--allow-plaintext-secrets`
    #[arg(long, help_heading = "Secrets")]
    allow_plaintext_secrets: bool,
    /// Output format of the findings
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", help_heading = None)]
    output: Format,
}

pub(super) fn run(args: DoctorArgs, sources: &Sources, ui: &Ui) -> Result<ExitCode> {
    // Before signals are handled: this may read pipes and query key servers.
    let manifests = (!args.paths.is_empty()).then(|| {
        let manifests = ManifestArgs {
            paths: args.paths,
            allow_empty: false,
            rules: RuleArgs::in_namespace(args.namespace),
            values: args.values,
        };
        manifests.load(None, Demand::All)
    });
    if let Some(Ok(loaded)) = &manifests {
        show_findings(&loaded.findings, ui);
    }
    let (access, in_clear) = (args.access, args.allow_plaintext_secrets);
    let seal = access.keys.seal_quietly(in_clear);
    // The sandbox ends when it is dropped.
    let (route, _sandbox) = match access.connection.route(Sandbox::start_to_read) {
        Ok((route, sandbox)) => (Ok(route), sandbox),
        Err(error) => (Err(error), None),
    };
    let outputs = access.outputs(in_clear)?;
    let inputs = Inputs {
        manifests,
        seal,
        route,
        retry_policy: RetryPolicy::new(access.connection.fail_after(), ui.notify()),
        look_ups: access.connection.parallelism.look_ups(),
        outputs,
        in_clear,
        settings: sources.lines(),
    };
    run_guarded(async {
        let examination = examine(inputs).await;
        let problem = examination.first_problem();
        let code = problem.map_or(ExitCode::Done, Kind::exit_code);
        to_stdout(|out| match args.output {
            Format::Text => doctor::text(&examination, ui.detail(), out),
            Format::Json => json::doctor(&examination, code.code(), out),
        })?;
        Ok(code)
    })
}
