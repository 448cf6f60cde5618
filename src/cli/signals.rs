//! SIGINT and SIGTERM: the first asks the run to stop, the second ends it at once.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::ui::Ui;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::reconcile::Stop;

/// The effect of the second signal if a journal records what was sent.
const SECOND: &str = "a second signal ends at once";

/// Receives signals.
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(super) fn new() -> Result<Self> {
        let listen = |kind| {
            signal(kind)
                .map_err(|error| Error::unexpected("cannot listen for signals").because(error))
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// The next signal, as the exit code it results in.
    pub(super) async fn next(&mut self) -> ExitCode {
        tokio::select! {
            biased;
            _ = self.terminate.recv() => ExitCode::Terminated,
            _ = self.interrupt.recv() => ExitCode::Interrupted,
        }
    }

    /// Runs `work`, which a signal may end anywhere.
    pub(super) async fn guard<T>(&mut self, work: impl Future<Output = T>) -> Result<T, ExitCode> {
        tokio::select! {
            biased;
            signal = self.next() => Err(signal),
            done = work => Ok(done),
        }
    }

    /// Runs `work`. The first signal stops it gracefully; the second ends the process at once,
    /// since what was sent is in the journal. Returns the result of `work`, and the first signal.
    pub(super) async fn stop_softly<T>(
        &mut self,
        stop: &Stop,
        ui: &Ui,
        work: impl Future<Output = T>,
    ) -> (T, Option<ExitCode>) {
        self.stop_saying(SECOND, stop, ui, work).await
    }

    /// The same for work without a journal: the second signal loses what was sent.
    pub(super) async fn stop_unkept<T>(
        &mut self,
        stop: &Stop,
        ui: &Ui,
        work: impl Future<Output = T>,
    ) -> (T, Option<ExitCode>) {
        let second =
            "a second signal ends at once and loses the secret under way, which is written nowhere";
        self.stop_saying(second, stop, ui, work).await
    }

    async fn stop_saying<T>(
        &mut self,
        second: &str,
        stop: &Stop,
        ui: &Ui,
        work: impl Future<Output = T>,
    ) -> (T, Option<ExitCode>) {
        tokio::pin!(work);
        let first = tokio::select! {
            biased;
            done = &mut work => return (done, None),
            first = self.next() => first,
        };
        stop.interrupt();
        (self.finish_saying(second, ui, work).await, Some(first))
    }

    async fn finish_saying<T>(
        &mut self,
        second: &str,
        ui: &Ui,
        work: impl Future<Output = T>,
    ) -> T {
        ui.line(&format!(
            "stopping: what was sent is being finished; {second}"
        ));
        tokio::select! {
            biased;
            done = work => done,
            second = self.next() => std::process::exit(i32::from(second.code())),
        }
    }
}
