//! `apply`: create the missing clients.

use std::sync::Arc;

use clap::Args;

use super::config::Sources;
use super::connection::{Access, AccessArgs};
use super::drift_args::{DriftArgs, MaxCreates};
use super::expect::Expect;
use super::guards::{Checked, Guards};
use super::manifest_args::{ManifestArgs, OnlyArgs};
use super::report_file::ReportArgs;
use super::runtime::{Signals, block_on};
use super::ui::{Ui, to_stdout};
use super::values::Format;
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::manifest::{Demand, Manifest};
use crate::plan::{IgnoredDrift, Plan};
use crate::reconcile::{
    self, OutcomeKind, Prepared, Report, Secrets, SecretsSession, Stop, Target, prepare,
};
use crate::report::drift::{Origin, SettingsFlags};
use crate::report::{Progress, json, text};
use crate::text::count;
use crate::vault::{Outputs, Seal};

/// Create the missing clients
#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    manifests: ManifestArgs,
    #[command(flatten)]
    only: OnlyArgs,
    #[command(flatten)]
    access: AccessArgs,
    /// Write secrets unencrypted instead of encrypting them to recipients
    #[arg(long, help_heading = "Secrets")]
    allow_plaintext_secrets: bool,
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = None)]
struct Options {
    /// Do not ask for confirmation
    #[arg(long, short)]
    yes: bool,
    /// Stop at the first client that cannot be created
    #[arg(long)]
    fail_fast: bool,
    /// Exit with 4 if a client in Hydra differs from its manifest
    #[arg(long)]
    fail_on_drift: bool,
    /// Output format of the outcomes
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    #[command(flatten)]
    drift: DriftArgs,
    #[command(flatten)]
    max_creates: MaxCreates,
    #[command(flatten)]
    expect: Expect,
}

/// What the arguments say, resolved.
struct Apply<'u> {
    access: Access,
    ignored: IgnoredDrift,
    /// The arguments that plan the same, quoted for a shell.
    arguments: Vec<String>,
    /// Those that select clients among them.
    selection: Vec<String>,
    settings: SettingsFlags,
    outputs: Outputs,
    options: Options,
    ui: &'u Ui,
}

pub(super) fn run(args: ApplyArgs, sources: &Sources, ui: &Ui) -> Result<ExitCode> {
    let ignored = args.options.drift.ignored()?;
    // Before signals are handled: reading standard input may block.
    let Some(Checked {
        mut manifests,
        guards,
    }) = args.report.load_valid(
        &args.manifests,
        Some(args.access.secrets.path()),
        Demand::All,
        ui,
    )?
    else {
        return Ok(ExitCode::InvalidManifest);
    };
    args.only.restrict(&mut manifests)?;
    let seal = args.access.keys.seal(args.allow_plaintext_secrets, ui)?;
    let outputs = args.access.outputs(args.allow_plaintext_secrets)?;
    let apply = Apply {
        ignored,
        arguments: args.manifests.words(&args.options.drift),
        selection: args.only.words(),
        settings: sources.settings(),
        access: args.access.connection.access(ui)?,
        outputs,
        options: args.options,
        ui,
    };
    block_on(async {
        let mut signals = Signals::new()?;
        // Until the first create is sent, a signal may end the run anywhere.
        match signals
            .guard(apply.make_ready(manifests, guards, seal))
            .await
        {
            Err(signal) => {
                ui.interrupted("nothing was created");
                Ok(signal)
            }
            Ok(ready) => match ready? {
                None => Ok(ExitCode::Failed),
                Some((target, prepared)) => apply.finish(&target, prepared, &mut signals).await,
            },
        }
    })
}

