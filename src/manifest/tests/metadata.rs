//! `metadata` comes out as it went in, numbers spelled as they were.

use proptest::prelude::*;
use serde_json::{Map, Number, Value as Json};

use crate::client::{Field, Value};

use super::{brief, load_text};

fn metadata(text: &str) -> Json {
    let loaded = load_text(text);
    let mut brief = brief(&loaded);
    brief.retain(|line| !line.ends_with("looks like a placeholder that was not replaced"));
    assert_eq!(brief, [] as [String; 0], "{text}");
    let Some(Value::Json(json)) = loaded.manifests[0].client.get(Field::Metadata) else {
        unreachable!("no metadata in {text}")
    };
    Json::clone(json)
}

#[test]
fn numbers_keep_their_spelling_and_members_their_order() {
    // An exponent is spelled `e+…`, as in every JSON value here, so that equal stays equal.
    let json = r#"{"z":1.0,"a":1,"b":1e+400,"c":-0,"d":123456789012345678901234567890,"f":0.10}"#;
    assert_eq!(
        metadata(&format!(r#"{{"client_id":"a","metadata":{json}}}"#)).to_string(),
        json
    );
    let yaml = "client_id: a\nmetadata:\n  z: 1.0\n  a: 1\n  b: 1e400\n  t: 2024-01-01\n  n: ~\n  s: '1'\n  1: one\n";
    let expected = r#"{"z":1.0,"a":1,"b":1e+400,"t":"2024-01-01","n":null,"s":"1","1":"one"}"#;
    assert_eq!(metadata(yaml).to_string(), expected);
}

/// Any number that JSON can spell.
fn number() -> impl Strategy<Value = Json> {
    "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?"
        .prop_map(|text| Json::Number(text.parse::<Number>().unwrap()))
}

fn string() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "no", "1", "~", "<<", "a: b", "- x", "#", "'\"", "${x}", "\\n", "",
    ]);
    prop_oneof![
        word.prop_map(str::to_owned),
        any::<String>(),
        "[\\PC\\n\\t\u{0}\u{7f}\u{85}\u{2028}\u{feff}]{0,12}"
    ]
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        number(),
        string().prop_map(Json::String),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
            prop::collection::vec((string(), inner), 0..6).prop_map(|members| {
                // A key said twice is an error, and so not for this test.
                Json::Object(members.into_iter().collect::<Map<_, _>>())
            }),
        ]
    })
}

/// The same with `$$` for each dollar sign in a value.
fn with_dollars(json: &Json) -> Json {
    match json {
        Json::String(text) => Json::from(text.replace('$', "$$")),
        Json::Array(items) => items.iter().map(with_dollars).collect(),
        Json::Object(members) => {
            let members = members.iter();
            let members = members.map(|(key, value)| (key.clone(), with_dollars(value)));
            Json::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// Raw in JSON these are allowed, in YAML they are not.
fn escaped(json: &str) -> String {
    let not_in_yaml = |char: char| {
        matches!(
            char,
            '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' | '\u{feff}'
        )
    };
    let chars = json.chars().map(|char| match char {
        char if not_in_yaml(char) => format!("\\u{:04x}", u32::from(char)),
        char => char.to_string(),
    });
    chars.collect()
}

/// The value in YAML's block style, with every other string as a block or in double quotes.
fn yaml(json: &Json, indent: usize) -> String {
    let pad = " ".repeat(indent);
    match json {
        Json::Array(items) if !items.is_empty() => {
            let items = items
                .iter()
                .map(|item| format!("\n{pad}-{}", yaml(item, indent + 2)));
            items.collect()
        }
        Json::Object(members) if !members.is_empty() => {
            let quoted = |key: &String| escaped(&Json::String(key.clone()).to_string());
            let members = members
                .iter()
                .map(|(key, value)| format!("\n{pad}{}:{}", quoted(key), yaml(value, indent + 2)));
            members.collect()
        }
        other => format!(" {}", escaped(&other.to_string())),
    }
}

proptest! {
    #[test]
    fn any_json_comes_out_equal(json in json()) {
        prop_assume!(json != Json::Null);
        let written = with_dollars(&json);
        let text = escaped(&written.to_string());
        let compact = metadata(&format!("{{\"metadata\":{text},\"client_id\":\"a\"}}"));
        prop_assert_eq!(compact.to_string(), json.to_string());
        let pretty = escaped(&serde_json::to_string_pretty(&written).unwrap());
        let pretty = metadata(&format!("[{{\r\n  \"client_id\": \"a\",\r\n  \"metadata\": {pretty}\r\n}}]\r\n"));
        prop_assert_eq!(pretty.to_string(), json.to_string());
        let block = metadata(&format!("client_id: a\nmetadata:{}\n", yaml(&written, 2)));
        prop_assert_eq!(block.to_string(), json.to_string());
    }
}
