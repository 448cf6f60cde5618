//! Compares JSON values by meaning: the same number may be spelled differently.

use serde_json::{Number, Value as Json};

/// Whether two JSON values are equal. Numbers are compared by value at any precision, because a
/// database may return `1e2` as `100`. The order of an object's members is ignored.
pub(super) fn is_same_json(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => decimal(a) == decimal(b),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same_json(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| is_same_json(a, b)))
        }
        (a, b) => a == b,
    }
}

/// Splits a number into its sign, its digits without leading and trailing zeros, and the power of
/// ten of the last digit.
fn decimal(number: &Number) -> (bool, String, i64) {
    let text = number.as_str();
    let (negative, text) = text
        .strip_prefix('-')
        .map_or((false, text), |text| (true, text));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let trimmed = digits.trim_end_matches('0');
    let significant = trimmed.trim_start_matches('0');
    if significant.is_empty() {
        return (false, String::new(), 0);
    }
    // An exponent too large for 64 bits is treated as the largest one.
    let exponent: i64 = exponent.parse().unwrap_or(i64::MAX);
    let dropped = digits.len() - trimmed.len();
    let shift = i64::try_from(dropped).unwrap_or(0) - i64::try_from(fraction.len()).unwrap_or(0);
    (
        negative,
        significant.to_owned(),
        exponent.saturating_add(shift),
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::is_same_json;
    use serde_json::Value;

    fn same(a: &str, b: &str) -> bool {
        let parse = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
        is_same_json(&parse(a), &parse(b))
    }

    #[test]
    fn numbers_are_compared_by_value() {
        for (a, b) in [
            ("1", "1.0"),
            ("1e2", "100"),
            ("-0", "0.0e5"),
            ("0.001", "1E-3"),
            (
                "123456789012345678901234567890",
                "1.2345678901234567890123456789e29",
            ),
            (
                "[1, {\"a\": 10, \"b\": null}]",
                "[1.00, {\"b\": null, \"a\": 1e1}]",
            ),
        ] {
            assert!(same(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("1", "-1"),
            ("1", "10"),
            ("12345678901234567890", "12345678901234567891"),
            ("1", "\"1\""),
            ("[1,2]", "[2,1]"),
            ("{\"a\":null}", "{}"),
            ("1e400", "1e401"),
        ] {
            assert!(!same(a, b), "{a} {b}");
        }
    }
}
