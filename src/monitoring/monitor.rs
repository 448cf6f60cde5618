//! What is known of a running `watch`: heard from it, and told to whoever asks.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::metrics::{Failed, Metrics};
use super::pulse::Pulse;
use super::readiness::Readiness;
use crate::duration;
use crate::error::{Error, Kind, chain};
use crate::now::now;
use crate::plan::Action;
use crate::reconcile::OutcomeKind;
use crate::text::safe_line;
use crate::watch::{Event, FileState, News, Sink, Status, Which};

/// The longest reason, in characters: probes are shown in a line of `kubectl describe`.
const LONGEST_REASON: usize = 300;

/// What is known of a running `watch`.
#[derive(Debug)]
pub(crate) struct Monitor {
    pulse: Pulse,
    readiness: Mutex<Readiness>,
    metrics: Metrics,
}

impl Monitor {
    /// The loop counts as dead when it has not run for `silence`.
    pub(crate) fn new(silence: Duration, now: Instant) -> Self {
        Self {
            pulse: Pulse::new(silence, now),
            readiness: Mutex::default(),
            metrics: Metrics::new(),
        }
    }

    /// Does the work of the loop, and notes each time that it runs.
    pub(crate) async fn attend<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|context| {
            self.pulse.beat(Instant::now());
            work.as_mut().poll(context)
        })
        .await
    }

    /// Whether the loop runs; otherwise why that is doubted.
    pub(super) fn health(&self) -> Result<(), String> {
        match self.pulse.silence(Instant::now()) {
            None => Ok(()),
            Some(silence) => {
                let silence = duration::show(Duration::from_secs(silence.as_secs()));
                Err(format!("the loop has not run for {silence}"))
            }
        }
    }

    /// Whether everything is there that `watch` needs; otherwise what is missing.
    pub(super) fn readiness(&self) -> Result<(), String> {
        self.known().check().map_err(|why| one_line(&why))
    }

    pub(super) fn metrics(&self) -> Result<String, fmt::Error> {
        self.metrics.text()
    }

    fn outcome(&self, outcome: &OutcomeKind) {
        match outcome {
            OutcomeKind::Created { unconfirmed } => {
                self.metrics.creates.inc();
                self.metrics.unconfirmed.inc_by(i64::from(*unconfirmed));
            }
            OutcomeKind::Raced { unconfirmed } => {
                self.metrics.unconfirmed.inc_by(i64::from(*unconfirmed));
            }
            OutcomeKind::Failed(error) => {
                self.metrics.fails(Failed::Create);
                self.fails(error);
            }
            OutcomeKind::NotTried | OutcomeKind::Unchanged | OutcomeKind::Drifted => {}
        }
    }

    /// Keeps why Hydra is unavailable, should that be.
    fn fails(&self, error: &Error) {
        if error.kind() == Kind::Hydra {
            self.known().hydra_fails(chain(error));
        }
    }

    fn is_reconciled(&self) {
        let seconds = now().as_millisecond() as f64 / 1000.0;
        self.metrics.last_reconcile.set(seconds);
    }

    /// A poisoned lock is fine: what it protects is whole between any two calls.
    fn known(&self) -> MutexGuard<'_, Readiness> {
        self.readiness
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Monitor {
    fn hear(&self, event: &Event) {
        match event {
            Event::Read(Ok(reading)) => {
                self.metrics.files_read.inc_by(reading.files as u64);
                self.known().files_are_read();
            }
            Event::Read(Err(error)) => {
                self.metrics.fails(Failed::Files);
                self.known().files_are_unreadable(chain(error));
            }
            Event::Planned(planned) => {
                self.known().hydra_answers();
                let changes = planned.plan.changes.iter();
                let failed = changes.filter(|change| matches!(change.action, Action::Failed(_)));
                failed.for_each(|_| self.metrics.fails(Failed::LookUp));
                if planned.comparison.which == Which::All {
                    self.is_reconciled();
                }
            }
            Event::NothingToDo(Which::All) => self.is_reconciled(),
            Event::Failed { error, .. } => {
                self.metrics.fails(Failed::Reconcile);
                self.fails(error);
            }
            Event::CreateEnded(ended) => self.outcome(&ended.outcome.kind),
            Event::BatchEnded(ended) if ended.broken.is_some() || ended.lost.is_some() => {
                self.metrics.fails(Failed::Secrets);
            }
            _ => {}
        }
    }

    fn tell(&self, news: &News) {
        if let News::File {
            path: Some(path),
            state,
            ..
        } = news
        {
            let is_absent = matches!(state, FileState::Absent { .. });
            self.known().path_is(path, is_absent);
        }
    }

    fn show(&self, status: &Status) {
        let mut known = self.known();
        known.hydra_is(status.is_down);
        self.metrics.show(status, known.is_hydra_up());
    }
}

/// A reason that others may have had a say in, on one line, and cut to a length that is shown whole.
fn one_line(why: &str) -> String {
    let line = safe_line(why);
    match line.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.into_owned(),
    }
}
