//! The asynchronous runtime of a command, and the signals that end it.
//!
//! The first SIGINT or SIGTERM asks the run to stop, the second ends it at once.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::ui::Ui;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::reconcile::Stop;

/// Runs a command that talks to servers, on this thread. Does not wait for work on other threads: a
/// read from a lost mount may never end.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::unexpected("cannot start the runtime").because(error))?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    done
}

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
            false => " and loses the secret in flight, which is stored nowhere else",
        };
        ui.line(&format!(
            "stopping: waiting for requests in flight; a second signal exits at once{second}"
        ));
        let done = tokio::select! {
            biased;
            done = work => done,
            second = self.next() => std::process::exit(i32::from(second.code())),
        };
        (done, Some(first))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn a_read_that_never_ends_is_not_waited_for() {
        let (release, blocked) = channel::<()>();
        let (done, wait) = channel();
        thread::spawn(move || {
            let result = super::block_on(async {
                let (started, start) = tokio::sync::oneshot::channel();
                tokio::task::spawn_blocking(move || {
                    let _ = started.send(());
                    let _ = blocked.recv();
                });
                let _ = start.await;
                Ok(())
            });
            let _ = done.send(result.is_ok());
        });
        assert_eq!(wait.recv_timeout(Duration::from_secs(30)), Ok(true));
        drop(release);
    }
}
