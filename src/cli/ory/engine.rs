//! One-time creation of clients, shared by `create` and `import`.
//!
//! This is `apply`'s engine with a different plan: an existing client is a failure and is not
//! compared. With a recipient, secrets go through the journal to the secrets file, as in `apply`.
//! Without one, nothing is written, and each secret is shown before the next request is sent.

use std::sync::Arc;

use super::printer::{Printer, is_thrown_away};
use super::showing::{Counts, Lines, Showing, Tally, printed};
use crate::cli::connection::{Access, AccessArgs};
use crate::cli::runtime::{Signals, block_on};
use crate::cli::ui::Ui;
use crate::error::{Error, Kind, Result};
use crate::exit_code::ExitCode;
use crate::manifest::Manifest;
use crate::plan::{Anew, Plan};
use crate::reconcile::{Prepared, Secrets, SecretsSession, Stop, Target, plan_anew, prepare};
use crate::vault::{Outputs, Seal};

pub(super) struct Clients<'l> {
    pub(super) manifests: Vec<Manifest>,
    /// Whether they come from files, whose locations help to find them.
    pub(super) in_files: bool,
    /// Whether existing clients are skipped instead of counted as failures.
    pub(super) skip_existing: bool,
    pub(super) lines: Lines<'l>,
}

/// The result of a run.
#[derive(Debug, Default)]
pub(super) struct Ended {
    pub(super) counts: Counts,
    pub(super) broken: Option<ExitCode>,
}

impl Ended {
    /// The exit code, where so many files could not be read.
    pub(super) fn code(&self, bad_files: usize) -> ExitCode {
        match self.broken {
            Some(code) => code,
            None if self.counts.failed + bad_files > 0 => ExitCode::Failed,
            None => ExitCode::Done,
        }
    }
}

/// What the arguments say, resolved.
struct Once<'u> {
    access: Access,
    outputs: Outputs,
    is_sealed: bool,
    ui: &'u Ui,
}

pub(super) fn run(args: &AccessArgs, clients: Clients<'_>, ui: &Ui) -> Result<Ended> {
    let seal = args.keys.seal(false, ui)?;
    if seal.is_none() && args.secrets.is_given() {
        return Err(no_recipient());
    }
    let once = Once {
        access: args.connection.access(ui)?,
        outputs: args.outputs(false)?,
        is_sealed: seal.is_some(),
        ui,
    };
    block_on(once.run(clients, seal))
}

fn no_recipient() -> Error {
    Error::usage(
        "`--secrets-out` needs a recipient: without one, secrets are printed instead of recorded",
    )
    .hint("give an OpenPGP public key with `--pgp-key-file FILE`, or leave `--secrets-out` out")
}

fn thrown_away() -> Error {
    Error::secret("a secret would be generated, and nobody would see it: no recipient is given, and standard output is closed or `/dev/null`")
        .hint("give an OpenPGP public key with `--pgp-key-file FILE`, so that secrets are recorded")
        .hint("to print the secret in plaintext instead, do not close standard output or send it to `/dev/null`")
}

impl Once<'_> {
    async fn run(&self, clients: Clients<'_>, seal: Option<Seal>) -> Result<Ended> {
        let mut tally = Tally::new(self.ui, clients.skip_existing, clients.in_files);
        let mut signals = Signals::new()?;
        // Until the first create is sent, a signal may end the run anywhere.
        let ready = signals.guard(self.make_ready(clients.manifests, seal, &mut tally));
        let (target, prepared) = match ready.await {
            Ok(ready) => ready?,
            Err(signal) => {
                self.ui.interrupted("nothing was created");
                return Ok(ended(tally.counts, Some(signal)));
            }
        };
        let stop = Stop::default();
        let showing = Showing {
            sources: Showing::sources(&prepared.plan),
            lines: clients.lines,
            printer: Printer::new(self.is_sealed, &stop)?,
            is_sealed: self.is_sealed,
            target: &target,
            stop: &stop,
            tally: &mut tally,
            tried: 0,
            broken: None,
            ui: self.ui,
        };
        let broken = self.finish(prepared, showing, &mut signals).await;
        // Clients created before the error still count.
        let broken = broken.unwrap_or_else(|error| {
            self.ui.error(&error);
            Some(error.kind().exit_code())
        });
        Ok(ended(tally.counts, broken))
    }

    /// Everything before the first create: connects, recovers, looks up what exists, and opens the
    /// files.
    async fn make_ready(
        &self,
        manifests: Vec<Manifest>,
        seal: Option<Seal>,
        tally: &mut Tally<'_>,
    ) -> Result<(Arc<Target>, Prepared)> {
        let target = self.access.connect_to_create(&manifests).await?;
        let secrets = match seal {
            Some(_) => {
                let session = SecretsSession::new(&self.outputs, seal, &target, self.ui.events());
                Secrets::Recorded(Box::new(session))
            }
            None => Secrets::Shown,
        };
        let plan = self.missing(manifests, &target, tally);
        let prepared = prepare(secrets, &target, self.ui, plan).await?;
        if !self.is_sealed && prepared.plan.secrets_to_generate() > 0 && is_thrown_away() {
            return Err(thrown_away());
        }
        Ok((target, prepared))
    }

    /// Plans what is missing, and reports what exists.
    async fn missing(
        &self,
        manifests: Vec<Manifest>,
        target: &Target,
        tally: &mut Tally<'_>,
    ) -> Result<Plan> {
        let look_ups = self.access.parallelism.look_ups();
        let Anew {
            mut plan,
            existing,
            repeated,
            failed,
        } = plan_anew(manifests, target, look_ups).await?;
        for manifest in &existing {
            tally.is_there(format!("{} exists already", tally.who(manifest)));
        }
        for (manifest, first) in &repeated {
            let who = tally.who(manifest);
            tally.is_there(format!("{who} is described twice, first at {first}"));
        }
        for (manifest, error) in &failed {
            tally.failed(&tally.who(manifest), error, false);
        }
        if !tally.in_files {
            // The client of `create` has no location.
            plan.changes
                .iter_mut()
                .for_each(|change| change.place = None);
        }
        Ok(plan)
    }

    /// Executes the plan, shows each client as it is created, and closes the files. Returns why the
    /// run ended early, if it did.
    async fn finish(
        &self,
        prepared: Prepared,
        mut showing: Showing<'_, '_>,
        signals: &mut Signals,
    ) -> Result<Option<ExitCode>> {
        let (stop, ui, target) = (showing.stop, self.ui, showing.target);
        let limit = self.access.parallelism.limit();
        let work = prepared.run(target, limit, false, stop, |finished| {
            showing.show(&finished);
        });
        let (ended, signal) = signals.stop_softly(self.is_sealed, stop, ui, work).await;
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
}

fn ended(counts: Counts, broken: Option<ExitCode>) -> Ended {
    let lost = (counts.lost > 0).then(|| Kind::Secret.exit_code());
    let broken = lost.or(broken);
    Ended { counts, broken }
}
