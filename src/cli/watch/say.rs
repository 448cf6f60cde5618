//! Says what happens: events on standard output, all else on standard error.

use std::collections::HashSet;
use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use jiff::{Timestamp, Unit};

use crate::cli::manifest_args::rendered;
use crate::cli::ui::Ui;
use crate::cli::values::Format;
use crate::error::{Error, Result};
use crate::manifest::Finding;
use crate::plan::Plan;
use crate::report::text;
use crate::report::watch::{Event, json, text as event_text};

/// How long the end waits for whoever reads the events.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Says what happens. Events, and the findings that belong to them, are written by a thread of their own, so that a reader that has
/// stopped reading stops nothing else.
pub(super) struct Say<'a> {
    pub(super) ui: &'a Ui,
    format: Format,
    said: mpsc::Sender<Said>,
    /// Hears of the end of the thread.
    written: mpsc::Receiver<()>,
    /// What was warned of, so that it is not said again.
    warned: HashSet<String>,
    /// How many events there were.
    pub(super) events: usize,
}

/// What one thread writes, so that it comes in this order.
enum Said {
    /// To standard output.
    Event(Vec<u8>),
    /// To standard error.
    Findings { text: String, has_errors: bool },
}

impl<'a> Say<'a> {
    pub(super) fn new(format: Format, ui: &'a Ui) -> Result<Self> {
        let (said, to_write) = mpsc::channel();
        let (end, written) = mpsc::channel();
        let own = ui.clone();
        let write = move || {
            for said in to_write {
                match said {
                    // Where nobody reads any more, Hydra is kept filled all the same.
                    Said::Event(lines) => drop(own.result(|out| out.write_all(&lines))),
                    Said::Findings { text, has_errors } => own.findings(text, has_errors),
                }
            }
            drop(end);
        };
        let thread = thread::Builder::new()
            .name("events".to_owned())
            .spawn(write);
        thread.map_err(|error| Error::unexpected("cannot start a thread").because(error))?;
        Ok(Self {
            ui,
            format,
            said,
            written,
            warned: HashSet::new(),
            events: 0,
        })
    }

    /// Waits a moment until all events are written, and writes none any more. Returns whether they
    /// are.
    pub(super) fn finish(&mut self) -> bool {
        let (nobody, _) = mpsc::channel();
        self.said = nobody;
        // The thread says nothing, and its end closes the channel.
        self.written.recv_timeout(LAST_LINES) == Err(mpsc::RecvTimeoutError::Disconnected)
    }

    /// Writes an event.
    pub(super) fn event(&mut self, event: &Event<'_>) {
        self.events += 1;
        let time = now();
        let detail = self.ui.detail();
        self.write(|out| match self.format {
            Format::Text => event_text(event, time, detail, out),
            Format::Json => json(event, time, out),
        });
    }

    fn write(&self, lines: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) {
        let mut text = Vec::new();
        // Writing to memory cannot fail, and the thread ends after this.
        let _ = lines(&mut text);
        let _ = self.said.send(Said::Event(text));
    }

    /// Shows findings below the event that is about them.
    pub(super) fn findings<'f>(&self, findings: impl Iterator<Item = &'f Finding>) {
        let findings: Vec<_> = findings.collect();
        let has_errors = findings.iter().any(|finding| finding.is_error());
        let text = rendered(findings);
        if !text.is_empty() {
            let _ = self.said.send(Said::Findings { text, has_errors });
        }
    }

    /// The totals of the first plan.
    pub(super) fn plan(&self, plan: &Plan) {
        if self.format == Format::Text {
            self.write(|out| text::plan_totals(plan.summary(), out));
        }
    }

    /// Warns, unless that was said before.
    pub(super) fn warn_once(&mut self, warning: String) {
        if !self.warned.contains(&warning) {
            self.ui.warning(&warning);
            self.warned.insert(warning);
        }
    }

    /// Says an error that ends nothing, unless that was said before.
    pub(super) fn error_once(&mut self, error: &Error) {
        if self.warned.insert(crate::error::chain(error)) {
            self.ui.error(error);
        }
    }
}

/// The time of day, in whole milliseconds.
fn now() -> Timestamp {
    let now = crate::now::now();
    now.round(Unit::Millisecond).unwrap_or(now)
}
