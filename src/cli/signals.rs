//! SIGINT and SIGTERM: the first asks the run to stop, the second ends it at once.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::runtime::block_on;
use super::ui::Ui;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::reconcile::Stop;

/// Runs a command that a signal may end anywhere.
pub(super) fn run_guarded(work: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    block_on(async { Signals::new()?.guard(work).await.unwrap_or_else(Ok) })
}

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

    /// Runs `work`. The first signal stops it gracefully; the second ends the process at once. If
    /// what was sent is in a journal, the next run settles it; otherwise its secret is lost. Returns
    /// the result of `work`, and the first signal.
    pub(super) async fn stop_softly<T>(
        &mut self,
        is_journaled: bool,
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
        let second = match is_journaled {
            true => "",
            false => " and loses the secret under way, which is written nowhere",
        };
        ui.line(&format!(
            "stopping: what was sent is being finished; a second signal ends at once{second}"
        ));
        let done = tokio::select! {
            biased;
            done = work => done,
            second = self.next() => std::process::exit(i32::from(second.code())),
        };
        (done, Some(first))
    }
}
