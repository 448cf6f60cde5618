//! The current time, within the range that can be written down.

use std::time::SystemTime;

use jiff::Timestamp;

/// The current time. A clock outside the range of [`Timestamp`] is taken for its nearest end.
pub(crate) fn now() -> Timestamp {
    within(SystemTime::now())
}

fn within(time: SystemTime) -> Timestamp {
    let end = match time < SystemTime::UNIX_EPOCH {
        true => Timestamp::MIN,
        false => Timestamp::MAX,
    };
    Timestamp::try_from(time).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::within;
    use jiff::Timestamp;
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_clock_out_of_range_shows_the_nearest_end() {
        let far = Duration::from_secs(400_000_000_000);
        let epoch = SystemTime::UNIX_EPOCH;
        assert_eq!(epoch.checked_add(far).map(within), Some(Timestamp::MAX));
        assert_eq!(epoch.checked_sub(far).map(within), Some(Timestamp::MIN));
        assert_eq!(within(epoch), Timestamp::UNIX_EPOCH);
    }
}
