//! `apply`: create the missing clients.

use std::path::Path;

use clap::Args;

use super::args::Format;
use super::confirm::confirm;
use super::connection::{Connected, ConnectionArgs};
use super::desired::{ManifestArgs, OnlyArgs};
use super::keys::{KeyArgs, SecretsFileArgs, no_recipient};
use super::plan;
use super::recovery;
use super::signals::Signals;
use super::start::block_on;
use super::ui::{Ui, to_stdout};
use crate::apply::{Became, Creating, Report, Run, Stop, apply as execute};
use crate::client::SecretSource;
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::manifest::Manifest;
use crate::output::{Progress, count, json, text};
use crate::plan::Plan;
use crate::secrets::{Fate, Seal, VaultFiles, has_leftovers};

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
    /// Write secrets in clear; the only way to have them so
    #[arg(long, help_heading = "Secrets")]
    allow_plaintext_secrets: bool,
    /// Do not ask
    #[arg(long, short, help_heading = "Options")]
    yes: bool,
    /// Stop at the first client that cannot be created
    #[arg(long, help_heading = "Options")]
    fail_fast: bool,
    /// Exit with 4 when a client in Hydra differs from its manifest
    #[arg(long, help_heading = "Options")]
    fail_on_drift: bool,
    /// How the outcomes are written
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", help_heading = "Options")]
    output: Format,
}

/// What is ready to be executed.
struct Ready {
    connected: Connected,
    plan: Plan,
    /// The secrets file, where a secret is generated or an earlier run left one open.
    files: Option<VaultFiles>,
    /// Whether requests of an earlier run may still have been on their way.
    is_waiting: bool,
}

/// How the preparation ended.
enum Prepared {
    Ready(Box<Ready>),
    /// There is nothing to execute.
    Over(ExitCode),
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
        let prepared = tokio::select! {
            biased;
            signal = signals.next() => {
                ui.interrupted("nothing was created");
                return Ok(signal);
            }
            prepared = prepare(args, manifests, seal, ui) => prepared?,
        };
        match prepared {
            Prepared::Over(code) => Ok(code),
            Prepared::Ready(ready) => finish(*ready, args, &mut signals, ui).await,
        }
    })
}

/// Everything before the first create: recovers, plans, asks, and opens the files.
async fn prepare(
    args: &ApplyArgs,
    manifests: Vec<Manifest>,
    mut seal: Option<Seal>,
    ui: &Ui,
) -> Result<Prepared> {
    let connected = plan::connect(&args.connection, &manifests, ui).await?;
    let path = &args.secrets.path;
    let can_seal = seal.is_some();
    let mut files = None;
    let mut is_waiting = false;
    if has_leftovers(path) {
        let opened = open(path, seal.take(), &connected, ui).await?;
        let recovered = recovery::settle(&opened, &connected, ui).await?;
        is_waiting = recovered.iter().any(|one| one.fate == Fate::Waiting);
        files = Some(opened);
    }
    let plan = plan::make(manifests, &connected, false, args.connection.look_ups()).await?;
    plan::warn(&plan, &connected, ui);
    let generated = plan
        .creations()
        .filter(|(_, creation)| creation.secret == SecretSource::Generated)
        .count();
    if generated > 0 {
        if !can_seal {
            close(files, path, &connected, ui)?;
            return Err(no_recipient(generated));
        }
        let opened = match files {
            Some(files) => files,
            None => open(path, seal, &connected, ui).await?,
        };
        if let Err(error) = opened.reserve(generated) {
            close(Some(opened), path, &connected, ui)?;
            return Err(error);
        }
        files = Some(opened);
    }
    if !is_confirmed(&plan, args, &connected, ui).await? {
        close(files, path, &connected, ui)?;
        ui.line("nothing was created");
        return Ok(Prepared::Over(ExitCode::Failed));
    }
    Ok(Prepared::Ready(Box::new(Ready {
        connected,
        plan,
        files,
        is_waiting,
    })))
}

pub(super) async fn open(
    path: &Path,
    seal: Option<Seal>,
    connected: &Connected,
    ui: &Ui,
) -> Result<VaultFiles> {
    let files = VaultFiles::open(path, seal, connected.name.clone()).await?;
    recovery::say_mended(&files, ui);
    Ok(files)
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
    let Ready {
        connected,
        plan,
        files,
        is_waiting,
    } = ready;
    let stop = Stop::default();
    let creating = Creating {
        hydra: &connected.session,
        vault: files.as_ref().map(|files| &files.vault),
        patience: connected.session.reader.patience(),
        server_chooses_ids: connected.session.reader.dialect().chooses_ids(),
        stop: &stop,
    };
    let run = Run {
        limit: args.connection.limit(),
        fail_fast: args.fail_fast,
    };
    let creates = plan.summary().create;
    ui.show_progress((creates > 0).then(|| Progress::new(creates)));
    let work = execute(plan, &creating, run, |finished| {
        ui.advance(matches!(finished.outcome.became, Became::Failed(_)));
    });
    let (report, signal) = signals.stop_softly(&stop, ui, work).await;
    ui.show_progress(None);
    let mut settled = Ok(());
    if let Some(files) = &files
        && is_waiting
        && signal.is_none()
        && report.broken.is_none()
    {
        // What arrived between the first look and the plan was planned as existing.
        settled = tokio::select! {
            biased;
            // The journal keeps what is not settled.
            _ = signals.next() => Ok(()),
            settled = recovery::settle(files, &connected, ui) => settled.map(drop),
        };
    }
    let closed = close(files, &args.secrets.path, &connected, ui);
    show(&report, args, &connected, ui)?;
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

/// Closes the files, and says what waits in the journal.
pub(super) fn close(
    files: Option<VaultFiles>,
    path: &Path,
    connected: &Connected,
    ui: &Ui,
) -> Result<()> {
    if let Some(files) = files {
        let closed = files.close()?;
        if closed.recorded > 0 {
            let path = path.display();
            ui.notice(&format!(
                "{} recorded in `{path}`",
                count(closed.recorded, "secret")
            ));
        }
        recovery::say_open(&closed.open, path, connected, ui);
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
