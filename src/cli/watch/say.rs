//! Says what happens: events on standard output, all else on standard error.

use std::collections::HashSet;

use jiff::{Timestamp, Unit};

use crate::cli::args::Format;
use crate::cli::ui::Ui;
use crate::error::Error;
use crate::output::text::{self, Detail};
use crate::output::watch::{Event, json, text as event_text};
use crate::plan::Plan;

/// Says what happens.
pub(super) struct Say<'a> {
    pub(super) ui: &'a Ui,
    format: Format,
    /// What was warned of, so that it is not said again.
    warned: HashSet<String>,
    /// How many events there were.
    pub(super) events: usize,
}

impl<'a> Say<'a> {
    pub(super) fn new(format: Format, ui: &'a Ui) -> Self {
        Self {
            ui,
            format,
            warned: HashSet::new(),
            events: 0,
        }
    }

    /// Writes an event. Where nobody reads any more, Hydra is kept filled all the same.
    pub(super) fn event(&mut self, event: &Event<'_>) {
        self.events += 1;
        let time = now();
        let detail = self.ui.detail();
        let _ = self.ui.result(|out| match self.format {
            Format::Text => event_text(event, time, detail, out),
            Format::Json => json(event, time, out),
        });
    }

    /// The totals of the first plan.
    pub(super) fn plan(&self, plan: &Plan) {
        if self.format == Format::Text {
            let _ = self.ui.result(|out| text::plan(plan, Detail::Quiet, out));
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
    let now = Timestamp::now();
    now.round(Unit::Millisecond).unwrap_or(now)
}
