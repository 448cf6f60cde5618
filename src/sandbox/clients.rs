//! The endpoints of clients.

use axum::http::{Method, StatusCode};
use jiff::Unit;
use serde_json::Value;

use super::answer::{Answer, Answered};
use super::decode::{self, Object};
use super::field::{Field, Kind};
use super::rules::{self, text};
use super::serve::Hydra;
use super::store::{Change, Entry, Hashed, random_secret, random_token};
use super::{patch, render};

impl Hydra {
    /// `POST …/clients`.
    pub(super) fn create(&self, body: &[u8], path: &str) -> Answered<Answer> {
        let mut client = self.decode(body, &Method::POST)?;
        if !self.version.lets_ids_be_chosen() && !text(&client, "client_id").is_empty() {
            let reason = "It is no longer possible to set an OAuth2 Client ID as a user. The system will generate a unique ID for you.";
            return Err(Answer::bad_request(reason));
        }
        let mut secret = take_text(&mut client, "client_secret");
        if secret.is_empty() {
            secret = random_secret();
        }
        rules::check(&mut client, &secret, self.version)?;
        if text(&client, "client_id").is_empty() {
            let id = uuid::Uuid::new_v4().to_string();
            client.insert("client_id".to_owned(), id.into());
        }
        render::complete(&mut client);
        stamp(&mut client, "created_at", Unit::Second);
        stamp(&mut client, "updated_at", Unit::Microsecond);
        let entry = Entry {
            client: render::stored(&client, self.version),
            secret: Hashed::new(&secret),
        };
        if !self.commit(Change::Create(entry))? {
            return Err(Answer::conflict());
        }
        let id = text(&client, "client_id").to_owned();
        if text(&client, "token_endpoint_auth_method") != "none" {
            client.insert("client_secret".to_owned(), secret.into());
        }
        self.add_registration(&mut client, &id);
        Ok(self
            .shown(StatusCode::CREATED, &client)
            .with("location", format!("{path}/{id}")))
    }

    /// `GET …/clients/{id}`.
    pub(super) fn get(&self, id: &str) -> Answered<Answer> {
        Ok(self.shown(StatusCode::OK, &self.find(id)?.client))
    }

    /// `DELETE …/clients/{id}`.
    pub(super) fn delete(&self, id: &str) -> Answered<Answer> {
        self.find(id)?;
        match self.commit(Change::Delete(id.to_owned()))? {
            true => Ok(Answer::empty(StatusCode::NO_CONTENT).uncached(self.version)),
            false => Err(Answer::absent()),
        }
    }

    /// `PUT …/clients/{id}`: the whole client anew.
    pub(super) fn replace(&self, id: &str, body: &[u8]) -> Answered<Answer> {
        self.update(id, self.decode(body, &Method::PUT)?)
    }

    /// `PATCH …/clients/{id}` (RFC 6902). Whatever is wrong with a patch is a 500.
    pub(super) fn patch(&self, id: &str, body: &[u8]) -> Answered<Answer> {
        let old = self.find(id)?.client;
        let patched = patch::apply(body, &render::shown(&old, self.version));
        let Some(Value::Object(patched)) = patched else {
            return Err(Answer::unrecognizable());
        };
        let client = decode::decode_members(patched, old, self.version);
        let client = client.map_err(|_| Answer::unrecognizable())?;
        if text(&client, "client_id") != id {
            return Err(Answer::absent());
        }
        self.update(id, client)
    }

    /// `PUT …/clients/{id}/lifespans`: those that are not sent are unset.
    pub(super) fn set_lifespans(&self, id: &str, body: &[u8]) -> Answered<Answer> {
        let mut client = self.find(id)?.client;
        let sent = self.decode(body, &Method::PUT)?;
        for field in Field::known_to(self.version).filter(|field| field.kind == Kind::Lifespan) {
            let value = sent.get(field.name).cloned().unwrap_or_default();
            client.insert(field.name.to_owned(), value);
        }
        self.update(id, client)
    }

    /// Checks and stores a client that exists. A secret is echoed when it is sent.
    fn update(&self, id: &str, mut client: Object) -> Answered<Answer> {
        let secret = take_text(&mut client, "client_secret");
        client.insert("client_id".to_owned(), id.into());
        rules::check(&mut client, &secret, self.version)?;
        self.find(id)?;
        render::complete(&mut client);
        if client.get("created_at").is_none_or(Value::is_null) {
            stamp(&mut client, "created_at", Unit::Second);
        }
        stamp(&mut client, "updated_at", Unit::Microsecond);
        let stored = render::stored(&client, self.version);
        let hashed = (!secret.is_empty()).then(|| Hashed::new(&secret));
        if !self.commit(Change::Replace(stored, hashed))? {
            return Err(Answer::absent());
        }
        client.insert("client_secret".to_owned(), secret.into());
        Ok(self.shown(StatusCode::OK, &client))
    }

    /// The client of that id, if it is there and can be read.
    pub(super) fn find(&self, id: &str) -> Answered<Entry> {
        let clients = self.clients()?;
        match clients.get(id) {
            None => Err(Answer::absent()),
            Some(entry) if !render::is_readable(&entry.client, self.version) => {
                Err(Answer::unrecognizable())
            }
            Some(entry) => Ok(entry.clone()),
        }
    }

    fn shown(&self, status: StatusCode, client: &Object) -> Answer {
        let body = render::shown(client, self.version);
        Answer::json(status, &body).uncached(self.version)
    }

    /// Reads a body. Before v2.2 a bad one is explained to `PUT` only.
    fn decode(&self, body: &[u8], method: &Method) -> Answered<Object> {
        let is_explained = self.version.checks_bodies() || method == Method::PUT;
        decode::decode(body, self.version).map_err(|reason| match is_explained {
            true => Answer::bad_request(&format!("Unable to decode the request body: {reason}")),
            false => Answer::unrecognizable(),
        })
    }

    /// A token that need not mean anything.
    pub(super) fn token_text(&self) -> String {
        let prefix = if self.version.is_v1() { "" } else { "ory_at_" };
        format!("{prefix}{}", random_token())
    }

    /// Dynamic registration is missing, but every 201 has its token and address.
    fn add_registration(&self, client: &mut Object, id: &str) {
        let token = self.token_text().into();
        client.insert("registration_access_token".to_owned(), token);
        let id = percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
        let address = format!("{}/oauth2/register/{id}", self.url);
        client.insert("registration_client_uri".to_owned(), address.into());
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
    client.insert(name.to_owned(), rounded.to_string().into());
}
