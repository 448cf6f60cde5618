//! `plan`: what apply would do.

use clap::Args;

use super::args::Format;
use super::connection::ConnectionArgs;
use super::desired::{ManifestArgs, OnlyArgs};
use super::signals::Signals;
use super::start::block_on;
use super::ui::{Ui, to_stdout};
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::manifest::Manifest;
use crate::reconcile::{self, Event, Events as _, Target, shortfalls};
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
}

pub(super) fn run(args: &PlanArgs, ui: &Ui) -> Result<ExitCode> {
    // Before signals are listened for: standard input may be long in coming.
    let Some(manifests) = args.manifests.load_valid(ui)? else {
        return Ok(ExitCode::InvalidManifest);
    };
    block_on(async {
        let mut signals = Signals::new()?;
        let planned = signals.guard(plan(args, manifests, ui)).await;
        planned.unwrap_or_else(Ok)
    })
}

async fn plan(args: &PlanArgs, mut manifests: Vec<Manifest>, ui: &Ui) -> Result<ExitCode> {
    if !args.unmanaged {
        args.only.restrict(&mut manifests)?;
    }
    let target = connect(&args.connection, &manifests, ui).await?;
    let look_ups = args.connection.look_ups();
    let mut plan = reconcile::plan(manifests, &target, args.unmanaged, look_ups).await?;
    if let Some(globs) = args.only.filter()? {
        let asked = |id: &crate::client::ClientId| globs.is_match(id.as_str());
        plan.changes
            .retain(|change| change.client_id.as_ref().is_some_and(asked));
    }
    for shortfall in shortfalls(&plan, &target) {
        ui.emit(&Event::Shortfall(&shortfall));
    }
    to_stdout(|out| match args.output {
        Format::Text => text::plan(&plan, ui.detail(), out),
        Format::Json => {
            let server = json::Server {
                endpoint: &target.name,
                version: target.version(),
            };
            json::plan(&plan, server, out)
        }
    })?;
    let summary = plan.summary();
    Ok(match () {
        () if summary.failed > 0 => ExitCode::Failed,
        () if args.fail_on_drift && summary.drifted > 0 => ExitCode::Drift,
        () if args.detailed_exitcode && summary.create > 0 => ExitCode::Changes,
        () => ExitCode::Done,
    })
}

/// Connects; a manifest's own id is the cheapest question to find the dialect by.
pub(super) async fn connect(
    connection: &ConnectionArgs,
    manifests: &[Manifest],
    ui: &Ui,
) -> Result<Target> {
    let probe = manifests
        .iter()
        .find_map(|manifest| manifest.client.client_id());
    connection.connect(probe.as_ref(), ui).await
}

/// The same for whoever creates clients: there it has to be certain who chooses their ids.
pub(super) async fn connect_to_create(
    connection: &ConnectionArgs,
    manifests: &[Manifest],
    ui: &Ui,
) -> Result<Target> {
    let mut target = connect(connection, manifests, ui).await?;
    target.session.find_out_who_chooses_ids().await;
    Ok(target)
}
