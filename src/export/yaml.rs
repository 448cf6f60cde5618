//! Writes YAML that every reader of YAML 1.1 or 1.2 reads as the same JSON. `serde` cannot write it:
//! it would round numbers, which Hydra keeps as they were written.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use crate::client::Field;

/// A document with these fields, ending in a line break.
pub(super) fn document(fields: &[(Field, Json)]) -> String {
    let mut text = String::new();
    for (field, value) in fields {
        member(&mut text, 0, field.name(), value);
    }
    if text.is_empty() {
        text.push_str("{}\n");
    }
    text
}

/// A member of an object, beginning at this column.
fn member(text: &mut String, column: usize, key: &str, value: &Json) {
    indent(text, column);
    scalar(text, key);
    text.push(':');
    below(text, column, value);
}

/// A value behind a `:` or a `-`: on the same line, or on lines of its own.
fn below(text: &mut String, column: usize, value: &Json) {
    match value {
        Json::Object(object) if !object.is_empty() => {
            text.push('\n');
            members(text, column + 2, object);
        }
        Json::Array(list) if !list.is_empty() => {
            text.push('\n');
            items(text, column + 2, list);
        }
        value => {
            text.push(' ');
            flat(text, value);
            text.push('\n');
        }
    }
}

fn members(text: &mut String, column: usize, object: &Map<String, Json>) {
    for (key, value) in object {
        member(text, column, key, value);
    }
}

fn items(text: &mut String, column: usize, list: &[Json]) {
    for item in list {
        indent(text, column);
        text.push('-');
        match item {
            // The first member stands behind the dash.
            Json::Object(object) if !object.is_empty() => {
                let start = text.len();
                members(text, column + 2, object);
                text.replace_range(start..start + column + 1, "");
            }
            item => below(text, column, item),
        }
    }
}

fn indent(text: &mut String, column: usize) {
    text.extend(std::iter::repeat_n(' ', column));
}

/// A value on one line.
fn flat(text: &mut String, value: &Json) {
    match value {
        Json::String(string) => scalar(text, string),
        Json::Array(_) => text.push_str("[]"),
        Json::Object(_) => text.push_str("{}"),
        value => {
            // Writing to memory cannot fail.
            let _ = write!(text, "{value}");
        }
    }
}

/// Text: as it is where no reader takes it for anything else, and in double quotes elsewhere.
fn scalar(text: &mut String, string: &str) {
    if is_plain(string) {
        return text.push_str(string);
    }
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            // Characters that are not printable in YAML (1.2.2, section 5.1), or end a line in 1.1.
            '\0'..='\x1f' | '\x7f'..='\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                // Writing to memory cannot fail.
                let _ = write!(text, "\\u{:04X}", u32::from(character));
            }
            _ => text.push(character),
        }
    }
    text.push('"');
}

/// Whether text can stand without quotes: ASCII that starts with a letter or `/`, ends no value, and
/// is no word or number of YAML 1.1 or 1.2.
fn is_plain(string: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@+=?&~%".contains(&byte);
    let first = string.bytes().next();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'/')
        && string
            .split(' ')
            .all(|word| !word.is_empty() && word.bytes().all(is_plain))
        && !string
            .split(' ')
            .any(|word| word.ends_with(':') || word.starts_with(['-', '?']))
        && !is_word(string)
}

/// Words that some reader takes for a truth value, for nothing, or for a number.
fn is_word(string: &str) -> bool {
    const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    WORDS.iter().any(|word| string.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test fails by panicking"
    )]
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::super::document::escape;
    use super::document;
    use crate::client::Field;
    use crate::manifest::{Policy, load};

    fn written(value: &Json) -> String {
        document(&[(Field::Metadata, value.clone())])
    }

    #[test]
    fn it_reads_as_people_write_it() {
        let value = json!({"a b": [], "list": ["https://a.example/x?y=1", "no", {"k": 1, "l": ["x"]}, [[1]]], "n": null});
        let expected = "\
metadata:
  a b: []
  list:
    - https://a.example/x?y=1
    - \"no\"
    - k: 1
      l:
        - x
    -
      -
        - 1
  \"n\": null
";
        assert_eq!(written(&value), expected);
    }

    fn json_value() -> impl Strategy<Value = Json> {
        let odd = prop_oneof![
            Just("no".to_owned()),
            Just("1e3".to_owned()),
            Just("0x1f".to_owned()),
            Just("2026-11-29".to_owned()),
            Just("012".to_owned()),
            Just("~".to_owned()),
            Just("- a".to_owned()),
            Just("a: b".to_owned()),
            Just("a #b".to_owned()),
            Just("<<".to_owned()),
            Just(" a ".to_owned()),
            Just(".inf".to_owned()),
            Just("1:30".to_owned()),
            Just("a\nb\n".to_owned()),
            Just("\u{85}\u{2028}\u{feff}".to_owned()),
            ".{0,12}",
            "[a-zA-Z0-9:/?#@&=. -]{0,12}",
        ];
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i32>().prop_map(Json::from),
            odd.clone().prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 32, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
                prop::collection::btree_map(odd.clone(), inner, 0..5)
                    .prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// By our reader, and by libyaml, which reads YAML 1.1.
        #[test]
        fn every_reader_reads_what_was_written(value in json_value()) {
            let value = json!({"x": value});
            let text = written(&value);
            let theirs: Json = serde_norway::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            prop_assert_eq!(&theirs["metadata"], &value, "{}", text);
            let mut escaped = value.clone();
            escape(&mut escaped);
            let ours = format!("client_id: a\n{}", written(&escaped));
            let paths = [std::path::PathBuf::from("-")];
            let ours = load(&paths, &mut ours.as_bytes(), &Policy::default()).unwrap();
            prop_assert!(!ours.has_errors(), "{:?}\n{}", ours.findings, text);
            let client = &ours.manifests[0].client;
            let Some(crate::client::Value::Json(read)) = client.get(Field::Metadata) else {
                panic!("{text}")
            };
            prop_assert_eq!(&**read, &value, "{}", text);
        }
    }

    #[test]
    fn numbers_are_written_as_they_are() {
        let value: Json =
            serde_json::from_str("{\"one\":1.00,\"big\":123456789012345678901234567890}").unwrap();
        assert_eq!(
            written(&value),
            "metadata:\n  one: 1.00\n  big: 123456789012345678901234567890\n"
        );
    }
}
