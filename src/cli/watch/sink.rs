//! Shows events on standard output, and everything else on standard error.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use jiff::Unit;

use crate::cli::manifest_args::rendered;
use crate::cli::ui::Ui;
use crate::cli::values::Format;
use crate::error::{Error, Result};
use crate::report::json;
use crate::report::text::plan_totals;
use crate::report::watch::{notice, status, text};
use crate::watch::{News, Notice, Reloaded, Sink, Status};

/// How long to wait at the end for the reader of the events.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Shows events and notices. A separate thread writes events and the findings that belong to them,
/// so that a blocked reader blocks nothing else.
pub(super) struct Writer<'a> {
    ui: &'a Ui,
    format: Format,
    lines: mpsc::Sender<Lines>,
    /// Disconnected when the thread ends.
    written: mpsc::Receiver<()>,
}

/// What the thread writes, in order.
enum Lines {
    /// To standard output.
    Events(Vec<u8>),
    /// To standard error.
    Findings { text: String, has_errors: bool },
}

impl<'a> Writer<'a> {
    pub(super) fn new(format: Format, ui: &'a Ui) -> Result<Self> {
        let (lines, to_write) = mpsc::channel();
        let (end, written) = mpsc::channel();
        let own = ui.clone();
        let write = move || {
            for lines in to_write {
                match lines {
                    // Keep creating clients even if nobody reads the events any more.
                    Lines::Events(lines) => drop(own.result(|out| out.write_all(&lines))),
                    Lines::Findings { text, has_errors } => own.findings(text, has_errors),
                }
            }
            drop(end);
        };
        let thread = thread::Builder::new().name("events".to_owned());
        let thread = thread.spawn(write);
        thread.map_err(|error| Error::unexpected("cannot start a thread").because(error))?;
        Ok(Self {
            ui,
            format,
            lines,
            written,
        })
    }

    /// Waits briefly until everything is written. Returns whether it was. Nothing is written
    /// afterwards.
    pub(super) fn finish(self) -> bool {
        drop(self.lines);
        // The thread sends nothing: its end closes the channel.
        self.written.recv_timeout(LAST_LINES) == Err(mpsc::RecvTimeoutError::Disconnected)
    }

    fn event(&self, news: &News) {
        let (now, detail) = (crate::now::now(), self.ui.detail());
        let time = now.round(Unit::Millisecond).unwrap_or(now);
        let mut lines = Vec::new();
        // Writing to memory cannot fail. The thread outlives this call.
        let _ = match self.format {
            Format::Text => text(news, time, detail, &mut lines),
            Format::Json => json::event(news, time, &mut lines),
        };
        let _ = self.lines.send(Lines::Events(lines));
    }

    fn notice(&self, news: &Notice) {
        match news {
            Notice::FirstPlan(summary) if self.format == Format::Text => {
                let mut lines = Vec::new();
                let _ = plan_totals(*summary, &mut lines);
                let _ = self.lines.send(Lines::Events(lines));
            }
            Notice::Findings(findings) if !findings.is_empty() => {
                let has_errors = findings.iter().any(|finding| finding.is_error());
                let text = rendered(findings);
                let _ = self.lines.send(Lines::Findings { text, has_errors });
            }
            Notice::Failure(error) => self.ui.error(error),
            Notice::Stopping => self
                .ui
                .line("stopping: waiting for requests in flight; a second signal exits at once"),
            Notice::Reloaded(Reloaded { keys, connection }) => {
                let errors = keys.iter().chain(connection);
                errors.for_each(|error| self.ui.error(error));
            }
            _ => {}
        }
        self.ui.messages(notice(news));
    }
}

impl Sink for Writer<'_> {
    fn tell(&self, news: &News) {
        match news {
            News::Notice(news) => self.notice(news),
            news => self.event(news),
        }
    }

    fn show(&self, now: &Status) {
        self.ui.show_status(Some(status(now)));
    }
}
