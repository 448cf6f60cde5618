//! The asynchronous runtime of a command.

use crate::error::{Error, Result};

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
