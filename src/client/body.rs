//! The body of the request that creates a client.

use std::io;

use secrecy::{ExposeSecret as _, SecretString};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use zeroize::Zeroizing;

use super::{Client, ClientId, Field, Shape, Value};

/// The JSON body of `POST /clients`: only the fields that the manifest sets, and the id and the
/// secret that were chosen for the client. The buffer is wiped when it is dropped.
///
/// # Errors
/// None in practice; serialization's own.
pub fn request_body(
    client: &Client,
    id: Option<&ClientId>,
    secret: Option<&SecretString>,
) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    let body = Body { client, id, secret };
    // A buffer that grows leaves copies of the secret behind, so the size is computed first.
    let mut size = Count(0);
    serde_json::to_writer(&mut size, &body)?;
    let mut buffer = Zeroizing::new(Vec::with_capacity(size.0));
    serde_json::to_writer(&mut *buffer, &body)?;
    Ok(buffer)
}

impl Client {
    /// The fields that the request has beside the id and the secret.
    pub(crate) fn sent(&self) -> impl Iterator<Item = (Field, &Value)> {
        // v1.11 to v2.3 refuse `jwks_uri` beside any `jwks`.
        let is_refused = self.text(Field::JwksUri).is_some() && self.has_no_keys();
        self.values().filter(move |(field, _)| {
            !matches!(field, Field::ClientId | Field::ClientSecret)
                && field.shape() != Shape::ServerMade
                && !(*field == Field::Jwks && is_refused)
        })
    }
}

struct Body<'a> {
    client: &'a Client,
    id: Option<&'a ClientId>,
    secret: Option<&'a SecretString>,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(id) = self.id {
            map.serialize_entry(Field::ClientId.name(), id.as_str())?;
        }
        if let Some(secret) = self.secret {
            map.serialize_entry(Field::ClientSecret.name(), secret.expose_secret())?;
        }
        for (field, value) in self.client.sent() {
            let name = field.name();
            match value {
                Value::List(list) if field.shape() == Shape::Scope => {
                    map.serialize_entry(name, &list.join(" "))?;
                }
                Value::Text(text) => map.serialize_entry(name, text)?,
                Value::List(list) => map.serialize_entry(name, list)?,
                Value::Flag(flag) => map.serialize_entry(name, flag)?,
                Value::Number(number) => map.serialize_entry(name, number)?,
                Value::Json(json) => map.serialize_entry(name, json)?,
                Value::Secret(_) => {}
            }
        }
        map.end()
    }
}

struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::request_body;
    use crate::client::{Client, ClientId, Field, Value};
    use secrecy::SecretString;

    #[test]
    fn an_empty_key_set_is_not_sent_beside_jwks_uri() {
        for (set, uri, body) in [
            ("{}", "https://a/", r#"{"jwks_uri":"https://a/"}"#),
            (
                r#"{"keys":[]}"#,
                "https://a/",
                r#"{"jwks_uri":"https://a/"}"#,
            ),
            ("{}", "", r#"{"jwks_uri":"","jwks":{}}"#),
        ] {
            let mut client = Client::default();
            client.set(Field::JwksUri, Value::Text(uri.to_owned()));
            client.set(
                Field::Jwks,
                Value::Json(Box::new(serde_json::from_str(set).unwrap())),
            );
            let written = request_body(&client, None, None).unwrap();
            assert_eq!(std::str::from_utf8(&written).unwrap(), body);
        }
    }

    #[test]
    fn only_the_fields_of_the_manifest_are_sent() {
        let mut client = Client::default();
        client.set(Field::ClientId, Value::Text("a/b".to_owned()));
        client.set(
            Field::Scope,
            Value::List(vec!["openid".to_owned(), "x".to_owned()]),
        );
        client.set(
            Field::CreatedAt,
            Value::Text("2020-01-01T00:00:00Z".to_owned()),
        );
        client.set(
            Field::Metadata,
            Value::Json(Box::new(serde_json::from_str("{\"n\":1.00}").unwrap())),
        );
        let secret = SecretString::from("s3cret");
        let id = ClientId::new("a/b").unwrap();
        let body = request_body(&client, Some(&id), Some(&secret)).unwrap();
        assert_eq!(
            std::str::from_utf8(&body).unwrap(),
            r#"{"client_id":"a/b","client_secret":"s3cret","scope":"openid x","metadata":{"n":1.00}}"#
        );
        assert_eq!(body.capacity(), body.len());
    }
}
