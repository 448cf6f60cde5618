//! Parses foreign JSON as it is written.
//!
//! `serde_json` represents numbers and raw values as objects with a reserved key, and mistakes an
//! object with such a key for one of them. It rejects `{"$serde_json::private::Number":"x"}`, for
//! example, which every Hydra stores in `metadata`. To avoid that, objects are parsed member by
//! member here.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

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

/// The nesting depth of lists and objects.
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

/// An object's members, in order.
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{MAX_DEPTH, parse};

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
}
