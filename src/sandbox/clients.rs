//! The endpoints of clients.

use axum::http::{Method, StatusCode};
use jiff::Unit;
use serde_json::Value;

use super::answer::{Answer, Answered};
use super::decode::{self, Object};
use super::field::{Field, Kind};
use super::render;
use super::route::location;
use super::rules::{self, set, text};
use super::serve::Hydra;
use super::store::{Change, Entry, Hashed, random_secret, random_token};

impl Hydra {
    pub(super) fn create(&self, body: &[u8], path: &str) -> Answered<Answer> {
        let mut client = self.decode(body, &Method::POST)?;
        if !self.version.lets_ids_be_chosen() && !text(&client, "client_id").is_empty() {
            let reason = "It is no longer possible to set an OAuth2 Client ID as a user. The system will generate a unique ID for you.";
            return Err(Answer::bad_request(reason));
        }
        let sent = take_text(&mut client, "client_secret");
        let secret = if sent.is_empty() {
            random_secret()
        } else {
            sent
        };
        rules::check(&mut client, &secret, self.version)?;
        if text(&client, "client_id").is_empty() {
            set(&mut client, "client_id", uuid::Uuid::new_v4().to_string());
        }
        render::complete(&mut client);
        stamp(&mut client, "created_at", Unit::Second);
        stamp(&mut client, "updated_at", Unit::Microsecond);
        let entry = Entry {
            client: render::stored(&client, self.version),
            secret: Hashed::new(self.version.significant(&secret)),
        };
        if !self.store.commit(Change::Create(entry))? {
            return Err(Answer::conflict());
        }
        let id = text(&client, "client_id").to_owned();
        if text(&client, "token_endpoint_auth_method") != "none" {
            set(&mut client, "client_secret", secret);
        }
        self.add_registration(&mut client, &id);
        let answer = self.shown(StatusCode::CREATED, &client);
        Ok(answer.with("location", location(path, &id, self.version)))
    }

    pub(super) fn get(&self, id: &str) -> Answered<Answer> {
        Ok(self.shown(StatusCode::OK, &self.find(id)?.client))
    }

    pub(super) fn delete(&self, id: &str) -> Answered<Answer> {
        self.find(id)?;
        match self.store.commit(Change::Delete(id.to_owned()))? {
            true => Ok(Answer::empty(StatusCode::NO_CONTENT)),
            false => Err(Answer::absent()),
        }
    }

    /// `PUT …/clients/{id}`: the whole client anew.
    pub(super) fn replace(&self, id: &str, body: &[u8]) -> Answered<Answer> {
        self.update(id, self.decode(body, &Method::PUT)?)
    }

    /// `PATCH …/clients/{id}` (RFC 6902). Whatever is wrong with a patch is a 500. Before v25 a
    /// member that is removed keeps its value.
    pub(super) fn patch(&self, id: &str, body: &[u8]) -> Answered<Answer> {
        let old = self.find(id)?.client;
        let client = match patched(body, &render::shown(&old, self.version)) {
            Some(Value::Object(patched)) => {
                let base = match self.version.is_calendar() {
                    true => Object::new(),
                    false => old,
                };
                decode::decode_members(patched, base, self.version)
            }
            _ => return Err(Answer::unrecognizable()),
        };
        match client {
            Ok(client) if text(&client, "client_id") == id => self.update(id, client),
            Ok(_) => Err(Answer::absent()),
            Err(_) => Err(Answer::unrecognizable()),
        }
    }

    /// `PUT …/clients/{id}/lifespans`: those that are not sent are unset.
    pub(super) fn set_lifespans(&self, id: &str, body: &[u8]) -> Answered<Answer> {
        let mut client = self.find(id)?.client;
        let sent = self.decode(body, &Method::PUT)?;
        for field in Field::known_to(self.version).filter(|field| field.kind == Kind::Lifespan) {
            let value = sent.get(field.name).cloned().unwrap_or_default();
            set(&mut client, field.name, value);
        }
        self.update(id, client)
    }

    /// Checks and stores a client that exists. A secret is echoed when it is sent.
    fn update(&self, id: &str, mut client: Object) -> Answered<Answer> {
        let secret = take_text(&mut client, "client_secret");
        set(&mut client, "client_id", id);
        rules::check(&mut client, &secret, self.version)?;
        self.find(id)?;
        render::complete(&mut client);
        if client.get("created_at").is_none_or(Value::is_null) {
            stamp(&mut client, "created_at", Unit::Second);
        }
        stamp(&mut client, "updated_at", Unit::Microsecond);
        let stored = render::stored(&client, self.version);
        let hashed = (!secret.is_empty()).then(|| Hashed::new(self.version.significant(&secret)));
        if !self.store.commit(Change::Replace(stored, hashed))? {
            return Err(Answer::absent());
        }
        set(&mut client, "client_secret", secret);
        Ok(self.shown(StatusCode::OK, &client))
    }

