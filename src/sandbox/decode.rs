//! Reads a client out of a request's body, as Go's JSON decoder reads it into Hydra's type.
//!
//! Names match whatever their case, a later member wins over an earlier one, unknown members are
//! dropped, null leaves text as it is, and whatever follows the first value is ignored.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::field::{Field, Kind};
use super::keyset;
use super::version::Version;
use crate::golang::duration;

/// A client as plain JSON, by Hydra's names.
pub(super) type Object = Map<String, Value>;

/// Why a body is no client, in the words of Go's decoder.
#[derive(Debug)]
pub(super) struct Undecodable(pub(super) String);

/// Reads a client out of `body`, on top of what `base` says already.
pub(super) fn decode(body: &[u8], base: Object, version: Version) -> Result<Object, Undecodable> {
    let text = String::from_utf8_lossy(body);
    if !text.trim_start().starts_with('{') {
        return no_object(&text).map(|()| base);
    }
    let mut json = serde_json::Deserializer::from_str(&text);
    let members = Members::deserialize(&mut json).map_err(|error| syntax(&error))?;
    decode_members(members.0, base, version)
}

/// Takes over `members`, in their order, on top of `base`.
pub(super) fn decode_members(
    members: impl IntoIterator<Item = (String, Value)>,
    base: Object,
    version: Version,
) -> Result<Object, Undecodable> {
    let mut client = base;
    let mut wrong_type = None;
    for (name, value) in members {
        if let Some(field) = Field::named(&name, version) {
            match decode_value(field, value, version) {
                Ok(None) => {}
                Ok(Some(value)) => {
                    client.insert(field.name.to_owned(), value);
                }
                Err(Fault::Type(reason)) => wrong_type = wrong_type.or(Some(reason)),
                Err(Fault::Value(reason)) => return Err(Undecodable(reason)),
            }
        }
    }
    wrong_type.map_or(Ok(client), |reason| Err(Undecodable(reason)))
}

/// What is wrong with a member. Go notes the first value of a wrong type and reads on; a value that
/// a type's own decoder refuses ends it at once.
#[derive(Debug)]
pub(super) enum Fault {
    Type(String),
    Value(String),
}

impl Fault {
    /// The same, from a type with a decoder of its own.
    fn at_once(self) -> Self {
        let (Self::Type(reason) | Self::Value(reason)) = self;
        Self::Value(reason)
    }
}

/// An object's members in their order, the double ones included.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
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

/// A body that is no object: `null` is an empty client, the rest is an error.
fn no_object(text: &str) -> Result<(), Undecodable> {
    if text.trim().is_empty() {
        return Err(Undecodable("EOF".to_owned()));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    match Value::deserialize(&mut json) {
        Ok(Value::Null) => Ok(()),
        Ok(value) => Err(Undecodable(format!(
            "json: cannot unmarshal {} into Go value of type client.Client",
            go_name(&value)
        ))),
        Err(error) => Err(syntax(&error)),
    }
}

fn syntax(error: &serde_json::Error) -> Undecodable {
    if error.is_eof() {
        return Undecodable("unexpected EOF".to_owned());
    }
    Undecodable(error.to_string())
}

/// The value to store, `None` to leave what is there.
fn decode_value(field: &Field, value: Value, version: Version) -> Result<Option<Value>, Fault> {
    if value.is_null() {
        return Ok(match field.kind {
            Kind::Raw | Kind::List | Kind::Keys => Some(value),
            _ => None,
        });
    }
    let wrong_type = |go_type| Err(mismatch(&value, &format!("Client.{}", field.name), go_type));
    match (field.kind, &value) {
        (Kind::Text, Value::String(_))
        | (Kind::Flag | Kind::OptionalFlag, Value::Bool(_))
        | (Kind::Raw, _) => Ok(Some(value)),
        (Kind::Number, Value::Number(number)) if number.as_i64().is_some() => Ok(Some(value)),
        (Kind::List, Value::Array(items)) => strings(field.name, items).map(Some),
        (Kind::Lifespan, Value::String(text)) => lifespan(text).map(Some),
        (Kind::Time, Value::String(text)) => time(text).map(|()| Some(value)),
        (Kind::Keys, Value::Object(set)) => keyset::decode(set, version).map(Some),
        (Kind::Text, _) => wrong_type("string"),
        (Kind::Flag, _) => wrong_type("bool"),
        (Kind::Number, _) => wrong_type("int"),
        (Kind::List, _) => wrong_type("sqlxx.StringSliceJSONFormat"),
        (Kind::Keys, _) => wrong_type("x.JoseJSONWebKeySet"),
        (Kind::Lifespan, _) => {
            let place = format!("Client.Lifespans.{}", field.name);
            Err(mismatch(&value, &place, "string").at_once())
        }
        (Kind::OptionalFlag, _) => Err(Fault::Value(format!(
            "json: cannot unmarshal {} into Go value of type bool",
            go_name(&value)
        ))),
        (Kind::Time, _) => {
            let reason = "Time.UnmarshalJSON: input is not a JSON string";
            Err(Fault::Value(reason.to_owned()))
        }
    }
}

/// A list of strings. A null among them is an empty string.
fn strings(name: &str, items: &[Value]) -> Result<Value, Fault> {
    let strings = items.iter().map(|item| match item {
        Value::String(_) => Ok(item.clone()),
        Value::Null => Ok(Value::from("")),
        _ => Err(mismatch(item, &format!("Client.{name}"), "string")),
    });
    strings
        .collect::<Result<Vec<Value>, Fault>>()
        .map(Value::from)
}

fn lifespan(text: &str) -> Result<Value, Fault> {
    let span = duration::parse(text).map_err(|error| Fault::Value(error.to_string()))?;
    Ok(Value::from(duration::format(span)))
}

fn time(text: &str) -> Result<(), Fault> {
    match text.parse::<jiff::Timestamp>() {
        Ok(_) => Ok(()),
        Err(_) => Err(Fault::Value(format!(
            "parsing time \"{text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{text}\" as \"2006\""
        ))),
    }
}

/// A value of the wrong type, for a Go struct field.
pub(super) fn mismatch(value: &Value, place: &str, go_type: &str) -> Fault {
    let found = match value {
        Value::Number(number) if go_type == "int" => format!("number {number}"),
        _ => go_name(value).to_owned(),
    };
    Fault::Type(format!(
        "json: cannot unmarshal {found} into Go struct field {place} of type {go_type}"
    ))
}

/// Go's word for the kind of a JSON value.
pub(super) fn go_name(value: &Value) -> &'static str {
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

    use super::{Object, decode};
    use crate::sandbox::Version;

    fn read(body: &str) -> Result<String, String> {
        decode(body.as_bytes(), Object::new(), Version::V2_3_0)
            .map(|client| serde_json::to_string(&client).unwrap())
            .map_err(|error| error.0)
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
