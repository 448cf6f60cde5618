//! The time of day, and how long ago something was.

use std::sync::OnceLock;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

/// Tells the time.
pub trait Clock {
    /// The time of day.
    fn now(&self) -> Timestamp;

    /// How long ago that was, at least; less than nothing where it lies ahead.
    fn since(&self, then: Timestamp) -> SignedDuration {
        self.now().duration_since(then)
    }
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

/// The time of day when it was first asked for, and the same moment on a clock that nobody sets.
static FIRST: OnceLock<(Timestamp, Instant)> = OnceLock::new();

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        FIRST.get_or_init(|| (now, Instant::now()));
        now
    }

    /// A clock that is set forward, or a machine that slept, makes nothing older.
    fn since(&self, then: Timestamp) -> SignedDuration {
        let by_day = self.now().duration_since(then);
        let Some((first, moment)) = FIRST.get() else {
            return by_day;
        };
        let elapsed = SignedDuration::try_from(moment.elapsed()).unwrap_or(SignedDuration::MAX);
        let steady = first.duration_since(then).saturating_add(elapsed);
        by_day.min(steady)
    }
}
