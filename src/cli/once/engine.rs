//! Creating clients once: what `create` and `import` share.
//!
//! It is `apply`'s engine with another plan: what exists is a failure and not compared. With a
//! recipient the secrets take `apply`'s way, through journal and secrets file. Without one nothing
//! is written, and each secret is shown before the next request is sent.

use clap::Args;

use super::printer::Printer;
use super::showing::{Lines, Showing};
use super::tally::Tally;
use crate::apply::{Creating, Report, Run, Stop, apply as execute};
use crate::cli::apply::{close, open};
use crate::cli::connection::{Connected, ConnectionArgs};
use crate::cli::keys::{KeyArgs, SecretsFileArgs};
use crate::cli::signals::Signals;
use crate::cli::start::block_on;
use crate::cli::ui::Ui;
use crate::cli::{plan, recovery};
use crate::client::{Field, SecretSource};
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::hydra::{Wanted, fetch};
use crate::manifest::Manifest;
use crate::plan::{Anew, Plan, Server, anew, identity_once};
use crate::secrets::{Append, Fate, Seal, Vault, VaultFiles, has_leftovers};

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

/// The clients that are to be created.
pub(super) struct Clients<'l> {
    pub(super) manifests: Vec<Manifest>,
    /// Whether they stand in files, whose places help to find them.
    pub(super) in_files: bool,
    /// Whether one that exists already is no failure.
    pub(super) skip_existing: bool,
    /// What is printed of each.
    pub(super) lines: Lines<'l>,
}

/// How it ended.
#[derive(Debug, Default)]
pub(super) struct Ended {
    pub(super) created: usize,
    pub(super) skipped: usize,
    pub(super) failed: usize,
    /// What ended the run before its time.
    pub(super) broken: Option<ExitCode>,
}

/// What is ready to be executed.
struct Ready {
    connected: Connected,
    plan: Plan,
    /// The secrets file, where there is a recipient and something to record or recover.
    files: Option<VaultFiles>,
    /// Whether secrets are encrypted and recorded, and not shown.
    is_sealed: bool,
    /// Whether requests of an earlier run may still have been on their way.
    is_waiting: bool,
}

/// Creates the clients.
pub(super) fn run(args: &OnceArgs, clients: Clients<'_>, ui: &Ui) -> Result<Ended> {
    let seal = args.keys.seal(false, ui)?;
    if seal.is_none() && !args.secrets.is_default() {
        return Err(no_recipient());
    }
    let Clients {
        manifests,
        in_files,
        skip_existing,
        lines,
    } = clients;
    let mut tally = Tally::new(ui, skip_existing, in_files);
    block_on(async {
        let mut signals = Signals::new()?;
        // Until the first request that creates something, a signal may end the run anywhere.
        let mut ready = tokio::select! {
            biased;
            signal = signals.next() => {
                ui.interrupted("nothing was created");
                return Ok(ended(tally, Some(signal)));
            }
            ready = prepare(args, manifests, seal, &mut tally, ui) => ready?,
        };
        if !in_files {
            let changes = ready.plan.changes.iter_mut();
            changes.for_each(|change| change.place = None);
        }
        plan::warn(&ready.plan, &ready.connected, ui);
        let broken = finish(ready, args, lines, &mut tally, &mut signals, ui).await?;
        Ok(ended(tally, broken))
    })
}

fn ended(tally: Tally<'_>, broken: Option<ExitCode>) -> Ended {
    Ended {
        created: tally.created,
        skipped: tally.skipped,
        failed: tally.failed,
        broken,
    }
}

fn no_recipient() -> Error {
    Error::usage("`--secrets-out` needs a recipient: without one the secrets are printed and written nowhere")
        .hint("give an OpenPGP public key with `--pgp-key-file FILE`, or leave `--secrets-out` out")
}

/// Everything before the first create: recovers, looks what exists, and opens the files.
async fn prepare(
    args: &OnceArgs,
    manifests: Vec<Manifest>,
    mut seal: Option<Seal>,
    tally: &mut Tally<'_>,
    ui: &Ui,
) -> Result<Ready> {
    let connected = plan::connect(&args.connection, &manifests, ui).await?;
    let path = &args.secrets.path;
    let is_sealed = seal.is_some();
    let mut files = None;
    let mut is_waiting = false;
    if is_sealed && has_leftovers(path) {
        let opened = open(path, seal.take(), &connected, ui).await?;
        let recovered = recovery::settle(&opened, &connected, ui).await?;
        is_waiting = recovered.iter().any(|one| one.fate == Fate::Waiting);
        files = Some(opened);
    }
    let plan = missing(manifests, &connected, args, tally).await?;
    let generated = plan
        .creations()
        .filter(|(_, creation)| creation.secret == SecretSource::Generated)
        .count();
    if is_sealed && generated > 0 {
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
    Ok(Ready {
        connected,
        plan,
        files,
        is_sealed,
        is_waiting,
    })
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
    ready: Ready,
    args: &OnceArgs,
    lines: Lines<'_>,
    tally: &mut Tally<'_>,
    signals: &mut Signals,
    ui: &Ui,
) -> Result<Option<ExitCode>> {
    let Ready {
        connected,
        plan,
        files,
        is_sealed,
        is_waiting,
    } = ready;
    let path = &args.secrets.path;
    let stop = Stop::default();
    let mut showing = Showing {
        sources: Showing::sources(&plan),
        lines,
        printer: Printer::new(is_sealed),
        is_sealed,
        connected: &connected,
        stop: &stop,
        tally,
        tried: 0,
        lost: None,
        ui,
    };
    let (report, signal) = match &files {
        Some(files) => work(plan, Some(&files.vault), args, &mut showing, signals).await,
        None => {
            let vault = (!is_sealed).then(|| Vault::in_memory(connected.name.clone()));
            work(plan, vault.as_ref(), args, &mut showing, signals).await
        }
    };
    let shown = showing.finish(&report);
    let mut settled = Ok(());
    if let Some(files) = &files
        && is_waiting
        && signal.is_none()
        && report.broken.is_none()
    {
        settled = tokio::select! {
            biased;
            // The journal keeps what is not settled.
            _ = signals.next() => Ok(()),
            settled = recovery::settle(files, &connected, ui) => settled.map(drop),
        };
    }
    let closed = close(files, path, &connected, ui);
    if let Some(error) = report.broken {
        return Err(error);
    }
    shown.and(settled).and(closed)?;
    Ok(signal.or(report.refused.then_some(ExitCode::Hydra)))
}

/// Runs the creates: several at once where their secrets are recorded, else one by one.
async fn work<A: Append>(
    plan: Plan,
    vault: Option<&Vault<A>>,
    args: &OnceArgs,
    showing: &mut Showing<'_, '_>,
    signals: &mut Signals,
) -> (Report, Option<ExitCode>) {
    let (session, stop, ui) = (&showing.connected.session, showing.stop, showing.ui);
    let creating = Creating {
        hydra: session,
        vault,
        patience: session.reader.patience(),
        server_chooses_ids: session.reader.dialect().chooses_ids(),
        stop,
    };
    let limit = match showing.is_sealed {
        true => args.connection.limit(),
        false => args.connection.limit_of_one(),
    };
    let run = Run {
        limit,
        fail_fast: false,
    };
    let work = execute(plan, &creating, run, |finished| showing.show(&finished));
    signals.stop_softly(stop, ui, work).await
}
