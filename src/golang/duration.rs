//! Durations such as `1h2m3.5s`, `300ms` and `0`, as Go's `time.ParseDuration` reads and
//! `time.Duration.String` writes them.

use std::fmt;

use super::quote::quote_ascii;

/// The length of `math.MinInt64` nanoseconds, which is one more than the longest positive duration.
const LIMIT: u64 = 1 << 63;

/// Go's units in nanoseconds. Both micro signs count (U+00B5 and U+03BC).
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

/// A text that is not a duration. It displays as Go's error.
pub type Invalid = super::quote::Invalid<Fault>;

/// What is wrong with a duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A number is missing.
    Malformed,
    /// It does not fit into 64 bits (about 292 years).
    TooLong,
    /// A number has no unit.
    NoUnit,
    /// A number has a unit that Go does not know.
    UnknownUnit(String),
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = quote_ascii(&self.text);
        match &self.fault {
            Fault::Malformed | Fault::TooLong => write!(f, "time: invalid duration {text}"),
            Fault::NoUnit => write!(f, "time: missing unit in duration {text}"),
            Fault::UnknownUnit(unit) => {
                let unit = quote_ascii(unit);
                write!(f, "time: unknown unit {unit} in duration {text}")
            }
        }
    }
}

/// Reads a duration, in nanoseconds.
///
/// # Errors
/// Where Go returns an error.
pub fn parse(text: &str) -> Result<i64, Invalid> {
    read(text).map_err(|fault| Invalid::new(text, fault))
}

fn read(text: &str) -> Result<i64, Fault> {
    let (is_negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(Fault::Malformed);
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let part;
        (part, rest) = read_part(rest)?;
        // Go lets twice the limit wrap around to zero.
        total = within_limit(total.wrapping_add(part))?;
    }
    if is_negative {
        return Ok(0i64.wrapping_sub_unsigned(total));
    }
    i64::try_from(total).map_err(|_| Fault::TooLong)
}

/// Reads the first number with its unit, in nanoseconds, and returns what follows them.
fn read_part(text: &str) -> Result<(u64, &str), Fault> {
    let is_no_digit = |char: char| !char.is_ascii_digit();
    let (whole, rest) = split_where(text, is_no_digit);
    let fraction = rest.strip_prefix('.');
    let (fraction, rest) = fraction.map_or(("", rest), |rest| split_where(rest, is_no_digit));
    if whole.is_empty() && fraction.is_empty() {
        return Err(Fault::Malformed);
    }
    // Go notices that the number is too long before it looks for the unit.
    let number = match whole {
        "" => 0,
        digits => within_limit(digits.parse().map_err(|_| Fault::TooLong)?)?,
    };
    let (unit, rest) = split_where(rest, |char| char == '.' || char.is_ascii_digit());
    let unit = nanoseconds(unit)?;
    let number = within_limit(number.checked_mul(unit).ok_or(Fault::TooLong)?)?;
    Ok((within_limit(number + below_one(fraction, unit))?, rest))
}

fn split_where(text: &str, is_end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(is_end).unwrap_or(text.len()))
}

fn nanoseconds(unit: &str) -> Result<u64, Fault> {
    match UNITS.iter().find(|(name, _)| *name == unit) {
        Some((_, length)) => Ok(*length),
        None if unit.is_empty() => Err(Fault::NoUnit),
        None => Err(Fault::UnknownUnit(unit.to_owned())),
    }
}

fn within_limit(number: u64) -> Result<u64, Fault> {
    (number <= LIMIT).then_some(number).ok_or(Fault::TooLong)
}

/// The digits after the point of a number, in nanoseconds, with Go's floating-point rounding.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "this is Go's arithmetic, and the result is at most an hour"
)]
fn below_one(fraction: &str, unit: u64) -> u64 {
    let (mut number, mut scale) = (0_u64, 1.0_f64);
    for digit in fraction.bytes().map(|digit| u64::from(digit - b'0')) {
        // Go ignores the digits that do not fit.
        if number > (LIMIT - 1) / 10 || number * 10 + digit > LIMIT {
            break;
        }
        number = number * 10 + digit;
        scale *= 10.0;
    }
    (number as f64 * (unit as f64 / scale)) as u64
}

/// Writes a duration: `1h0m0s`, `1.5s`, `100ms`, `0s`.
#[must_use]
pub fn format(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.unsigned_abs();
    match total {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{total}ns"),
        1_000..1_000_000 => format!("{sign}{}\u{b5}s", decimal(total, 1_000)),
        1_000_000..1_000_000_000 => format!("{sign}{}ms", decimal(total, 1_000_000)),
        _ => {
            let minutes = total / 60_000_000_000;
            let seconds = decimal(total % 60_000_000_000, 1_000_000_000);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

/// `number / unit` without trailing zeros.
fn decimal(number: u64, unit: u64) -> String {
    let (whole, rest) = (number / unit, number % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let width = unit.ilog10() as usize;
    let digits = format!("{rest:0width$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::{format, parse};

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
            ("9223372036854775808ns9223372036854775808ns", 0),
        ] {
            assert_eq!(parse(text), Ok(nanoseconds), "{text}");
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
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_are_rewritten_as_hydra_does() {
        for (sent, stored) in [
            ("1h", "1h0m0s"),
            ("90m", "1h30m0s"),
            ("1.5h", "1h30m0s"),
            ("0", "0s"),
            ("-1h", "-1h0m0s"),
            ("100ms", "100ms"),
            ("1us", "1µs"),
            ("1μs", "1µs"),
            (".5s", "500ms"),
            ("1.s", "1s"),
            ("+5s", "5s"),
            ("1m60s", "2m0s"),
            ("1500us", "1.5ms"),
            ("1s500ms", "1.5s"),
            ("0.0000000001s", "0s"),
            ("9223372036854775807ns", "2562047h47m16.854775807s"),
            ("-9223372036854775808ns", "-2562047h47m16.854775808s"),
            ("0.9223372036854775807123456789h", "55m20.413933267s"),
            ("1.0000000001h", "1h0m0.00000036s"),
        ] {
            assert_eq!(parse(sent).map(format).as_deref(), Ok(stored), "{sent}");
        }
    }

    #[test]
    fn go_says_what_is_wrong_with_a_duration() {
        for (sent, reason) in [
            ("", "time: invalid duration \"\""),
            ("1", "time: missing unit in duration \"1\""),
            ("1d", "time: unknown unit \"d\" in duration \"1d\""),
            ("1h 1m", "time: unknown unit \"h \" in duration \"1h 1m\""),
            (" 1h", "time: invalid duration \" 1h\""),
            (".s", "time: invalid duration \".s\""),
            ("-", "time: invalid duration \"-\""),
            (
                "1ä",
                "time: unknown unit \"\\xc3\\xa4\" in duration \"1\\xc3\\xa4\"",
            ),
            (
                "9223372036854775808ns",
                "time: invalid duration \"9223372036854775808ns\"",
            ),
        ] {
            let error = parse(sent).map_err(|error| error.to_string());
            assert_eq!(error, Err(reason.to_owned()), "{sent}");
        }
    }
}
