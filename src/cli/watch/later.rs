//! When to try again to create a client, after that failed: one that Hydra never answers must not
//! hold up the others again and again.

use std::time::Duration;

use tokio::time::Instant;

/// The first pause; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 60);

/// How much longer than the try itself the pause after it is at least: while it is tried, others
/// may wait.
const TIMES_THE_TRY: u32 = 4;

/// When to try again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Later {
    pub(super) at: Instant,
    pause: Duration,
}

impl Later {
    /// After a try that took so long, and failed as those `before` it.
    pub(super) fn after(before: Option<Self>, took: Duration) -> Self {
        let pause = before.map_or(FIRST_PAUSE, |before| before.pause * 2);
        let pause = pause.max(took.saturating_mul(TIMES_THE_TRY));
        let pause = pause.min(LONGEST_PAUSE);
        let at = Instant::now() + pause;
        Self { at, pause }
    }

    /// At that moment.
    pub(super) fn until(at: Instant) -> Self {
        let pause = FIRST_PAUSE;
        Self { at, pause }
    }

    /// Waits once more, where its time had come at that moment.
    pub(super) fn had_turn(&mut self, moment: Instant) {
        if self.at <= moment {
            self.at = Instant::now() + self.pause;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, FIRST_PAUSE, Instant, LONGEST_PAUSE, Later};

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_and_are_longer_than_the_tries_and_end_somewhere() {
        let pause = |later: Later| later.at - Instant::now();
        let first = Later::after(None, Duration::ZERO);
        assert_eq!(pause(first), FIRST_PAUSE);
        let second = Later::after(Some(first), Duration::ZERO);
        assert_eq!(pause(second), 2 * FIRST_PAUSE);
        let slow = Later::after(None, Duration::from_secs(30));
        assert_eq!(pause(slow), Duration::from_secs(120));
        let many = (0..30).fold(slow, |later, _| Later::after(Some(later), Duration::ZERO));
        assert_eq!(pause(many), LONGEST_PAUSE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_puts_off_only_what_had_it() {
        let mut later = Later::after(None, Duration::ZERO);
        let at = later.at;
        later.had_turn(Instant::now());
        assert_eq!(later.at, at);
        tokio::time::advance(FIRST_PAUSE).await;
        later.had_turn(Instant::now());
        assert_eq!(later.at, at + FIRST_PAUSE);
    }
}