impl Apply<'_> {
    /// Everything before the first create: connects, recovers, plans, opens the files, and asks.
    /// `None` if the user declined.
    async fn make_ready(
        &self,
        manifests: Vec<Manifest>,
        guards: Guards,
        seal: Option<Seal>,
    ) -> Result<Option<(Arc<Target>, Prepared)>> {
        let target = self.access.connect_to_create(&manifests).await;
        let target = guards.or_unasked(target, self.ui)?;
        let session = SecretsSession::new(&self.outputs, seal, &target, self.ui.events());
        let secrets = Secrets::Recorded(Box::new(session));
        let look_ups = self.access.parallelism.look_ups();
        let plan = async {
            let plan = reconcile::plan(manifests, &target, &self.ignored, false, look_ups).await;
            let mut plan = guards.or_unasked(plan, self.ui)?;
            guards.check(&mut plan, &target, self.ui)?;
            let expected = self.check(&plan, &target);
            if expected.is_err() {
                self.show(&plan, &target)?;
            }
            expected.map(|()| plan)
        };
        let prepared = prepare(secrets, &target, self.ui, plan).await?;
        if !self.is_confirmed(&prepared.plan, &target).await? {
            prepared.abandon()?;
            self.ui.line("nothing was created");
            return Ok(None);
        }
        Ok(Some((target, prepared)))
    }

    /// Whether the plan is as it was expected. Too many creates come first: in a wrong or emptied
    /// Hydra, there is nothing to review.
    fn check(&self, plan: &Plan, target: &Target) -> Result<()> {
        self.options.max_creates.check(plan, target)?;
        if !self.options.expect.is_given() {
            return Ok(());
        }
        let origin = self.origin(plan, target);
        let (checksum, command) = (origin.checksum, origin.plan(&self.selection));
        self.options.expect.check(plan, checksum, target, &command)
    }

    /// Shows the plan, and asks for confirmation if a person is there to answer. A checksum is an
    /// answer: somebody has seen the plan.
    async fn is_confirmed(&self, plan: &Plan, target: &Target) -> Result<bool> {
        let (ui, format) = (self.ui, self.options.output);
        self.show(plan, target)?;
        let create = plan.summary().create;
        let is_confirmed = self.options.yes || self.options.expect.is_given();
        if create == 0 || is_confirmed || !Ui::can_ask() {
            return Ok(true);
        }
        if format == Format::Json {
            let mut shown = Vec::new();
            // Writing to memory cannot fail.
            let _ = text::plan(plan, &self.origin(plan, target), ui.detail(), &mut shown);
            ui.line(String::from_utf8_lossy(&shown).trim_end());
        }
        let question = format!("Create {} in {}?", count(create, "client"), target.name);
        Ok(ui.confirm(&question).await)
    }

    /// Shows the plan, where text is asked for.
    fn show(&self, plan: &Plan, target: &Target) -> Result<()> {
        match self.options.output {
            Format::Text => {
                let origin = self.origin(plan, target);
                to_stdout(|out| text::plan(plan, &origin, self.ui.detail(), out))
            }
            Format::Json => Ok(()),
        }
    }

    fn origin<'o>(&'o self, plan: &Plan, hydra: &'o Target) -> Origin<'o> {
        Origin {
            hydra,
            checksum: reconcile::checksum(plan, hydra),
            arguments: &self.arguments,
            settings: &self.settings,
        }
    }

    /// Executes the plan, closes the files, and shows the outcomes.
    async fn finish(
        &self,
        target: &Target,
        prepared: Prepared,
        signals: &mut Signals,
    ) -> Result<ExitCode> {
        let (ui, stop) = (self.ui, Stop::default());
        let creates = prepared.plan.summary().create;
        let checksum = reconcile::checksum(&prepared.plan, target);
        ui.show_progress((creates > 0).then(|| Progress::new(creates)));
        let limit = self.access.parallelism.limit();
        let work = prepared.run(target, limit, self.options.fail_fast, &stop, |finished| {
            ui.advance(finished.outcome.kind.is_failed());
        });
        let (ended, signal) = signals.stop_softly(true, &stop, ui, work).await;
        ui.show_progress(None);
        let report = ended.report;
        to_stdout(|out| match self.options.output {
            Format::Text => text::report(&report, ui.detail(), out),
            Format::Json => json::report(&report, target, checksum, out),
        })?;
        self.say_unconfirmed(&report);
        ended.settled.and(ended.closed)?;
        Ok(self.exit_code(report, signal))
    }

    /// Warns about unconfirmed secrets and says what to do. No flag silences this.
    fn say_unconfirmed(&self, report: &Report) {
        let doubtful = report.count(|kind| {
            matches!(
                kind,
                OutcomeKind::Created { unconfirmed: true }
                    | OutcomeKind::Raced { unconfirmed: true }
            )
        });
        if doubtful > 0 {
            self.ui.alarm(&format!(
                "{} unconfirmed: run `hydra-gitops secrets verify {}` with the same connection and `--public-url`, where the private key is",
                match doubtful {
                    1 => "1 secret is".to_owned(),
                    many => format!("{many} secrets are"),
                },
                self.outputs.arguments()
            ));
        }
    }

    fn exit_code(&self, report: Report, signal: Option<ExitCode>) -> ExitCode {
        let failed = report.count(OutcomeKind::is_failed);
        let drifted = report.count(|kind| matches!(kind, OutcomeKind::Drifted));
        if let Some(error) = report.broken {
            self.ui.error(&error);
            return error.kind().exit_code();
        }
        match signal {
            Some(signal) => signal,
            None if report.refused => ExitCode::Hydra,
            None if failed > 0 => ExitCode::Failed,
            None if self.options.fail_on_drift && drifted > 0 => ExitCode::Drift,
            None => ExitCode::Done,
        }
    }
}
