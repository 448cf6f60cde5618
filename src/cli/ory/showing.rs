//! Shows each client as it is created, counts the outcomes, and reports failures.

use std::io::{self, ErrorKind, Write};
use std::time::Duration;

use zeroize::Zeroizing;

use super::printer::Printer;
use crate::cli::runtime::Signals;
use crate::cli::ui::Ui;
use crate::client::{Field, SecretSource};
use crate::duration::show;
use crate::error::{Error, Hint, Result, chain};
use crate::manifest::{Location, Manifest};
use crate::plan::Plan;
use crate::reconcile::{Finished, Outcome, OutcomeKind, Report, Stop, Target};
use crate::report::created::{Created, Shown};
use crate::report::text::name_or;
use crate::text::count;
use crate::vault::arrives_within;

pub(super) type Lines<'l> =
    &'l dyn Fn(&Created<'_>, &Outcome, &Target, &mut dyn Write) -> io::Result<()>;

pub(super) struct Showing<'s, 'u> {
    /// The origin of each client's secret, in the order of the plan.
    pub(super) sources: Vec<SecretSource>,
    pub(super) lines: Lines<'s>,
    pub(super) printer: Printer,
    pub(super) is_sealed: bool,
    pub(super) target: &'s Target,
    pub(super) stop: &'s Stop,
    pub(super) tally: &'s mut Tally<'u>,
    pub(super) tried: usize,
    /// Why lines could not be printed, if they contained no secret.
    pub(super) broken: Option<Error>,
    pub(super) ui: &'s Ui,
}

impl Showing<'_, '_> {
    /// The origin of each client's secret, as reported. Public clients count as having none, even
    /// if one was given, because Hydra never returns it.
    pub(super) fn sources(plan: &Plan) -> Vec<SecretSource> {
        let sources = plan.creations().map(|(_, creation)| {
            match creation.client.text(Field::TokenEndpointAuthMethod) {
                Some("none") => SecretSource::None,
                _ => creation.secret,
            }
        });
        sources.collect()
    }

    pub(super) fn show(&mut self, finished: &Finished<'_>) {
        let outcome = finished.outcome;
        self.tried += usize::from(!matches!(outcome.kind, OutcomeKind::NotTried));
        let mut lines = Zeroizing::new(Vec::new());
        match &outcome.kind {
            OutcomeKind::Created { unconfirmed } => {
                self.tally.counts.created += 1;
                self.write(finished, *unconfirmed, &mut lines);
                if *unconfirmed {
                    self.ui.alarm(&format!(
                        "{} was created, but could not verify that this is its secret",
                        who(outcome)
                    ));
                }
            }
            OutcomeKind::Raced { unconfirmed: true } => {
                // The secret may not be stored anywhere else.
                self.write(finished, true, &mut lines);
                self.tally.raced(&who(outcome));
            }
            OutcomeKind::Raced { .. } => {
                let what = format!("{} exists already", who(outcome));
                self.tally.is_there(what);
            }
            // Clients that were not tried are counted at the end.
            OutcomeKind::NotTried => {}
            OutcomeKind::Failed(error) => {
                if finished.secret.is_some() {
                    // The client may be in Hydra, and its secret is stored nowhere else.
                    self.write(finished, true, &mut lines);
                }
                self.tally.failed(&who(outcome), error, finished.may_exist);
            }
            // A plan with only creates has neither.
            OutcomeKind::Unchanged | OutcomeKind::Drifted => {}
        }
        if let Err(error) = self.printer.print(finished.index, lines) {
            self.not_shown(finished, error);
        }
    }

    fn write(&self, finished: &Finished<'_>, unconfirmed: bool, lines: &mut Vec<u8>) {
        let outcome = finished.outcome;
        let source = self.sources.get(finished.index);
        let created = Created {
            id: outcome.client_id.as_ref(),
            name: outcome.client_name.as_deref(),
            secret: match (finished.secret, source) {
                (Some(secret), _) => Shown::Generated(secret),
                (None, Some(SecretSource::Given)) => Shown::Given,
                (None, Some(SecretSource::Generated)) => Shown::Recorded,
                (None, Some(SecretSource::None) | None) => Shown::None,
            },
            is_sealed: self.is_sealed,
            json: finished.json,
            unconfirmed,
        };
        // Writing to memory cannot fail.
        let _ = (self.lines)(&created, outcome, self.target, lines);
    }

    /// Handles lines that could not be printed. If they were the only place of a secret, nothing
    /// more may be created.
    fn not_shown(&mut self, finished: &Finished<'_>, error: io::Error) {
        if !self.is_sealed && finished.secret.is_some() {
            self.stop.end();
            let time_out = self.target.session.reader.request_timeout();
            let arrives_within = finished.may_exist.then(|| arrives_within(time_out));
            self.tally.lost(finished.outcome, error, arrives_within);
        } else if error.kind() != ErrorKind::BrokenPipe {
            self.stop.end();
            self.broken.get_or_insert(not_printed(error));
        }
    }

    /// Reports how many clients were not tried. Returns the printer, which may still be printing.
    pub(super) fn finish(self, report: &Report) -> (Printer, Result<()>) {
        let not_tried = report.outcomes.len() - self.tried;
        if not_tried > 0 {
            self.tally.counts.failed += not_tried;
            self.ui.line(&format!(
                "not tried, because the run was stopped before: {}",
                count(not_tried, "client")
            ));
        }
        (self.printer, self.broken.map_or(Ok(()), Err))
    }
}

