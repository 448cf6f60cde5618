//! Creating clients once: what `create` and `import` share.
//!
//! It is `apply`'s engine with another plan: what exists is a failure and not compared. With a
//! recipient the secrets take `apply`'s way, through journal and secrets file. Without one nothing
//! is written, and each secret is shown before the next request is sent.

use std::sync::Arc;

use clap::Args;

use super::printer::{Printer, is_thrown_away};
use super::showing::{Lines, Showing, printed};
use super::tally::Tally;
use crate::cli::apply::close;
use crate::cli::connection::{Connected, ConnectionArgs};
use crate::cli::keys::{KeyArgs, SecretsFileArgs};
use crate::cli::plan;
use crate::cli::reconcile::{Keeping, create, create_with};
use crate::cli::signals::Signals;
use crate::cli::start::block_on;
use crate::cli::ui::Ui;
use crate::client::Field;
use crate::error::{Error, Kind, Result};
use crate::exit_code::ExitCode;
use crate::hydra::{Wanted, fetch};
use crate::manifest::Manifest;
use crate::plan::{Anew, Plan, Server, anew, identity_once};
use crate::reconcile::{Finished, Gate, Limit, Report, Run, Stop};
use crate::vault::{Seal, Vault};

/// Where to create, and who can open the secrets
#[derive(Debug, Args)]
pub(in crate::cli) struct OnceArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    keys: KeyArgs,
    #[command(flatten)]
    secrets: SecretsFileArgs,
}

/// The clients that are to be created.
pub(in crate::cli) struct Clients<'l> {
    pub(in crate::cli) manifests: Vec<Manifest>,
    /// Whether they stand in files, whose places help to find them.
    pub(in crate::cli) in_files: bool,
    /// Whether one that exists already is no failure.
    pub(in crate::cli) skip_existing: bool,
    /// What is printed of each.
    pub(in crate::cli) lines: Lines<'l>,
}

/// How it ended.
#[derive(Debug, Default)]
pub(in crate::cli) struct Ended {
    pub(in crate::cli) created: usize,
    pub(in crate::cli) skipped: usize,
    pub(in crate::cli) failed: usize,
    /// How many of the created have a secret that nobody knows.
    pub(in crate::cli) lost: usize,
    /// What ended the run before its time.
    pub(in crate::cli) broken: Option<ExitCode>,
}

