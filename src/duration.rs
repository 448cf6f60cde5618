//! Lengths of time in Go's syntax, which Hydra and its command line speak: `1h2m3.5s`, `300ms`, `0`.
//!
//! Source: Go's `time.ParseDuration` and `time.Duration.String`.

use std::fmt;
use std::time::Duration;

/// The largest number of nanoseconds that Go counts, which only a negative length reaches.
const LIMIT: u64 = 1 << 63;

/// Go's units and their length in nanoseconds. Both micro signs count (U+00B5 and U+03BC).
const UNITS: &[(&str, u64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Why a text is no length of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It does not begin with a number, or holds nothing.
    Malformed,
    /// A number stands without a unit.
    NoUnit,
    /// No unit of Go's has that name.
    UnknownUnit(String),
    /// It does not fit into 64 bits (about 292 years).
    TooLong,
    /// It is below zero, where that makes no sense.
    Negative,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("it is no length of time"),
            Self::NoUnit => f.write_str("a unit is missing: `ns`, `us`, `ms`, `s`, `m` or `h`"),
            Self::UnknownUnit(unit) => write!(
                f,
                "`{}` is no unit; there are `ns`, `us`, `ms`, `s`, `m` and `h`",
                unit.escape_debug()
            ),
            Self::TooLong => f.write_str("it is longer than 292 years"),
            Self::Negative => f.write_str("it cannot be negative"),
        }
    }
}

/// The length of time that Go reads from `text`.
///
/// # Errors
/// Where Go refuses it, or it is negative.
pub fn parse(text: &str) -> Result<Duration, Refusal> {
    let nanoseconds = read(text)?;
    u64::try_from(nanoseconds)
        .map(Duration::from_nanos)
        .map_err(|_| Refusal::Negative)
}

/// The number of nanoseconds that Go reads from `text`, or `None` where Go refuses it.
///
/// Like Go, it takes a sign, fractions, several units in any order, and a bare `0`; it refuses
/// what does not fit into 64 bits (about 292 years). Unlike Go, it refuses as well what is so much
/// too long that Go's own sum begins at zero again.
#[must_use]
pub fn parse_nanoseconds(text: &str) -> Option<i64> {
    read(text).ok()
}

fn read(text: &str) -> Result<i64, Refusal> {
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(Refusal::Malformed);
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (part, after) = read_part(rest)?;
        total = total
            .checked_add(part)
            .filter(|total| *total <= LIMIT)
            .ok_or(Refusal::TooLong)?;
        rest = after;
    }
    // The most negative value is one larger than the most positive one.
    match (negative, i64::try_from(total)) {
        (false, Ok(total)) => Ok(total),
        (true, Ok(total)) => Ok(-total),
        (true, Err(_)) => Ok(i64::MIN),
        (false, Err(_)) => Err(Refusal::TooLong),
    }
}

/// One number with its unit at the start of `text`, in nanoseconds, and what follows it.
fn read_part(text: &str) -> Result<(u64, &str), Refusal> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, mut rest) = text.split_at(digits(text));
    let mut fraction = "";
    if let Some(after_dot) = rest.strip_prefix('.') {
        (fraction, rest) = after_dot.split_at(digits(after_dot));
    }
    if whole.is_empty() && fraction.is_empty() {
        return Err(Refusal::Malformed);
    }
    let is_unit = |byte: &u8| *byte != b'.' && !byte.is_ascii_digit();
    let (unit, after) = rest.split_at(rest.bytes().take_while(is_unit).count());
    if unit.is_empty() {
        return Err(Refusal::NoUnit);
    }
    let (_, length) = UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .ok_or_else(|| Refusal::UnknownUnit(unit.to_owned()))?;
    let whole: u64 = match whole {
        "" => 0,
        digits => digits.parse().map_err(|_| Refusal::TooLong)?,
    };
    let nanoseconds = whole
        .checked_mul(*length)
        .and_then(|whole| whole.checked_add(below_one(fraction, *length)))
        .filter(|nanoseconds| *nanoseconds <= LIMIT)
        .ok_or(Refusal::TooLong)?;
    Ok((nanoseconds, after))
}

/// A fraction's digits of a unit, in nanoseconds: in floating point, rounded as Go rounds.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is Go's own arithmetic, and the result is shorter than an hour"
)]
fn below_one(fraction: &str, unit: u64) -> u64 {
    let (mut number, mut scale) = (0_u64, 1.0_f64);
    for digit in fraction.bytes().map(|digit| u64::from(digit - b'0')) {
        // Further digits change nothing that 64 bits can hold.
        if number > i64::MAX as u64 / 10 || number * 10 + digit > LIMIT {
            break;
        }
        number = number * 10 + digit;
        scale *= 10.0;
    }
    (number as f64 * (unit as f64 / scale)) as u64
}

/// A length of time for people: `1m5s`, `2s`, `300ms`.
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
    use super::{Refusal, parse, parse_nanoseconds, show};
    use std::time::Duration;

    // Most were sent to Hydra v1.11.10 and v2.3.0 as lifespans: these they stored ...
    #[test]
    fn reads_what_go_reads() {
        for (text, nanoseconds) in [
            ("0", 0),
            ("-0", 0),
            ("00h", 0),
            ("1h", 3_600_000_000_000),
            ("1h2m3.5s", 3_723_500_000_000),
            ("300ms", 300_000_000),
            ("1us", 1_000),
            ("1\u{b5}s", 1_000),
            ("1\u{3bc}s", 1_000),
            (".5s", 500_000_000),
            ("5.s", 5_000_000_000),
            ("1.5h", 5_400_000_000_000),
            ("-1.5h", -5_400_000_000_000),
            ("+5s", 5_000_000_000),
            ("1s1h", 3_601_000_000_000),
            ("0.1ns", 0),
            ("0.9999999999999999999999ns", 1),
            ("2562047h47m16.854775807s", i64::MAX),
            ("-2562047h47m16.854775808s", i64::MIN),
            ("-9223372036854775808ns", i64::MIN),
        ] {
            assert_eq!(parse_nanoseconds(text), Some(nanoseconds), "{text}");
        }
    }

    // ... and these they refused.
    #[test]
    fn refuses_what_go_refuses() {
        for text in [
            "",
            "-",
            "1",
            "s",
            "h",
            ".",
            "1.",
            ".s",
            "1d",
            "1H",
            "1h ",
            " 1h",
            "1 h",
            "1hour",
            "1e3s",
            "9223372036854775808ns",
            "2562047h47m16.854775808s",
            "3000000h",
            "99999999999999999999h",
            "--1s",
            "1h-1m",
            "00",
            "\u{661}s",
        ] {
            assert_eq!(parse_nanoseconds(text), None, "{text}");
        }
    }

    #[test]
    fn says_why() {
        for (text, why) in [
            ("", "no length of time"),
            (" 1h", "no length of time"),
            ("1", "a unit is missing"),
            ("1d", "`d` is no unit"),
            ("1h 1m", "`h ` is no unit"),
            ("3000000h", "292 years"),
            ("-1s", "negative"),
        ] {
            let refusal = parse(text).map_err(|refusal| refusal.to_string());
            assert!(refusal.is_err_and(|said| said.contains(why)), "{text}");
        }
        assert_eq!(parse("-0s"), Ok(Duration::ZERO));
        assert_eq!(parse("-1ns"), Err(Refusal::Negative));
    }

    #[test]
    fn shows_times_as_people_say_them() {
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
