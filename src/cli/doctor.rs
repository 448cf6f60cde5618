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
use crate::doctor::{
    Examination, Inputs, check_manifests, check_recipients, check_settings, examine,
};
use crate::error::{Kind, Result};
use crate::exit_code::ExitCode;
use crate::hydra::RetryPolicy;
use crate::manifest::{Demand, Loaded};
use crate::report::{doctor, json};
use crate::sandbox::Sandbox;

/// Check whether everything is ready for apply; changes nothing
#[derive(Debug, Args)]
// Whoever asks what is wrong does not want to wait for it.
#[command(mut_arg("fail_after", |arg| arg.default_value("5s")))]
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
    let (output, detail) = (args.output, ui.detail());
    let mut found = match output {
        Format::Text => Examination::telling(Box::new(move |check| {
            to_stdout(|out| doctor::check(check, detail, out))
        })),
        Format::Json => Examination::default(),
    };
    check_settings(sources.lines(), &mut found);
    // Before signals are handled: this may read pipes and query key servers.
    let manifests = load(args.paths, args.namespace, args.values, ui)
        .and_then(|loaded| check_manifests(loaded, &mut found));
    let (access, in_clear) = (args.access, args.allow_plaintext_secrets);
    let seal = access.keys.seal_quietly(in_clear);
    check_recipients(&seal, &mut found);
    // The sandbox ends when it is dropped.
    let (route, _sandbox) = match access.connection.route(Sandbox::start_to_read) {
        Ok((route, sandbox)) => (Ok(route), sandbox),
        Err(error) => (Err(error), None),
    };
    let inputs = Inputs {
        manifests,
        seal,
        route,
        retry_policy: RetryPolicy::new(access.connection.fail_after(), ui.notify()),
        look_ups: access.connection.parallelism.look_ups(),
        outputs: access.outputs(in_clear)?,
        in_clear,
    };
    run_guarded(async {
        examine(inputs, &mut found).await;
        found.told()?;
        let problem = found.first_problem();
        let code = problem.map_or(ExitCode::Done, Kind::exit_code);
        to_stdout(|out| match output {
            Format::Text => doctor::totals(&found, out),
            Format::Json => json::doctor(&found, code.code(), out),
        })?;
        Ok(code)
    })
}

/// The manifests, if any are to be checked. Shows what is found in them.
fn load(
    paths: Vec<PathBuf>,
    namespace: Option<Namespace>,
    values: ValueArgs,
    ui: &Ui,
) -> Option<Result<Loaded>> {
    if paths.is_empty() {
        return None;
    }
    let manifests = ManifestArgs {
        paths,
        allow_empty: false,
        rules: RuleArgs::in_namespace(namespace),
        values,
    };
    let loaded = manifests.load(None, Demand::All);
    if let Ok(loaded) = &loaded {
        show_findings(&loaded.findings, ui);
    }
    Some(loaded)
}