    /// The client of that id, if it is there and can be read.
    pub(super) fn find(&self, id: &str) -> Answered<Entry> {
        let clients = self.store.clients()?;
        match clients.get(id) {
            None => Err(Answer::absent()),
            Some(entry) if render::is_readable(&entry.client, self.version) => Ok(entry.clone()),
            Some(_) => Err(Answer::unrecognizable()),
        }
    }

    fn shown(&self, status: StatusCode, client: &Object) -> Answer {
        Answer::json(status, &render::shown(client, self.version))
    }

    /// Reads a body. Before v2.2 a bad one is explained to `PUT` only.
    fn decode(&self, body: &[u8], method: &Method) -> Answered<Object> {
        let is_explained = self.version.checks_bodies() || method == Method::PUT;
        decode::decode(body, self.version).map_err(|reason| match is_explained {
            true => Answer::bad_request(&format!("Unable to decode the request body: {reason}")),
            false => Answer::unrecognizable(),
        })
    }

    /// A random token, which nothing accepts.
    pub(super) fn token_text(&self) -> String {
        let prefix = if self.version.is_v1() { "" } else { "ory_at_" };
        format!("{prefix}{}", random_token())
    }

    /// Dynamic registration is missing, but every 201 has its token and address.
    fn add_registration(&self, client: &mut Object, id: &str) {
        set(client, "registration_access_token", self.token_text());
        let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
        let address = format!("{}/oauth2/register/{id}", self.url);
        set(client, "registration_client_uri", address);
    }
}

fn take_text(client: &mut Object, name: &str) -> String {
    match client.remove(name) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    }
}

fn stamp(client: &mut Object, name: &str, unit: Unit) {
    let now = crate::now::now();
    let rounded = now.round(unit).unwrap_or(now);
    set(client, name, rounded.to_string());
}

/// The document patched by JSON Patch (RFC 6902): `add`, `replace`, `remove` and `test`. `None` when
/// the patch is malformed or does not fit.
fn patched(patch: &[u8], document: &Value) -> Option<Value> {
    let mut document = document.clone();
    let operations: Option<Vec<Value>> = serde_json::from_slice(patch).ok()?;
    for operation in operations.unwrap_or_default() {
        let path = operation.get("path")?.as_str()?;
        let name = operation.get("op")?.as_str()?;
        // A client keeps its id, and this name of it has never been another's.
        if path == "/id" {
            return None;
        }
        let value = operation.get("value").cloned();
        match name {
            "test" if document.pointer(path) == value.as_ref() => {}
            "replace" if path.is_empty() => document = value?,
            "add" | "replace" | "remove" => change(&mut document, name, path, value)?,
            _ => return None,
        }
    }
    Some(document)
}

/// Adds, replaces or removes what the path (RFC 6901) names.
fn change(document: &mut Value, operation: &str, path: &str, value: Option<Value>) -> Option<()> {
    let (parent, name) = path.rsplit_once('/')?;
    let name = name.replace("~1", "/").replace("~0", "~");
    match (document.pointer_mut(parent)?, operation) {
        (Value::Object(members), "remove") => members.shift_remove(&name).map(drop),
        // Hydra leaves out the empty members of a client, but not those of what it contains.
        (Value::Object(members), "replace") if !parent.is_empty() => {
            *members.get_mut(&name)? = value?;
            Some(())
        }
        (Value::Object(members), _) => {
            members.insert(name, value?);
            Some(())
        }
        (Value::Array(items), "add") if name == "-" => {
            items.push(value?);
            Some(())
        }
        (Value::Array(items), _) => {
            let at: usize = name.parse().ok()?;
            match operation {
                "add" if at <= items.len() => items.insert(at, value?),
                "remove" if at < items.len() => drop(items.remove(at)),
                "replace" => *items.get_mut(at)? = value?,
                _ => return None,
            }
            Some(())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::patched;
    use serde_json::json;

    #[test]
    fn a_patch_fits_or_fails() {
        let old = json!({"a": 1, "list": ["x"]});
        let patch = br#"[{"op":"replace","path":"/a","value":2},{"op":"add","path":"/list/-","value":"y"},{"op":"remove","path":"/list/0"}]"#;
        let new = patched(patch, &old);
        assert_eq!(new, Some(json!({"a": 2, "list": ["y"]})));
        for bad in [
            "{",
            "{}",
            r#"[{"op":"remove","path":"/b"}]"#,
            r#"[{"op":"add","path":"/list/7","value":1}]"#,
            r#"[{"op":"replace","path":"/id","value":"x"}]"#,
            r#"[{"op":"test","path":"/a","value":9}]"#,
            r#"[{"op":"add","path":"","value":9}]"#,
        ] {
            assert_eq!(patched(bad.as_bytes(), &old), None, "{bad}");
        }
    }
}
