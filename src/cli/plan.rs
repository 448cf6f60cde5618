//! `plan`: what apply would do.

use clap::Args;

use super::all_environments::Output;
use super::config::Sources;
use super::connection::{Access, ConnectionArgs};
use super::drift_args::{DriftArgs, MaxCreates};
use super::guards::{Checked, Guards};
use super::manifest_args::{ManifestArgs, OnlyArgs};
use super::output_args::SecretsFileArgs;
use super::patch;
use super::report_file::ReportArgs;
use super::runtime::run_guarded;
use super::ui::Ui;
use super::values::PlanFormat;
use crate::client::ClientId;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::manifest::{Demand, Manifest};
use crate::plan::{IgnoredDrift, Plan};
use crate::reconcile::{self, Event, Events as _, Target, shortfalls, unrecorded};
use crate::report::drift::{Origin, SettingsFlags};
use crate::report::markdown::Comment;
use crate::report::{json, markdown, secrets, text};

/// Show what apply would do; changes nothing
#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    manifests: ManifestArgs,
    #[command(flatten)]
    only: OnlyArgs,
    /// Also show clients in Hydra that no manifest describes
    #[arg(long, help_heading = None)]
    unmanaged: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    secrets: SecretsFileArgs,
    /// Exit with 2 if clients would be created
    #[arg(long, help_heading = None)]
    detailed_exitcode: bool,
    /// Exit with 4 if a client in Hydra differs from its manifest
    #[arg(long, help_heading = None)]
    fail_on_drift: bool,
    /// Output format of the plan
    #[arg(long, value_enum, default_value_t = PlanFormat::Text, value_name = "FORMAT", help_heading = None)]
    output: PlanFormat,
    #[command(flatten)]
    drift: DriftArgs,
    #[command(flatten)]
    max_creates: MaxCreates,
    #[command(flatten)]
    report: ReportArgs,
    /// Plan each environment of the settings file, and exit with the worst code
    #[arg(long, help_heading = None, conflicts_with = "environment")]
    all_environments: bool,
}

impl PlanArgs {
    pub(super) fn is_for_all(&self) -> bool {
        self.all_environments
    }

    /// A patch is for a client with a manifest, whatever the settings say.
    fn shows_unmanaged(&self) -> bool {
        self.unmanaged && self.output != PlanFormat::Patch
    }

    pub(super) fn output(&self) -> PlanFormat {
        self.output
    }

    /// Several plans cannot share one of these.
    pub(super) fn check_for_all(&self) -> Result<()> {
        let shared = match self.output {
            PlanFormat::Patch => Some("--output patch"),
            _ if self.report.is_given() => Some("--report-file"),
            _ if self.manifests.reads_stdin() => Some("-"),
            PlanFormat::Text | PlanFormat::Json | PlanFormat::Markdown => None,
        };
        match shared {
            Some(shared) => Err(Error::usage(format!(
                "`{shared}` and `--all-environments` exclude each other"
            ))
            .hint("plan one environment at a time, with `--environment NAME`")),
            None => Ok(()),
        }
    }
}

pub(super) fn run(
    args: &PlanArgs,
    sources: &Sources,
    out: &mut Output,
    ui: &Ui,
) -> Result<ExitCode> {
    let ignored = args.drift.ignored()?;
    if args.output == PlanFormat::Patch && sources.is_typed("unmanaged") {
        let what = "`--unmanaged` has no effect with `--output patch`";
        return Err(Error::usage(what).hint("remove one of the two"));
    }
    // Before signals are handled: reading standard input may block.
    let Some(Checked {
        mut manifests,
        guards,
    }) = args
        .report
        .load_valid(&args.manifests, None, Demand::AllButSecrets, ui)?
    else {
        return Ok(ExitCode::InvalidManifest);
    };
    match args.output {
        PlanFormat::Patch => args.only.restrict_to_possible(&mut manifests)?,
        _ if args.shows_unmanaged() => {}
        _ => args.only.restrict(&mut manifests)?,
    }
    let access = args.connection.access(ui)?;
    run_guarded(async {
        let planned = plan(args, manifests, &ignored, guards, access, ui).await?;
        show(args, &planned, &sources.settings(), out, ui)?;
        args.max_creates.check(&planned.plan, &planned.target)?;
        let summary = planned.plan.summary();
        Ok(match () {
            () if summary.failed > 0 => ExitCode::Failed,
            () if args.fail_on_drift && summary.drifted > 0 => ExitCode::Drift,
            () if args.detailed_exitcode && summary.create > 0 => ExitCode::Changes,
            () => ExitCode::Done,
        })
    })
}

/// Says which clients have a secret that nobody here has written down, where secrets are written.
fn say_unrecorded(args: &PlanArgs, plan: &Plan, target: &Target, ui: &Ui) -> Result<()> {
    let output = args.secrets.single()?;
    if !args.secrets.is_given() && !output.path().exists() {
        return Ok(());
    }
    let content = output.content()?;
    let ids = unrecorded(plan, &content, &target.name);
    if let Some(text) = secrets::unrecorded(&ids, output.path(), output.recovery().as_deref()) {
        ui.notice(&text);
    }
    Ok(())
}

struct Planned {
    plan: Plan,
    target: Target,
    /// How many findings about the manifests were shown.
    findings: usize,
}

async fn plan(
    args: &PlanArgs,
    manifests: Vec<Manifest>,
    ignored: &IgnoredDrift,
    guards: Guards,
    access: Access,
    ui: &Ui,
) -> Result<Planned> {
    let target = guards.or_unasked(access.connect_for(&manifests).await, ui)?;
    let look_ups = access.parallelism.look_ups();
    let plan = reconcile::plan(
        manifests,
        &target,
        ignored,
        args.shows_unmanaged(),
        look_ups,
    )
    .await;
    let mut plan = guards.or_unasked(plan, ui)?;
    let findings = guards.check(&mut plan, &target, ui)?;
    if let Some(globs) = args.only.filter()? {
        let asked = |id: &ClientId| globs.is_match(id.as_str());
        plan.changes
            .retain(|change| change.client_id.as_ref().is_some_and(asked));
    }
    for shortfall in shortfalls(&plan, &target) {
        ui.emit(&Event::Shortfall(&shortfall));
    }
    say_unrecorded(args, &plan, &target, ui)?;
    Ok(Planned {
        plan,
        target,
        findings,
    })
}

fn show(
    args: &PlanArgs,
    planned: &Planned,
    settings: &SettingsFlags,
    output: &mut Output,
    ui: &Ui,
) -> Result<()> {
    let (plan, target) = (&planned.plan, &planned.target);
    let arguments = args.manifests.words(&args.drift);
    let checksum = reconcile::checksum(plan, target);
    let origin = Origin {
        hydra: target,
        checksum,
        arguments: &arguments,
        settings,
    };
    match args.output {
        PlanFormat::Text => output.print(|out| text::plan(plan, &origin, ui.detail(), out)),
        PlanFormat::Json => output.print(|out| json::plan(plan, target, checksum, out)),
        PlanFormat::Markdown => {
            let comment = Comment {
                place: output.place(),
                plan,
                origin,
                findings: planned.findings,
            };
            output.print(|out| markdown::plan(&comment, out))
        }
        PlanFormat::Patch => patch::print(plan, ui),
    }
}
