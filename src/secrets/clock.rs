//! The time of day, and how long ago something was.
//!
//! The system's clock may be set, or stand still while a machine sleeps. How long ago something was
//! is told by a clock that nobody sets, as far as this process can know.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

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

/// What the clock of the day has shown in this process.
static DAYS: Mutex<Vec<Day>> = Mutex::new(Vec::new());

/// By how much the two clocks may differ before the one of the day was set.
const SET: SignedDuration = SignedDuration::from_secs(5);

/// How many settings of the clock are remembered.
const MOST: usize = 32;

/// A moment when the clock of the day was set, or first asked for: what it showed then.
#[derive(Debug, Clone, Copy)]
struct Day {
    shown: Timestamp,
    at: Instant,
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let shown = crate::now::now();
        let mut days = DAYS.lock().unwrap_or_else(PoisonError::into_inner);
        note(&mut days, shown, Instant::now());
        shown
    }

    /// A clock that is set, or a machine that sleeps, makes nothing older.
    fn since(&self, then: Timestamp) -> SignedDuration {
        let by_day = self.now().duration_since(then);
        let days = DAYS.lock().unwrap_or_else(PoisonError::into_inner);
        age(&days, then, Instant::now()).unwrap_or(by_day)
    }
}

/// Notes what the clock of the day shows, where it was set since.
fn note(days: &mut Vec<Day>, shown: Timestamp, at: Instant) {
    let was_set = days.last().is_none_or(|last| {
        let expected = signed(at.saturating_duration_since(last.at));
        let passed = shown.duration_since(last.shown);
        passed.saturating_sub(expected).abs() > SET
    });
    if was_set {
        if days.len() == MOST {
            // The first one says what was before this process.
            days.remove(1);
        }
        days.push(Day { shown, at });
    }
}

/// How long before `at` the clock of the day showed `then`; the shortest time, where it did so more
/// than once, and `None` where it never did.
fn age(days: &[Day], then: Timestamp, at: Instant) -> Option<SignedDuration> {
    let ends = days.iter().skip(1).map(|next| next.at).chain([at]);
    let ages = days
        .iter()
        .zip(ends)
        .enumerate()
        .filter_map(|(index, (day, end))| {
            let into = then.duration_since(day.shown);
            // Whatever was before the first is taken to have been shown by the same clock. What is
            // written down is in whole seconds.
            let is_before = into < SignedDuration::from_secs(-1) && index > 0;
            let is_after = into > signed(end.saturating_duration_since(day.at)) + SET;
            (!is_before && !is_after).then(|| signed(at.saturating_duration_since(day.at)) - into)
        });
    ages.min()
}

fn signed(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{Day, Duration, Instant, SignedDuration, Timestamp, age, note};

    /// A clock that shows `hour` after so many seconds, and what is noted of it.
    struct Story {
        start: Instant,
        days: Vec<Day>,
    }

    fn hour(hour: i64, seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hour * 3_600 + seconds).unwrap()
    }

    impl Story {
        fn of(shown: &[(u64, Timestamp)]) -> Self {
            let (start, mut days) = (Instant::now(), Vec::new());
            for (seconds, shown) in shown {
                note(&mut days, *shown, start + Duration::from_secs(*seconds));
            }
            Self { start, days }
        }

        fn age(&self, then: Timestamp, after: u64) -> Option<i64> {
            let at = self.start + Duration::from_secs(after);
            age(&self.days, then, at).map(|age: SignedDuration| age.as_secs())
        }
    }

    #[test]
    fn a_clock_that_is_not_set_tells_ages_as_it_is() {
        let story = Story::of(&[(0, hour(0, 0)), (50, hour(0, 51)), (90, hour(0, 90))]);
        assert_eq!(story.days.len(), 1);
        assert_eq!(story.age(hour(0, 30), 90), Some(60));
        // Before this process.
        assert_eq!(story.age(hour(-1, 0), 90), Some(3_690));
        // Ahead.
        assert_eq!(story.age(hour(1, 0), 90), None);
    }

    #[test]
    fn a_clock_that_is_set_forward_makes_nothing_older_or_younger() {
        let story = Story::of(&[(0, hour(0, 0)), (10, hour(1, 10)), (80, hour(1, 80))]);
        assert_eq!(story.age(hour(0, 5), 80), Some(75));
        assert_eq!(story.age(hour(1, 20), 80), Some(60));
        // It never showed that.
        assert_eq!(story.age(hour(0, 1_800), 80), None);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nothing_older_or_younger() {
        let story = Story::of(&[(0, hour(2, 0)), (10, hour(0, 10)), (80, hour(0, 80))]);
        assert_eq!(story.age(hour(2, 5), 80), Some(75));
        assert_eq!(story.age(hour(0, 20), 80), Some(60));
        // What is written down in the second in which it was set.
        let fraction = hour(0, 10) + SignedDuration::from_millis(700);
        let story = Story::of(&[(0, hour(2, 0)), (10, fraction)]);
        assert_eq!(story.age(hour(0, 10), 11), Some(1));
        // Shown twice: the shortest.
        let story = Story::of(&[(0, hour(0, 0)), (100, hour(0, 50))]);
        assert_eq!(story.age(hour(0, 60), 120), Some(10));
    }
}
