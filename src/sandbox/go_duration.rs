//! Lengths of time as Go's `time.ParseDuration` reads and `Duration.String` writes them.

/// Nanoseconds of each unit; the micro sign comes in two code points.
const UNITS: &[(&str, u64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// The largest number of nanoseconds that can be negative: that of Go's smallest `int64`.
const LIMIT: u64 = 1 << 63;

/// Reads a duration, in nanoseconds. The error is Go's sentence.
pub(super) fn parse(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration \"{text}\"");
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (whole, after) = digits(rest);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => digits(after),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let end = after
            .find(|char: char| char == '.' || char.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let part = amount(whole, fraction, unit, text)?.ok_or_else(invalid)?;
        total = total
            .checked_add(part)
            .filter(|sum| *sum <= LIMIT)
            .ok_or_else(invalid)?;
        rest = after;
    }
    if negative {
        return Ok(0i64.wrapping_sub_unsigned(total));
    }
    i64::try_from(total).map_err(|_| invalid())
}

fn digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|char: char| !char.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// One number with its unit in nanoseconds; `None` when it does not fit.
fn amount(whole: &str, fraction: &str, unit: &str, text: &str) -> Result<Option<u64>, String> {
    if unit.is_empty() {
        return Err(format!("time: missing unit in duration \"{text}\""));
    }
    let Some((_, scale)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(format!(
            "time: unknown unit \"{unit}\" in duration \"{text}\""
        ));
    };
    let whole = match whole {
        "" => 0,
        digits => match digits.parse::<u64>() {
            Ok(number) => number,
            Err(_) => return Ok(None),
        },
    };
    let small = fine(fraction, *scale);
    Ok(whole
        .checked_mul(*scale)
        .and_then(|large| large.checked_add(small))
        .filter(|sum| *sum <= LIMIT))
}

/// The part after the point, as Go computes it: in floating point, and only as many digits as fit
/// into 63 bits.
fn fine(digits: &str, scale: u64) -> u64 {
    let mut number: u64 = 0;
    let mut unit = 1.0;
    for digit in digits.bytes().map(|digit| u64::from(digit - b'0')) {
        if number > (LIMIT - 1) / 10 {
            break;
        }
        let next = number * 10 + digit;
        if next > LIMIT {
            break;
        }
        number = next;
        unit *= 10.0;
    }
    (number as f64 * (scale as f64 / unit)) as u64
}

/// Writes a duration: `1h0m0s`, `1.5s`, `100ms`, `0s`.
pub(super) fn format(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let total = nanoseconds.unsigned_abs();
    match total {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{total}ns"),
        1_000..1_000_000 => format!("{sign}{}µs", decimal(total, 1_000)),
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

/// `number / unit` without zeros at the end.
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

    fn rewritten(text: &str) -> Result<String, String> {
        parse(text).map(format)
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
            assert_eq!(rewritten(sent).as_deref(), Ok(stored), "{sent}");
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
                "9223372036854775808ns",
                "time: invalid duration \"9223372036854775808ns\"",
            ),
        ] {
            assert_eq!(rewritten(sent), Err(reason.to_owned()), "{sent}");
        }
    }
}
