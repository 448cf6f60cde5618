//! `apply`: create the missing clients.

use std::sync::Arc;

use clap::Args;

use super::args::Format;
use super::confirm::confirm;
use super::connection::{Connected, ConnectionArgs};
use super::desired::{ManifestArgs, OnlyArgs};
use super::keys::{KeyArgs, SecretsFileArgs};
use super::plan;
use super::reconcile::{Keeping, create};
use super::recovery;
use super::signals::Signals;
use super::start::block_on;
use super::ui::{Ui, to_stdout};
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::manifest::Manifest;
use crate::plan::Plan;
use crate::reconcile::{Became, Gate, Report, Run, Stop};
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
    /// Write secrets unencrypted, which no other flag does
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

/// What is ready to be executed.
struct Ready {
    plan: Plan,
    keeping: Keeping,
}

pub(super) fn run(args: &ApplyArgs, ui: &Ui) -> Result<ExitCode> {
    // Before signals are listened for: standard input may be long in coming.
    let Some(mut manifests) = args.manifests.load_valid(ui)? else {
        return Ok(ExitCode::InvalidManifest);
    };
    args.only.restrict(&mut manifests)?;
    let seal = args.keys.seal(args.allow_plaintext_secrets, ui)?;
    block_on(async {
        let mut signals = Signals::new()?;
        // Until the first request that creates something, a signal may end the run anywhere.
        let interrupted = |signal| {
            ui.interrupted("nothing was created");
            Ok(signal)
        };
        let connected = tokio::select! {
            biased;
            signal = signals.next() => return interrupted(signal),
            connected = plan::connect_to_create(&args.connection, &manifests, ui) => Arc::new(connected?),
        };
        let prepared = tokio::select! {
            biased;
            signal = signals.next() => return interrupted(signal),
            prepared = prepare(args, manifests, seal, &connected, ui) => prepared?,
        };
        match prepared {
            None => Ok(ExitCode::Failed),
            Some(ready) => finish(ready, args, &mut signals, ui).await,
        }
    })
}

/// Everything before the first create: recovers, plans, opens the files, and asks. `None` where the
/// answer was no.
async fn prepare(
    args: &ApplyArgs,
    manifests: Vec<Manifest>,
    seal: Option<Seal>,
    connected: &Arc<Connected>,
    ui: &Ui,
) -> Result<Option<Ready>> {
    let mut keeping = Keeping::new(args.secrets.path(), None, seal, connected, ui);
    keeping.recover().await?;
    let plan = plan::make(manifests, connected, false, args.connection.look_ups()).await?;
    plan::warn(&plan, connected, ui);
    if let Err(error) = keeping.make_ready(&plan).await {
        close(keeping)?;
        return Err(error);
    }
    if !is_confirmed(&plan, args, connected, ui).await? {
        close(keeping)?;
        ui.line("nothing was created");
        return Ok(None);
    }
    Ok(Some(Ready { plan, keeping }))
}

/// Shows the plan, and asks where somebody is there to answer.
async fn is_confirmed(
    plan: &Plan,
    args: &ApplyArgs,
    connected: &Connected,
    ui: &Ui,
) -> Result<bool> {
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
    let question = format!("Create {} in {}?", count(create, "client"), connected.name);
    Ok(confirm(&question, ui).await)
}

/// Executes the plan, closes the files, and shows the outcomes.
async fn finish(
    ready: Ready,
    args: &ApplyArgs,
    signals: &mut Signals,
    ui: &Ui,
) -> Result<ExitCode> {
    let Ready { plan, keeping } = ready;
    let connected = Arc::clone(&keeping.connected);
    let stop = Stop::default();
    let creates = plan.summary().create;
    ui.show_progress((creates > 0).then(|| Progress::new(creates)));
    let run = Run {
        gate: &Gate::new(args.connection.limit()),
        fail_fast: args.fail_fast,
        begins: &|_| true,
    };
    let work = create(plan, &keeping, run, &stop, |finished| {
        ui.advance(matches!(finished.outcome.became, Became::Failed(_)));
    });
    let (report, signal) = signals.stop_softly(&stop, ui, work).await;
    ui.show_progress(None);
    let mut settled = Ok(());
    if keeping.is_waiting() && signal.is_none() && report.broken.is_none() {
        settled = tokio::select! {
            biased;
            // The journal keeps what is not settled.
            _ = signals.next() => Ok(()),
            settled = keeping.settle_late() => settled,
        };
    }
    let closed = close(keeping);
    show(&report, args, &connected, ui)?;
    say_unconfirmed(&report, args, ui);
    settled.and(closed)?;
    Ok(exit_code(report, signal, args, ui))
}

fn show(report: &Report, args: &ApplyArgs, connected: &Connected, ui: &Ui) -> Result<()> {
    let version = connected.session.reader.dialect().version.as_deref();
    to_stdout(|out| match args.output {
        Format::Text => text::report(report, ui.detail(), out),
        Format::Json => json::report(
            report,
            json::Server {
                endpoint: &connected.name,
                version,
            },
            out,
        ),
    })
}

/// Says what to do about secrets that nothing proves to be their clients'. No flag silences that.
fn say_unconfirmed(report: &Report, args: &ApplyArgs, ui: &Ui) {
    let doubtful = report.count(|became| {
        matches!(
            became,
            Became::Created { unconfirmed: true } | Became::Raced { unconfirmed: true }
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

/// Closes the files, and says what waits in the journal.
pub(super) fn close(keeping: Keeping) -> Result<()> {
    let (path, connected) = (keeping.path.clone(), Arc::clone(&keeping.connected));
    let ui = keeping.ui.clone();
    if let Some(closed) = keeping.close()? {
        if closed.recorded > 0 {
            let path = path.display();
            ui.notice(&format!(
                "{} recorded in `{path}`",
                count(closed.recorded, "secret")
            ));
        }
        recovery::say_open(&closed.open, &path, &connected.name, &ui);
    }
    Ok(())
}

fn exit_code(report: Report, signal: Option<ExitCode>, args: &ApplyArgs, ui: &Ui) -> ExitCode {
    let failed = report.count(|became| matches!(became, Became::Failed(_)));
    let drifted = report.count(|became| matches!(became, Became::Drifted));
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
