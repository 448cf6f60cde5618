//! The wall clock, and how long ago something happened.
//!
//! The wall clock can be set. To tell whether a request may still be in transit, the time since
//! boot is used instead: nobody can set it. It means nothing on another machine or after a reboot,
//! which is why it is always recorded with the boot ID that Linux generates at each boot.

use jiff::{SignedDuration, Timestamp};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// A source of time.
pub trait Clock {
    /// The wall-clock time.
    fn now(&self) -> Timestamp;

    /// How long this machine has been running; `None` if the system does not report it.
    fn boot(&self) -> Option<Boot>;

    /// The current moment; the wall-clock part is in whole seconds.
    fn moment(&self) -> Moment {
        let now = self.now();
        Moment {
            at: Timestamp::from_second(now.as_second()).unwrap_or(now),
            boot: self.boot(),
        }
    }

    /// How long ago `then` was; `None` if it was on another machine or before the last boot,
    /// because then nothing here measured the elapsed time.
    fn since(&self, then: &Moment) -> Option<SignedDuration> {
        let Some((past, present)) = then.boot.as_ref().zip(self.boot()) else {
            return Some(self.now().duration_since(then.at));
        };
        let milliseconds = i64::try_from(present.milliseconds.saturating_sub(past.milliseconds));
        (past.id == present.id)
            .then(|| SignedDuration::from_millis(milliseconds.unwrap_or(i64::MAX)))
    }
}

/// How long a machine has been running since it booted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boot {
    /// Identifies the boot: Linux generates a random UUID at each one (random(4)).
    pub id: String,
    /// Milliseconds since boot, not counting time the machine was suspended.
    pub milliseconds: u64,
}

/// A moment from which a later run may have to measure elapsed time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The wall-clock time.
    pub at: Timestamp,
    /// The same moment on the clock that cannot be set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<Boot>,
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        crate::now::now()
    }

    fn boot(&self) -> Option<Boot> {
        let id = crate::linux::boot_id()?;
        let time = clock_gettime(ClockId::Monotonic);
        let seconds = u64::try_from(time.tv_sec).ok()?;
        let milliseconds = u64::try_from(time.tv_nsec / 1_000_000).ok()?;
        Some(Boot {
            id,
            milliseconds: seconds.checked_mul(1_000)?.checked_add(milliseconds)?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{Boot, Clock, Moment, SignedDuration, SystemClock, Timestamp};

    /// A clock that stands still.
    struct Still(i64, Option<Boot>);

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(self.0).unwrap()
        }

        fn boot(&self) -> Option<Boot> {
            self.1.clone()
        }
    }

    fn boot(id: &str, seconds: u64) -> Option<Boot> {
        let (id, milliseconds) = (id.to_owned(), seconds * 1_000);
        Some(Boot { id, milliseconds })
    }

    fn since(then: (i64, Option<Boot>), now: (i64, Option<Boot>)) -> Option<i64> {
        let then = Still(then.0, then.1).moment();
        Still(now.0, now.1)
            .since(&then)
            .map(|time: SignedDuration| time.as_secs())
    }

    #[test]
    fn a_clock_of_the_day_that_is_set_makes_nothing_older_or_younger() {
        for now in [0, 1_000, 1_005, 100_000] {
            let age = since((1_000, boot("a", 10)), (now, boot("a", 15)));
            assert_eq!(age, Some(5), "{now}");
        }
    }

    #[test]
    fn on_another_machine_or_after_another_start_nothing_tells() {
        assert_eq!(since((0, boot("a", 10)), (9, boot("b", 15))), None);
    }

    #[test]
    fn where_the_system_does_not_tell_the_clock_of_the_day_counts() {
        assert_eq!(since((0, None), (9, boot("b", 15))), Some(9));
        assert_eq!(since((0, boot("a", 10)), (9, None)), Some(9));
        assert_eq!(since((9, None), (0, None)), Some(-9));
    }

    #[test]
    fn the_systems_clock_names_its_start_and_goes_on() {
        let first: Moment = SystemClock.moment();
        let boot = first.boot.clone().unwrap();
        assert_eq!(boot.id.len(), 36);
        assert!(SystemClock.boot().unwrap().milliseconds >= boot.milliseconds);
        assert!(SystemClock.since(&first).unwrap() < SignedDuration::from_secs(60));
    }
}