pub(super) async fn printed(printer: Printer, signals: &mut Signals, ui: &Ui) -> Result<()> {
    let printed = tokio::select! {
        biased;
        printed = printer.finish() => printed,
        signal = signals.next() => {
            ui.interrupted("what was created is recorded, but not all of it was printed");
            // The printer thread holds standard output's lock, which a normal exit would wait for.
            std::process::exit(i32::from(signal.code()))
        }
    };
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(not_printed(error)),
        _ => Ok(()),
    }
}

fn not_printed(error: io::Error) -> Error {
    Error::unexpected("cannot write to standard output").because(error)
}

/// How many clients had which outcome.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) created: usize,
    pub(super) skipped: usize,
    pub(super) failed: usize,
    /// How many of the created clients have a secret that nobody knows.
    pub(super) lost: usize,
}

/// Counts outcomes, and reports each failure as soon as it is known.
#[derive(Debug)]
pub(super) struct Tally<'u> {
    ui: &'u Ui,
    /// Whether existing clients are skipped instead of counted as failures.
    skip_existing: bool,
    /// Whether the clients come from files, whose locations help to find them.
    pub(super) in_files: bool,
    pub(super) counts: Counts,
    given: Vec<Hint>,
}

impl<'u> Tally<'u> {
    pub(super) fn new(ui: &'u Ui, skip_existing: bool, in_files: bool) -> Self {
        Self {
            ui,
            skip_existing,
            in_files,
            counts: Counts::default(),
            given: Vec::new(),
        }
    }

    /// The client exists already, or this run describes it twice.
    pub(super) fn is_there(&mut self, what: String) {
        if self.skip_existing {
            self.counts.skipped += 1;
            self.ui.notice(&format!("skipped: {what}"));
            return;
        }
        let hint = match self.in_files {
            true => "an existing client is never changed; `--skip-existing` passes over it",
            false => "an existing client is never changed; give another `--id`",
        };
        self.fail(Error::unexpected(what), &[hint.into()]);
    }

    /// The client existed when its request arrived, and it is unknown whether a duplicate of that
    /// request created it.
    fn raced(&mut self, who: &str) {
        let what = "was already in Hydra when the request to create it arrived; could not verify whether this is its secret";
        let hint = "if nobody else created it, something on the way sent the request twice; try the secret at Hydra's token endpoint, or with `hydra-gitops secrets verify` where it is recorded";
        self.fail(Error::unexpected(format!("{who} {what}")), &[hint.into()]);
    }

    /// The client could not be created, or may have been created despite the error.
    pub(super) fn failed(&mut self, who: &str, error: &Error, may_exist: bool) {
        let what = match may_exist {
            true => "may have been created, or may be created later",
            false => "was not created",
        };
        let failed = Error::unexpected(format!("{who} {what}")).because(chain(error));
        self.fail(failed, error.hints());
    }

    /// The client's secret could not be printed and is stored nowhere else. If `arrives_within` is
    /// given, it can take that long until the client appears in Hydra.
    fn lost(&mut self, outcome: &Outcome, error: io::Error, arrives_within: Option<Duration>) {
        self.counts.lost += 1;
        let who = name(outcome);
        let lost = format!("could not print the secret of {who}, and it is stored nowhere else");
        let is_there = match arrives_within {
            Some(time) => format!("look in {} whether it is in Hydra: if so,", show(time)),
            None => "it is in Hydra:".to_owned(),
        };
        self.ui.error(&Error::secret(lost).because(error).hint(format!(
            "{is_there} delete it there and create it again, preferably with a recipient (`--pgp-key-file`), so that its secret is recorded"
        )));
    }

    /// Reports a failure, without the hints that were already shown.
    fn fail(&mut self, mut error: Error, hints: &[Hint]) {
        self.counts.failed += 1;
        for hint in hints {
            if !self.given.contains(hint) {
                self.given.push(hint.clone());
                error = error.hint(hint.clone());
            }
        }
        self.ui.error(&error);
    }

    /// A client that is not in the plan: its location, if it has one, and its id or name.
    pub(super) fn who(&self, manifest: &Manifest) -> String {
        let place = self.in_files.then_some(&manifest.location);
        let name = manifest.client.identity().map(|who| who.to_string());
        at(place, &quoted(name))
    }
}

/// The client of an outcome: its location, if it has one, and its id or name.
fn who(outcome: &Outcome) -> String {
    at(outcome.place.as_ref(), &name(outcome))
}

fn name(outcome: &Outcome) -> String {
    let id = outcome.client_id.as_ref().map(ToString::to_string);
    let name = name_or(outcome.client_name.as_deref(), outcome.resource.as_ref());
    quoted(id.or_else(|| name.map(str::to_owned)))
}

fn quoted(name: Option<String>) -> String {
    name.map_or("the client".to_owned(), |name| format!("`{name}`"))
}

fn at(place: Option<&Location>, name: &str) -> String {
    match place {
        Some(place) => format!("{}:{}: {name}", place.path, place.line),
        None => name.to_owned(),
    }
}
