//! One-time creation of clients, shared by `create` and `import`.
//!
//! This is `apply`'s engine with a different plan: an existing client is a failure and is not
//! compared. With a recipient, secrets go through the journal to the secrets file, as in `apply`.
//! Without one, nothing is written, and each secret is shown before the next request is sent.

use std::sync::Arc;

use clap::Args;

use super::printer::{Printer, is_thrown_away};
use super::showing::{Lines, Showing, printed};
use super::tally::Tally;
use crate::cli::connection::ConnectionArgs;
use crate::cli::recipient_args::{KeyArgs, SecretsFileArgs};
use crate::cli::runtime::block_on;
use crate::cli::signals::Signals;
use crate::cli::ui::Ui;
use crate::error::{Error, Kind, Result};
use crate::exit_code::ExitCode;
use crate::manifest::Manifest;
use crate::plan::{Anew, Plan};
use crate::reconcile::{Prepared, Secrets, SecretsSession, Stop, Target, plan_anew, prepare};
use crate::vault::Seal;

/// Where to create, and who can open the secrets
#[derive(Debug, Args)]
pub(super) struct OnceArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    keys: KeyArgs,
    #[command(flatten)]
    secrets: SecretsFileArgs,
}

/// The clients to create.
pub(super) struct Clients<'l> {
    pub(super) manifests: Vec<Manifest>,
    /// Whether they come from files, whose locations help to find them.
    pub(super) in_files: bool,
    /// Whether existing clients are skipped instead of counted as failures.
    pub(super) skip_existing: bool,
    /// What to print for each client.
    pub(super) lines: Lines<'l>,
}

/// The result of a run.
#[derive(Debug, Default)]
pub(super) struct Ended {
    pub(super) created: usize,
    pub(super) skipped: usize,
    pub(super) failed: usize,
    /// How many of the created clients have a secret that nobody knows.
    pub(super) lost: usize,
    /// Why the run ended early.
    pub(super) broken: Option<ExitCode>,
}

/// Creates the clients.
pub(super) fn run(args: &OnceArgs, clients: Clients<'_>, ui: &Ui) -> Result<Ended> {
    let seal = args.keys.seal(false, ui)?;
    if seal.is_none() && args.secrets.is_given() {
        return Err(no_recipient());
    }
    block_on(once(args, clients, seal, ui))
}

/// Prepares, creates, and shows.
async fn once(args: &OnceArgs, clients: Clients<'_>, seal: Option<Seal>, ui: &Ui) -> Result<Ended> {
    let Clients {
        manifests,
        in_files,
        skip_existing,
        lines,
    } = clients;
    let mut tally = Tally::new(ui, skip_existing, in_files);
    let mut signals = Signals::new()?;
    let is_sealed = seal.is_some();
    // Until the first create is sent, a signal may end the run anywhere.
    let ready = signals.guard(make_ready(args, manifests, seal, &mut tally, ui));
    let (target, prepared) = match ready.await {
        Ok(ready) => ready?,
        Err(signal) => {
            ui.interrupted("nothing was created");
            return Ok(ended(tally, Some(signal)));
        }
    };
    let stop = Stop::default();
    let showing = Showing {
        sources: Showing::sources(&prepared.plan),
        lines,
        printer: Printer::new(is_sealed, &stop)?,
        is_sealed,
        target: &target,
        stop: &stop,
        tally: &mut tally,
        tried: 0,
        broken: None,
        ui,
    };
    let broken = finish(prepared, args, showing, &mut signals).await;
    // Clients created before the error still count.
    let broken = broken.unwrap_or_else(|error| {
        ui.error(&error);
        Some(error.kind().exit_code())
    });
    Ok(ended(tally, broken))
}

fn ended(tally: Tally<'_>, broken: Option<ExitCode>) -> Ended {
    let lost = (tally.lost > 0).then(|| Kind::Secret.exit_code());
    Ended {
        lost: tally.lost,
        created: tally.created,
        skipped: tally.skipped,
        failed: tally.failed,
        broken: lost.or(broken),
    }
}

fn no_recipient() -> Error {
    Error::usage("`--secrets-out` needs a recipient: without one the secrets are printed and written nowhere")
        .hint("give an OpenPGP public key with `--pgp-key-file FILE`, or leave `--secrets-out` out")
}

fn thrown_away() -> Error {
    Error::secret("a secret would be generated, and nobody would see it: no recipient is given, and standard output is closed or `/dev/null`")
        .hint("give an OpenPGP public key with `--pgp-key-file FILE`, so that secrets are recorded")
        .hint("to have secrets in clear instead, keep standard output")
}

/// Everything before the first create: connects, recovers, looks up what exists, and opens the
/// files.
async fn make_ready(
    args: &OnceArgs,
    manifests: Vec<Manifest>,
    seal: Option<Seal>,
    tally: &mut Tally<'_>,
    ui: &Ui,
) -> Result<(Arc<Target>, Prepared)> {
    let target = Arc::new(args.connection.connect_to_create(&manifests, ui).await?);
    let secrets = match seal {
        Some(seal) => {
            let path = args.secrets.path();
            let session = SecretsSession::new(path, Some(seal), &target, ui.events());
            Secrets::Recorded(Box::new(session))
        }
        None => Secrets::Shown,
    };
    let is_shown = matches!(secrets, Secrets::Shown);
    let plan = missing(manifests, &target, args, tally);
    let prepared = prepare(secrets, &target, ui, plan).await?;
    if is_shown && prepared.plan.secrets_to_generate() > 0 && is_thrown_away() {
        return Err(thrown_away());
    }
    Ok((target, prepared))
}

/// Plans what is missing, and reports what exists.
async fn missing(
    manifests: Vec<Manifest>,
    target: &Target,
    args: &OnceArgs,
    tally: &mut Tally<'_>,
) -> Result<Plan> {
    let Anew {
        mut plan,
        existing,
        repeated,
        failed,
    } = plan_anew(manifests, target, args.connection.look_ups()).await?;
    for manifest in &existing {
        tally.existed(manifest);
    }
    for (manifest, first) in &repeated {
        tally.repeated(manifest, first);
    }
    for (manifest, error) in &failed {
        tally.not_looked_up(manifest, error);
    }
    if !tally.in_files {
        // The client of `create` has no location.
        plan.changes
            .iter_mut()
            .for_each(|change| change.place = None);
    }
    Ok(plan)
}

/// Executes the plan, shows each client as it is created, and closes the files. Returns why the run
/// ended early, if it did.
async fn finish(
    prepared: Prepared,
    args: &OnceArgs,
    mut showing: Showing<'_, '_>,
    signals: &mut Signals,
) -> Result<Option<ExitCode>> {
    let (stop, ui, target) = (showing.stop, showing.ui, showing.target);
    let is_sealed = showing.is_sealed;
    let limit = args.connection.limit();
    let work = prepared.run(target, limit, false, stop, |finished| {
        showing.show(&finished);
    });
    let (ended, signal) = match is_sealed {
        true => signals.stop_softly(stop, ui, work).await,
        false => signals.stop_unkept(stop, ui, work).await,
    };
    let (printer, shown) = showing.finish(&ended.report);
    // The reader may be slow, but by now everything is recorded.
    let printed = printed(printer, signals, ui).await;
    if let Some(error) = ended.report.broken {
        if let Err(lost) = ended.closed {
            // Says which files hold the secrets now.
            ui.error(&lost);
        }
        return Err(error);
    }
    shown.and(printed).and(ended.settled).and(ended.closed)?;
    Ok(signal.or(ended.report.refused.then_some(ExitCode::Hydra)))
}
