//! Parses foreign JSON as it is written, and compares it by meaning.
//!
//! `serde_json` represents numbers and raw values as objects with a reserved key, and mistakes an
//! object with such a key for one of them. It rejects `{"$serde_json::private::Number":"x"}`, for
//! example, which every Hydra stores in `metadata`. To avoid that, objects are parsed member by
//! member here.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value as Json};

/// The maximum nesting of lists and objects. Manifests allow less, and Hydra stores ten thousand
/// levels.
const MAX_DEPTH: usize = 127;

/// Parses a JSON text. The error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    if depth(text) > MAX_DEPTH {
        return Err(format!(
            "lists and objects are nested deeper than {MAX_DEPTH} levels"
        ));
    }
    // Without an object, there is no reserved key.
    if text.contains('{') {
        read(text)
    } else {
        whole(text)
    }
}

fn read(text: &str) -> Result<Json, String> {
    match text.trim_ascii_start().as_bytes().first() {
        Some(b'{') => {
            let Members(members) = whole(text)?;
            let members = members.into_iter();
            let members: Result<Map<_, _>, _> = members
                .map(|(name, value)| Ok((name, read(value.get())?)))
                .collect();
            members.map(Json::Object)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = whole(text)?;
            let items: Result<_, _> = items.iter().map(|item| read(item.get())).collect();
            items.map(Json::Array)
        }
        _ => whole(text),
    }
}

fn whole<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn depth(text: &str) -> usize {
    let (mut open, mut deepest, mut is_text, mut is_escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_text,
            b'"' => is_text = !is_text,
            b'{' | b'[' if !is_text => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' if !is_text => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'t> Deserialize<'t> for Members<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'t> Visitor<'t> for InOrder {
            type Value = Members<'t>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Members<'t>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

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
    use super::{Json, MAX_DEPTH, is_same_json, parse};

    #[test]
    fn every_key_is_a_key() {
        for text in [
            r#"{"$serde_json::private::Number":"x"}"#,
            r#"{"$serde_json::private::Number":"1"}"#,
            r#"{"a":[{"$serde_json::private::RawValue":"{"}]}"#,
            r#"{"$serde_json::private::RawValue":{"b":1.00,"a":[1.5,"\"[{",null,true]}}"#,
        ] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        let escaped = r#"{"\u0024serde_json::private::Number":"x"}"#;
        assert!(parse(escaped).unwrap().is_object());
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused_and_not_run_into() {
        let nested = |depth: usize| {
            let (open, close) = ("[{\"a\":".repeat(depth / 2), "}]".repeat(depth / 2));
            format!("{open}1{close}")
        };
        assert!(parse(&nested(MAX_DEPTH - 1)).is_ok());
        let error = parse(&nested(1_000_000)).unwrap_err();
        assert!(error.contains("deeper than 127"), "{error}");
        assert!(parse(&"[".repeat(1_000_000)).is_err());
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "{\"a\":1", "{]", "nul", "{} {}", "{\"a\":01}"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    fn same(a: &str, b: &str) -> bool {
        let parse = |text: &str| -> Json { serde_json::from_str(text).unwrap() };
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
