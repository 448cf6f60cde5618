//! Durations that users give, in Go's syntax, and durations as messages show them.

use std::time::Duration;

use crate::golang::duration::{self as go, Fault};

/// The duration that Go reads from `text`.
///
/// # Errors
/// Why Go refuses it, or that it is negative.
pub fn parse(text: &str) -> Result<Duration, String> {
    let nanoseconds = go::parse(text).map_err(|error| why(&error.fault))?;
    u64::try_from(nanoseconds)
        .map(Duration::from_nanos)
        .map_err(|_| "it cannot be negative".to_owned())
}

fn why(fault: &Fault) -> String {
    match fault {
        Fault::Malformed => "it is not a duration".to_owned(),
        Fault::TooLong => "it is longer than 292 years".to_owned(),
        Fault::NoUnit => "a unit is missing: `ns`, `us`, `ms`, `s`, `m` or `h`".to_owned(),
        Fault::UnknownUnit(unit) => format!(
            "`{}` is not a unit; the units are `ns`, `us`, `ms`, `s`, `m` and `h`",
            unit.escape_debug()
        ),
    }
}

/// A duration for people, rounded to seconds from one second on: `1m5s`, `2s`, `300ms`.
#[must_use]
pub fn show(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    if milliseconds < 1_000 {
        return format!("{milliseconds}ms");
    }
    let seconds = (milliseconds + 500) / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let mut text = String::new();
    for (number, unit) in [(hours, 'h'), (minutes, 'm'), (seconds, 's')] {
        if number > 0 || (unit == 's' && text.is_empty()) {
            text.push_str(&format!("{number}{unit}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{parse, show};
    use std::time::Duration;

    #[test]
    fn says_why() {
        for (text, why) in [
            ("", "not a duration"),
            (" 1h", "not a duration"),
            ("1", "a unit is missing"),
            ("1d", "`d` is not a unit"),
            ("1h 1m", "`h ` is not a unit"),
            ("3000000h", "292 years"),
            ("-1s", "negative"),
        ] {
            assert!(parse(text).is_err_and(|said| said.contains(why)), "{text}");
        }
        assert_eq!(parse("-0s"), Ok(Duration::ZERO));
        assert!(parse("-1ns").is_err());
    }

    #[test]
    fn shows_durations_as_people_say_them() {
        for (milliseconds, text) in [
            (0, "0ms"),
            (300, "300ms"),
            (2_000, "2s"),
            (65_000, "1m5s"),
            (3_600_000, "1h"),
            (60_000, "1m"),
        ] {
            assert_eq!(show(Duration::from_millis(milliseconds)), text);
        }
    }
}
