//! Asks a run to stop.

use tokio::sync::watch;

/// Asks a run to stop: nothing new is started, and requests in flight are finished. Clones share
/// the state.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<State>);

/// How close a run is to its end; the order matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Running,
    /// The run creates nothing more, but still settles what it leaves.
    Ending,
    /// The user is waiting for the end.
    Interrupted,
}

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(State::Running))
    }
}

impl Stop {
    /// Asks to stop as soon as possible: leaves everything that can wait to the next run.
    pub fn interrupt(&self) {
        self.set(State::Interrupted);
    }

    /// Asks to create nothing more, because of a failure.
    pub fn end(&self) {
        self.set(State::Ending);
    }

    /// Whether nothing new may be started.
    pub fn is_set(&self) -> bool {
        *self.0.borrow() > State::Running
    }

    /// Whether the user is waiting for the end.
    pub fn is_interrupted(&self) -> bool {
        *self.0.borrow() == State::Interrupted
    }

    /// Returns when nothing new may be started.
    pub async fn wait(&self) {
        self.reaches(State::Ending).await;
    }

    /// Runs `work` until it completes or the run is interrupted, which may cancel it at any point.
    pub async fn guard<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.reaches(State::Interrupted) => None,
            done = work => Some(done),
        }
    }

    fn set(&self, state: State) {
        self.0.send_modify(|now| *now = state.max(*now));
    }

    async fn reaches(&self, state: State) {
        // Cannot fail: the sender is `self`.
        let _ = self.0.subscribe().wait_for(|now| *now >= state).await;
    }
}

#[cfg(test)]
mod tests {
    use super::Stop;

    #[tokio::test]
    async fn only_an_interruption_ends_guarded_work() {
        let stop = Stop::default();
        assert!(!stop.is_set());
        stop.end();
        assert!(stop.is_set() && !stop.is_interrupted());
        assert_eq!(stop.guard(async { 1 }).await, Some(1));
        stop.interrupt();
        stop.end();
        assert!(stop.is_interrupted());
        assert_eq!(stop.guard(std::future::pending::<()>()).await, None);
    }
}