/// Creates the clients.
pub(in crate::cli) fn run(args: &OnceArgs, clients: Clients<'_>, ui: &Ui) -> Result<Ended> {
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
    let interrupted = |tally, signal| {
        ui.interrupted("nothing was created");
        Ok(ended(tally, Some(signal)))
    };
    // Until the first request that creates something, a signal may end the run anywhere.
    let connected = tokio::select! {
        biased;
        signal = signals.next() => return interrupted(tally, signal),
        connected = plan::connect_to_create(&args.connection, &manifests, ui) => Arc::new(connected?),
    };
    let path = args.secrets.path();
    let keeping = seal.map(|seal| Keeping::new(path, None, Some(seal), &connected, ui));
    let prepared = tokio::select! {
        biased;
        signal = signals.next() => Err(signal),
        ready = prepare(args, manifests, &connected, keeping, &mut tally) => Ok(ready?),
    };
    let (mut plan, keeping) = match prepared {
        Ok(ready) => ready,
        Err(signal) => return interrupted(tally, signal),
    };
    if !in_files {
        // The clients of `create` stand nowhere.
        plan.changes
            .iter_mut()
            .for_each(|change| change.place = None);
    }
    plan::warn(&plan, &connected, ui);
    let (stop, is_sealed) = (Stop::default(), keeping.is_some());
    let showing = Showing {
        sources: Showing::sources(&plan),
        lines,
        printer: Printer::new(is_sealed, &stop)?,
        is_sealed,
        connected: &connected,
        stop: &stop,
        tally: &mut tally,
        tried: 0,
        broken: None,
        ui,
    };
    let broken = finish(plan, keeping, args, showing, &mut signals).await;
    // What was created before is counted all the same.
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

/// Everything before the first create: recovers, looks what exists, and opens the files.
async fn prepare(
    args: &OnceArgs,
    manifests: Vec<Manifest>,
    connected: &Connected,
    mut keeping: Option<Keeping>,
    tally: &mut Tally<'_>,
) -> Result<(Plan, Option<Keeping>)> {
    if let Some(keeping) = &mut keeping {
        keeping.recover().await?;
    }
    let plan = missing(manifests, connected, args, tally).await?;
    if let Some(mut ready) = keeping.take() {
        if let Err(error) = ready.make_ready(&plan).await {
            close(ready)?;
            return Err(error);
        }
        keeping = Some(ready);
    } else if plan.secrets_to_generate() > 0 && is_thrown_away() {
        return Err(thrown_away());
    }
    Ok((plan, keeping))
}

/// The plan of what is missing; what exists is said.
async fn missing(
    manifests: Vec<Manifest>,
    connected: &Connected,
    args: &OnceArgs,
    tally: &mut Tally<'_>,
) -> Result<Plan> {
    let reader = &connected.session.reader;
    let dialect = reader.dialect();
    let chooses_ids = dialect.chooses_ids();
    let identities: Vec<_> = manifests
        .iter()
        .filter_map(|manifest| identity_once(&manifest.client, chooses_ids))
        .collect();
    let wanted = Wanted::new(&identities);
    let existing = fetch(reader, &wanted, false, args.connection.look_ups()).await?;
    let server = Server {
        knows: &|field: Field| dialect.knows(field),
    };
    let Anew {
        plan,
        existing,
        repeated,
    } = anew(manifests, &existing, &server, chooses_ids);
    for manifest in &existing {
        tally.existed(manifest);
    }
    for (manifest, first) in &repeated {
        tally.repeated(manifest, first);
    }
    Ok(plan)
}

/// Executes the plan, shows each client as it is created, and closes the files. Returns what
/// ended the run before its time.
async fn finish(
    plan: Plan,
    keeping: Option<Keeping>,
    args: &OnceArgs,
    mut showing: Showing<'_, '_>,
    signals: &mut Signals,
) -> Result<Option<ExitCode>> {
    let ui = showing.ui;
    let (report, signal) = work(plan, keeping.as_ref(), args, &mut showing, signals).await;
    let (printer, shown) = showing.finish(&report);
    let mut settled = Ok(());
    let mut closed = Ok(());
    if let Some(keeping) = keeping {
        if keeping.is_waiting() && signal.is_none() && report.broken.is_none() {
            settled = tokio::select! {
                biased;
                // The journal keeps what is not settled.
                _ = signals.next() => Ok(()),
                settled = keeping.settle_late() => settled,
            };
        }
        closed = close(keeping);
    }
    // A reader may be slow: by now all is recorded.
    let printed = printed(printer, signals, ui).await;
    if let Some(error) = report.broken {
        if let Err(lost) = closed {
            // Which files hold the secrets now.
            ui.error(&lost);
        }
        return Err(error);
    }
    shown.and(printed).and(settled).and(closed)?;
    Ok(signal.or(report.refused.then_some(ExitCode::Hydra)))
}

/// Runs the creates: several at once where their secrets are recorded, else one by one, so that a
/// standard output which ends costs one secret at most.
async fn work(
    plan: Plan,
    keeping: Option<&Keeping>,
    args: &OnceArgs,
    showing: &mut Showing<'_, '_>,
    signals: &mut Signals,
) -> (Report, Option<ExitCode>) {
    let (stop, ui, connected) = (showing.stop, showing.ui, showing.connected);
    let show = |finished: Finished<'_>| showing.show(&finished);
    match keeping {
        Some(keeping) => {
            let gate = Gate::new(args.connection.limit());
            let run = Run {
                gate: &gate,
                fail_fast: false,
                begins: &|_| true,
            };
            let work = create(plan, keeping, run, stop, show);
            signals.stop_softly(stop, ui, work).await
        }
        None => {
            let vault = Vault::in_memory(connected.name.clone());
            let gate = Gate::new(Limit::fixed(1));
            let run = Run {
                gate: &gate,
                fail_fast: false,
                begins: &|_| true,
            };
            let work = create_with(plan, Some(&vault), connected, run, stop, show);
            signals.stop_unkept(stop, ui, work).await
        }
    }
}
