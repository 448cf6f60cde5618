//! The time of day.

use jiff::Timestamp;

/// Tells the time.
pub trait Clock {
    /// The time of day.
    fn now(&self) -> Timestamp;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
