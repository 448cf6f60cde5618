//! `apply`: create the missing clients.

use std::sync::Arc;

use clap::Args;

use super::confirm::confirm;
use super::connection::ConnectionArgs;
use super::manifest_args::{ManifestArgs, OnlyArgs};
use super::recipient_args::{KeyArgs, SecretsFileArgs};
use super::runtime::block_on;
use super::signals::Signals;
use super::ui::{Ui, to_stdout};
use super::values::Format;
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::manifest::Manifest;
use crate::plan::Plan;
use crate::reconcile::{
    self, OutcomeKind, Prepared, Report, Secrets, SecretsSession, Stop, Target, prepare,
};
use crate::report::{Progress, json, text};
use crate::shell;
use crate::text::count;
use crate::vault::Seal;

/// Create the missing clients
#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    manifests: ManifestArgs,
    #[command(flatten)]
    only: OnlyArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    keys: KeyArgs,
    #[command(flatten)]
    secrets: SecretsFileArgs,
    /// Write secrets unencrypted instead of encrypting them to recipients
    #[arg(long, help_heading = "Secrets")]
    allow_plaintext_secrets: bool,
    /// Do not ask for confirmation
    #[arg(long, short, help_heading = "Options")]
    yes: bool,
    /// Stop at the first client that cannot be created
    #[arg(long, help_heading = "Options")]
    fail_fast: bool,
    /// Exit with 4 if a client in Hydra differs from its manifest
    #[arg(long, help_heading = "Options")]
    fail_on_drift: bool,
    /// Output format of the outcomes
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", help_heading = "Options")]
    output: Format,
}

pub(super) fn run(args: &ApplyArgs, ui: &Ui) -> Result<ExitCode> {
    // Before signals are handled: reading standard input may block.
    let Some(mut manifests) = args.manifests.load_valid(ui)? else {
        return Ok(ExitCode::InvalidManifest);
    };
    args.only.restrict(&mut manifests)?;
    let seal = args.keys.seal(args.allow_plaintext_secrets, ui)?;
    block_on(async {
        let mut signals = Signals::new()?;
        // Until the first create is sent, a signal may end the run anywhere.
        let ready = signals.guard(make_ready(args, manifests, seal, ui)).await;
        match ready {
            Err(signal) => {
                ui.interrupted("nothing was created");
                Ok(signal)
            }
            Ok(ready) => match ready? {
                None => Ok(ExitCode::Failed),
                Some((target, prepared)) => finish(&target, prepared, args, &mut signals, ui).await,
            },
        }
    })
}

/// Everything before the first create: connects, recovers, plans, opens the files, and asks. `None`
/// if the user declined.
async fn make_ready(
    args: &ApplyArgs,
    manifests: Vec<Manifest>,
    seal: Option<Seal>,
    ui: &Ui,
) -> Result<Option<(Arc<Target>, Prepared)>> {
    let target = Arc::new(args.connection.connect_to_create(&manifests, ui).await?);
    let session = SecretsSession::new(args.secrets.path(), seal, &target, ui.events());
    let secrets = Secrets::Recorded(Box::new(session));
    let plan = reconcile::plan(manifests, &target, false, args.connection.look_ups());
    let prepared = prepare(secrets, &target, ui, plan).await?;
    if !is_confirmed(&prepared.plan, args, &target, ui).await? {
        prepared.abandon()?;
        ui.line("nothing was created");
        return Ok(None);
    }
    Ok(Some((target, prepared)))
}

/// Shows the plan, and asks for confirmation if a person is there to answer.
async fn is_confirmed(plan: &Plan, args: &ApplyArgs, target: &Target, ui: &Ui) -> Result<bool> {
    if args.output == Format::Text {
        to_stdout(|out| text::plan(plan, ui.detail(), out))?;
    }
    let create = plan.summary().create;
    if create == 0 || args.yes || !Ui::can_ask() {
        return Ok(true);
    }
    if args.output == Format::Json {
        let mut shown = Vec::new();
        // Writing to memory cannot fail.
        let _ = text::plan(plan, ui.detail(), &mut shown);
        ui.line(String::from_utf8_lossy(&shown).trim_end());
    }
    let question = format!("Create {} in {}?", count(create, "client"), target.name);
    Ok(confirm(&question, ui).await)
}

/// Executes the plan, closes the files, and shows the outcomes.
async fn finish(
    target: &Target,
    prepared: Prepared,
    args: &ApplyArgs,
    signals: &mut Signals,
    ui: &Ui,
) -> Result<ExitCode> {
    let stop = Stop::default();
    let creates = prepared.plan.summary().create;
    ui.show_progress((creates > 0).then(|| Progress::new(creates)));
    let limit = args.connection.limit();
    let work = prepared.run(target, limit, args.fail_fast, &stop, |finished| {
        ui.advance(finished.outcome.kind.is_failed());
    });
    let (ended, signal) = signals.stop_softly(&stop, ui, work).await;
    ui.show_progress(None);
    show(&ended.report, args, target, ui)?;
    say_unconfirmed(&ended.report, args, ui);
    ended.settled.and(ended.closed)?;
    Ok(exit_code(ended.report, signal, args, ui))
}

fn show(report: &Report, args: &ApplyArgs, target: &Target, ui: &Ui) -> Result<()> {
    to_stdout(|out| match args.output {
        Format::Text => text::report(report, ui.detail(), out),
        Format::Json => json::report(report, target, out),
    })
}

/// Warns about unconfirmed secrets and says what to do. No flag silences this.
fn say_unconfirmed(report: &Report, args: &ApplyArgs, ui: &Ui) {
    let doubtful = report.count(|kind| {
        matches!(
            kind,
            OutcomeKind::Created { unconfirmed: true } | OutcomeKind::Raced { unconfirmed: true }
        )
    });
    if doubtful > 0 {
        ui.alarm(&format!(
            "{} unconfirmed: run `hydra-gitops secrets verify --secrets-out {}` with the same connection and `--public-url`, where the private key is",
            match doubtful {
                1 => "1 secret is".to_owned(),
                many => format!("{many} secrets are"),
            },
            shell::path(args.secrets.path())
        ));
    }
}

fn exit_code(report: Report, signal: Option<ExitCode>, args: &ApplyArgs, ui: &Ui) -> ExitCode {
    let failed = report.count(OutcomeKind::is_failed);
    let drifted = report.count(|kind| matches!(kind, OutcomeKind::Drifted));
    if let Some(error) = report.broken {
        ui.error(&error);
        return error.kind().exit_code();
    }
    match signal {
        Some(signal) => signal,
        None if report.refused => ExitCode::Hydra,
        None if failed > 0 => ExitCode::Failed,
        None if args.fail_on_drift && drifted > 0 => ExitCode::Drift,
        None => ExitCode::Done,
    }
}
