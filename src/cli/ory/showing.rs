//! Shows each client as it is created, and the outcomes of the others.

use std::io::{self, ErrorKind, Write};

use zeroize::Zeroizing;

use super::printer::Printer;
use super::tally::{Tally, who};
use crate::cli::runtime::Signals;
use crate::cli::ui::Ui;
use crate::client::{Field, SecretSource};
use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::reconcile::{Finished, Outcome, OutcomeKind, Report, Stop, Target};
use crate::report::created::{Created, Shown};
use crate::text::count;
use crate::vault::arrives_within;

/// Writes the lines of a client.
pub(super) type Lines<'l> =
    &'l dyn Fn(&Created<'_>, &Outcome, &Target, &mut dyn Write) -> io::Result<()>;

/// Shows clients as they are created.
pub(super) struct Showing<'s, 'u> {
    /// The origin of each client's secret, in the order of the plan.
    pub(super) sources: Vec<SecretSource>,
    pub(super) lines: Lines<'s>,
    pub(super) printer: Printer,
    pub(super) is_sealed: bool,
    pub(super) target: &'s Target,
    pub(super) stop: &'s Stop,
    pub(super) tally: &'s mut Tally<'u>,
    /// How many clients were tried.
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

    /// Shows the outcome of a client.
    pub(super) fn show(&mut self, finished: &Finished<'_>) {
        self.tried += usize::from(finished.is_tried);
        let outcome = finished.outcome;
        let mut lines = Zeroizing::new(Vec::new());
        match &outcome.kind {
            OutcomeKind::Created { unconfirmed } => {
                self.tally.counts.created += 1;
                self.write(finished, *unconfirmed, &mut lines);
                if *unconfirmed {
                    self.ui.alarm(&format!(
                        "{} was created, but nothing proves that its secret is this one",
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

/// Waits until everything is printed or a signal arrives.
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
