//! `plan`: what apply would do.

use clap::Args;

use super::connection::{Access, ConnectionArgs};
use super::guards::{Checked, Guards};
use super::manifest_args::{ManifestArgs, OnlyArgs};
use super::report_file::ReportArgs;
use super::runtime::run_guarded;
use super::ui::{Ui, to_stdout};
use super::values::Format;
use crate::client::ClientId;
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::manifest::Manifest;
use crate::reconcile::{self, Event, Events as _, shortfalls};
use crate::report::{json, text};

/// Show what apply would do; changes nothing
#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    manifests: ManifestArgs,
    #[command(flatten)]
    only: OnlyArgs,
    /// Also show clients in Hydra that no manifest describes
    #[arg(long, help_heading = "Manifests")]
    unmanaged: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Exit with 2 if clients would be created
    #[arg(long, help_heading = "Options")]
    detailed_exitcode: bool,
    /// Exit with 4 if a client in Hydra differs from its manifest
    #[arg(long, help_heading = "Options")]
    fail_on_drift: bool,
    /// Output format of the plan
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", help_heading = "Options")]
    output: Format,
    #[command(flatten)]
    report: ReportArgs,
}

pub(super) fn run(args: &PlanArgs, ui: &Ui) -> Result<ExitCode> {
    // Before signals are handled: reading standard input may block.
    let Some(Checked {
        mut manifests,
        guards,
    }) = args.report.load_valid(&args.manifests, None, ui)?
    else {
        return Ok(ExitCode::InvalidManifest);
    };
    if !args.unmanaged {
        args.only.restrict(&mut manifests)?;
    }
    let access = args.connection.access(ui)?;
    run_guarded(plan(args, manifests, guards, access, ui))
}

async fn plan(
    args: &PlanArgs,
    manifests: Vec<Manifest>,
    guards: Guards,
    access: Access,
    ui: &Ui,
) -> Result<ExitCode> {
    let target = guards.or_unasked(access.connect_for(&manifests).await, ui)?;
    let look_ups = access.parallelism.look_ups();
    let plan = reconcile::plan(manifests, &target, args.unmanaged, look_ups).await;
    let mut plan = guards.or_unasked(plan, ui)?;
    guards.check(&mut plan, &target, ui)?;
    if let Some(globs) = args.only.filter()? {
        let asked = |id: &ClientId| globs.is_match(id.as_str());
        plan.changes
            .retain(|change| change.client_id.as_ref().is_some_and(asked));
    }
    for shortfall in shortfalls(&plan, &target) {
        ui.emit(&Event::Shortfall(&shortfall));
    }
    to_stdout(|out| match args.output {
        Format::Text => text::plan(&plan, ui.detail(), out),
        Format::Json => json::plan(&plan, &target, out),
    })?;
    let summary = plan.summary();
    Ok(match () {
        () if summary.failed > 0 => ExitCode::Failed,
        () if args.fail_on_drift && summary.drifted > 0 => ExitCode::Drift,
        () if args.detailed_exitcode && summary.create > 0 => ExitCode::Changes,
        () => ExitCode::Done,
    })
}
