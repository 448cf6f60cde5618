//! When a client that could not be created is retried.

use std::time::{Duration, Instant};

/// The first pause before a retry; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 60);

/// The pause is at least this many times as long as the attempt itself: a client that Hydra never
/// answers for must not hold up the others again and again.
const TIMES_THE_ATTEMPT: u32 = 4;

/// When to retry, and how long the pause before that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Backoff {
    pub(super) at: Instant,
    pause: Duration,
}

impl Backoff {
    /// After an attempt that took this long, and failed like the ones before it.
    pub(super) fn after(before: Option<Self>, took: Duration, now: Instant) -> Self {
        let pause = before.map_or(FIRST_PAUSE, |before| before.pause * 2);
        let pause = pause.max(took.saturating_mul(TIMES_THE_ATTEMPT));
        let pause = pause.min(LONGEST_PAUSE);
        let at = now + pause;
        Self { at, pause }
    }

    pub(super) fn until(at: Instant) -> Self {
        let pause = FIRST_PAUSE;
        Self { at, pause }
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.at <= now
    }

    /// Starts the same pause again, if it is over.
    pub(super) fn restart(&mut self, now: Instant) {
        if self.is_over(now) {
            self.at = now + self.pause;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, Duration, FIRST_PAUSE, Instant, LONGEST_PAUSE};

    #[test]
    fn pauses_double_outlast_the_attempts_and_have_a_limit() {
        let now = Instant::now();
        let pause = |backoff: Backoff| backoff.at - now;
        let first = Backoff::after(None, Duration::ZERO, now);
        assert_eq!(pause(first), FIRST_PAUSE);
        let second = Backoff::after(Some(first), Duration::ZERO, now);
        assert_eq!(pause(second), 2 * FIRST_PAUSE);
        let slow = Backoff::after(None, Duration::from_secs(30), now);
        assert_eq!(pause(slow), Duration::from_secs(120));
        let many = (0..30).fold(slow, |before, _| {
            Backoff::after(Some(before), Duration::ZERO, now)
        });
        assert_eq!(pause(many), LONGEST_PAUSE);
    }

    #[test]
    fn only_a_pause_that_is_over_starts_again() {
        let now = Instant::now();
        let mut backoff = Backoff::after(None, Duration::ZERO, now);
        let at = backoff.at;
        backoff.restart(now);
        assert_eq!(backoff.at, at);
        backoff.restart(at);
        assert_eq!(backoff.at, at + FIRST_PAUSE);
    }
}
