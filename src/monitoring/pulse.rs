//! Whether the loop still runs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Notes when the loop ran last. It runs whenever something happens that it waits for, and at least
/// as often as it reads the files.
#[derive(Debug)]
pub(super) struct Pulse {
    start: Instant,
    /// Milliseconds after the start.
    last: AtomicU64,
    /// How long the loop may be silent.
    limit: Duration,
}

impl Pulse {
    pub(super) fn new(limit: Duration, now: Instant) -> Self {
        Self {
            start: now,
            last: AtomicU64::new(0),
            limit,
        }
    }

    pub(super) fn beat(&self, now: Instant) {
        self.last.store(self.since_start(now), Ordering::Relaxed);
    }

    /// How long the loop has been silent, if that is too long.
    pub(super) fn silence(&self, now: Instant) -> Option<Duration> {
        let last = self.last.load(Ordering::Relaxed);
        let silence = Duration::from_millis(self.since_start(now).saturating_sub(last));
        (silence > self.limit).then_some(silence)
    }

    fn since_start(&self, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(self.start).as_millis();
        u64::try_from(elapsed).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Pulse;

    #[test]
    fn it_is_silent_only_beyond_the_limit_and_until_the_next_beat() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let pulse = Pulse::new(60 * second, start);
        assert_eq!(pulse.silence(start + 60 * second), None);
        assert_eq!(pulse.silence(start + 61 * second), Some(61 * second));
        pulse.beat(start + 61 * second);
        assert_eq!(pulse.silence(start + 121 * second), None);
        assert_eq!(pulse.silence(start + 122 * second), Some(61 * second));
    }
}
