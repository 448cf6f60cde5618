//! Lengths of time in Go's syntax, in which Hydra takes lifespans and flags take time limits.

/// The units of Go's `time.ParseDuration`, in nanoseconds. Both spellings of micro are known.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// The largest magnitude: Go counts nanoseconds in 64 bits with a sign.
const LIMIT: u64 = 1 << 63;

/// The nanoseconds of a length of time such as `1h30m`, `1.5h`, `-300ms` or `0`; `None` where Go
/// refuses it (Go 1, `time.ParseDuration`).
#[must_use]
pub fn lifespan_nanoseconds(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (nanoseconds, behind) = part(rest)?;
        total = total
            .checked_add(nanoseconds)
            .filter(|total| *total <= LIMIT)?;
        rest = behind;
    }
    match negative {
        true => i64::try_from(-i128::from(total)).ok(),
        false => i64::try_from(total).ok(),
    }
}

/// One number with its unit, and what is behind it.
fn part(text: &str) -> Option<(u64, &str)> {
    let (whole, rest) = digits(text);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => digits(rest),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let end = rest
        .find(|char: char| char == '.' || char.is_ascii_digit())
        .unwrap_or(rest.len());
    let (name, behind) = rest.split_at(end);
    let (_, unit) = UNITS.into_iter().find(|(unit, _)| *unit == name)?;
    let whole = if whole.is_empty() {
        0
    } else {
        whole.parse::<u64>().ok()?
    };
    let whole = whole.checked_mul(unit)?;
    Some((
        whole
            .checked_add(of_unit(fraction, unit))
            .filter(|sum| *sum <= LIMIT)?,
        behind,
    ))
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(
        text.find(|char: char| !char.is_ascii_digit())
            .unwrap_or(text.len()),
    )
}

/// A decimal fraction of a unit, in whole nanoseconds. Digits that no unit can show are dropped.
fn of_unit(fraction: &str, unit: u64) -> u64 {
    let mut nanoseconds = 0;
    let mut share = u128::from(unit) * 1_000_000;
    for digit in fraction.bytes().take(19) {
        share /= 10;
        nanoseconds += u128::from(digit - b'0') * share;
    }
    u64::try_from(nanoseconds / 1_000_000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::lifespan_nanoseconds as nanoseconds;

    // Each was sent to Hydra v1.11.10 and v2.3.0; these they stored …
    #[test]
    fn what_hydra_takes_is_read() {
        for (text, expected) in [
            ("1h", 3_600_000_000_000),
            ("1h2m3.5s", 3_723_500_000_000),
            ("-1h", -3_600_000_000_000),
            ("+1h", 3_600_000_000_000),
            ("0", 0),
            ("1.5h", 5_400_000_000_000),
            (".5s", 500_000_000),
            ("5.s", 5_000_000_000),
            ("1µs", 1_000),
            ("1μs", 1_000),
            ("1m1h", 3_660_000_000_000),
            ("0.1ns", 0),
            ("00h", 0),
            ("2562047h47m16.854775807s", i64::MAX),
            ("-2562047h47m16.854775808s", i64::MIN),
        ] {
            assert_eq!(nanoseconds(text), Some(expected), "{text}");
        }
    }

    // … and these they refused.
    #[test]
    fn what_hydra_refuses_is_refused() {
        for text in [
            "",
            "1",
            "1d",
            "  1h",
            "1h ",
            "1H",
            "-",
            "h",
            "1e3s",
            "9223372036854775808ns",
            ".s",
            "2562047h47m16.854775808s",
            "99999999999999999999h",
            "1h-1m",
        ] {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
    }
}
