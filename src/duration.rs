//! Lengths of time in Go's syntax, which Hydra and its command line speak: `1h2m3.5s`, `300ms`, `0`.
//!
//! Source: Go's `time.ParseDuration` and `time.Duration.String`.

use std::time::Duration;

/// Go's units and their length in nanoseconds. Both micro signs count (U+00B5 and U+03BC).
const UNITS: &[(&str, i64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// The number of nanoseconds that Go reads from `text`, or `None` where Go refuses it.
///
/// Like Go, it takes a sign, fractions, several units in any order, and a bare `0`; it refuses
/// what does not fit into 64 bits (about 292 years).
#[must_use]
pub fn parse_nanoseconds(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (part, after) = parse_part(rest)?;
        total += part;
        // The most negative value is one larger than the most positive one.
        if total > i128::from(i64::MAX) + i128::from(negative) {
            return None;
        }
        rest = after;
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

/// One number with its unit at the start of `text`, in nanoseconds, and what follows it.
fn parse_part(text: &str) -> Option<(i128, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole_length = digits(text);
    let (whole, mut rest) = text.split_at(whole_length);
    let mut fraction = "";
    if let Some(after_dot) = rest.strip_prefix('.') {
        (fraction, rest) = after_dot.split_at(digits(after_dot));
    }
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let unit_length = rest
        .bytes()
        .take_while(|byte| *byte != b'.' && !byte.is_ascii_digit())
        .count();
    let (unit, after) = rest.split_at(unit_length);
    let (_, unit) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let whole: i128 = if whole.is_empty() {
        0
    } else {
        whole.parse::<i64>().ok()?.into()
    };
    // Digits below a nanosecond of the longest unit change nothing.
    let fraction = &fraction[..fraction.len().min(18)];
    let mut nanoseconds = whole * i128::from(*unit);
    if !fraction.is_empty() {
        let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
        nanoseconds += fraction.parse::<i128>().ok()? * i128::from(*unit) / scale;
    }
    Some((nanoseconds, after))
}

/// The length of time that Go reads from `text`; negative ones are refused.
#[must_use]
pub fn parse(text: &str) -> Option<Duration> {
    u64::try_from(parse_nanoseconds(text)?)
        .ok()
        .map(Duration::from_nanos)
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
    use super::{parse, parse_nanoseconds, show};
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
            ("0.9999999999999999999999ns", 0),
            ("2562047h47m16.854775807s", i64::MAX),
            ("-2562047h47m16.854775808s", i64::MIN),
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
        assert_eq!(parse("-1s"), None);
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
