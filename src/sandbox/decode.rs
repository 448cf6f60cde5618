//! Reads a client out of a request's body, as Go's JSON decoder reads it into Hydra's type.
//!
//! Names match whatever their case, a later member wins over an earlier one, unknown members are
//! dropped, null leaves text as it is, and whatever follows the first value is ignored.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::field::{Field, Kind};
use super::jwk;
use super::rules::set;
use super::version::Version;
use crate::golang::duration;

/// A client as plain JSON, by Hydra's names.
pub(super) type Object = Map<String, Value>;

/// Reads a client out of `body`. The error is in the words of Go's decoder.
pub(super) fn decode(body: &[u8], version: Version) -> Result<Object, String> {
    let text = String::from_utf8_lossy(body);
    let mut json = serde_json::Deserializer::from_str(&text);
    if text.trim_start().starts_with('{') {
        let members = json.deserialize_map(InOrder);
        return decode_members(members.map_err(syntax)?, Object::new(), version);
    }
    if text.trim().is_empty() {
        return Err("EOF".to_owned());
    }
    match Value::deserialize(&mut json).map_err(syntax)? {
        Value::Null => Ok(Object::new()),
        value => Err(wrong_type(&value, "client.Client")),
    }
}

/// Takes over `members`, in their order, on top of `base`.
pub(super) fn decode_members(
    members: impl IntoIterator<Item = (String, Value)>,
    mut base: Object,
    version: Version,
) -> Result<Object, String> {
    let mut decoded = Ok(());
    for (name, value) in members {
        let Some(field) = Field::named(&name, version) else {
            continue;
        };
        match decode_value(field, value, version) {
            Ok(None) => {}
            Ok(Some(value)) => set(&mut base, field.name, value),
            Err(Fault::Type(reason)) => decoded = decoded.and(Err(reason)),
            Err(Fault::Value(reason)) => return Err(reason),
        }
    }
    decoded.map(|()| base)
}

/// What is wrong with a member. Go notes the first value of a wrong type and reads on; a value that
/// a type's own decoder refuses ends it at once.
#[derive(Debug)]
pub(super) enum Fault {
    Type(String),
    Value(String),
}

/// Reads an object's members in their order, the double ones included.
struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

fn syntax(error: serde_json::Error) -> String {
    match error.is_eof() {
        true => "unexpected EOF".to_owned(),
        false => error.to_string(),
    }
}

/// The value to store, `None` to leave what is there.
fn decode_value(field: &Field, value: Value, version: Version) -> Result<Option<Value>, Fault> {
    if value.is_null() {
        return Ok(match field.kind {
            Kind::Raw | Kind::List | Kind::Keys => Some(value),
            _ => None,
        });
    }
    let wrong = |value: &Value, go_type| {
        let place = format!("Client.{}", field.name);
        Fault::Type(wrong_field_type(value, &place, go_type))
    };
    match (field.kind, &value) {
        (Kind::Text, Value::String(_))
        | (Kind::Flag | Kind::OptionalFlag, Value::Bool(_))
        | (Kind::Raw, _) => Ok(Some(value)),
        (Kind::Number, Value::Number(number)) if number.as_i64().is_some() => Ok(Some(value)),
        (Kind::List, Value::Array(items)) => {
            let strings = items.iter().map(|item| match item {
                Value::String(_) => Ok(item.clone()),
                Value::Null => Ok(Value::from("")),
                _ => Err(wrong(item, "string")),
            });
            strings.collect::<Result<_, _>>().map(Some)
        }
        (Kind::Lifespan, Value::String(text)) => lifespan(text).map(Some),
        (Kind::Time, Value::String(text)) => time(text).map(|()| Some(value)),
        (Kind::Keys, Value::Object(set)) => jwk::decode_set(set, version).map(Some),
        (Kind::Text, _) => Err(wrong(&value, "string")),
        (Kind::Flag, _) => Err(wrong(&value, "bool")),
        (Kind::Number, _) => Err(wrong(&value, "int")),
        (Kind::List, _) => Err(wrong(&value, "sqlxx.StringSliceJSONFormat")),
        (Kind::Keys, _) => Err(wrong(&value, "x.JoseJSONWebKeySet")),
        (Kind::Lifespan, _) => {
            let place = format!("Client.Lifespans.{}", field.name);
            Err(Fault::Value(wrong_field_type(&value, &place, "string")))
        }
        (Kind::OptionalFlag, _) => Err(Fault::Value(wrong_type(&value, "bool"))),
        (Kind::Time, _) => Err(Fault::Value(
            "Time.UnmarshalJSON: input is not a JSON string".to_owned(),
        )),
    }
}

fn lifespan(text: &str) -> Result<Value, Fault> {
    let span = duration::parse(text).map_err(|error| Fault::Value(error.to_string()))?;
    Ok(Value::from(duration::format(span)))
}

fn time(text: &str) -> Result<(), Fault> {
    let parsed = text.parse::<jiff::Timestamp>();
    parsed.map(drop).map_err(|_| Fault::Value(format!(
        "parsing time \"{text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{text}\" as \"2006\""
    )))
}

pub(super) fn wrong_type(value: &Value, go_type: &str) -> String {
    let found = go_name(value);
    format!("json: cannot unmarshal {found} into Go value of type {go_type}")
}

/// A value of the wrong type, for a Go struct field.
pub(super) fn wrong_field_type(value: &Value, place: &str, go_type: &str) -> String {
    let found = match value {
        Value::Number(number) if go_type == "int" => format!("number {number}"),
        _ => go_name(value).to_owned(),
    };
    format!("json: cannot unmarshal {found} into Go struct field {place} of type {go_type}")
}

/// Go's word for the kind of a JSON value.
fn go_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::decode;
    use crate::sandbox::Version;

    fn read(body: &str) -> Result<String, String> {
        decode(body.as_bytes(), Version::V2_3_0)
            .map(|client| serde_json::to_string(&client).unwrap())
    }

    #[test]
    fn names_match_in_any_case_and_the_last_member_wins() {
        let body = r#"{"client_name":"a","CLIENT_NAME":"b","Client_Name":null,"x":1} rest"#;
        assert_eq!(read(body).unwrap(), r#"{"client_name":"b"}"#);
        let body = r#"{"client_name":"a","CLIENT_NAME":"b","client_name":"c"}"#;
        assert_eq!(read(body).unwrap(), r#"{"client_name":"c"}"#);
        assert_eq!(read("{\"\u{17f}cope\":\"x\"}").unwrap(), r#"{"scope":"x"}"#);
    }

    #[test]
    fn metadata_is_kept_as_it_was_written() {
        let body = r#"{"metadata":{"z":1.0,"a":-0,"n":12345678901234567890123}}"#;
        assert_eq!(read(body).unwrap(), body);
        assert_eq!(
            read(r#"{"metadata":null}"#).unwrap(),
            r#"{"metadata":null}"#
        );
    }

    #[test]
    fn what_is_no_client_is_an_error() {
        assert_eq!(read("null").unwrap(), "{}");
        assert_eq!(read(" ").unwrap_err(), "EOF");
        assert_eq!(read("{").unwrap_err(), "unexpected EOF");
        assert_eq!(
            read(r#"{"client_name":1}"#).unwrap_err(),
            "json: cannot unmarshal number into Go struct field Client.client_name of type string"
        );
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&"{\"a\":".repeat(100_000)).is_err());
    }
}
