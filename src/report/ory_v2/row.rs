//! A created client as Ory's v2 shows it: the members of Hydra's answer, with the secret.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value as Json};

use crate::client::ClientId;
use crate::report::created::{Created, Shown};
use crate::text::safe_text;

/// A client's members, in the order of their names.
pub(crate) struct Row {
    members: BTreeMap<String, Member>,
    /// Whether it is shown alone. Go then writes the fields of a structure, of which it leaves out
    /// empty lists, and one for members that it does not know.
    is_alone: bool,
}

/// A value of a member. The secret ones are wiped when they are dropped, and have no `Debug`.
pub(super) enum Member {
    Plain(Json),
    Secret(SecretString),
}

/// What is printed: a client, or a list of clients.
#[derive(Clone, Copy)]
pub(crate) enum Rows<'r> {
    One(&'r Row),
    Many(&'r [Row]),
}

/// Members of Hydra's answer that let somebody log in as the client, or change it.
const SECRETS: [&str; 2] = [SECRET, "registration_access_token"];
const SECRET: &str = "client_secret";

impl Row {
    pub(crate) fn new(client: &Created<'_>) -> Self {
        let answer = client.json.map(|json| json.expose_secret());
        let answer: Option<Map<String, Json>> =
            answer.and_then(|text| serde_json::from_str(text).ok());
        let answer = answer.unwrap_or_default().into_iter();
        let mut members: BTreeMap<String, Member> = answer
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| match value {
                Json::String(secret) if SECRETS.contains(&&*name) => {
                    (name, Member::Secret(secret.into()))
                }
                value => (name, Member::Plain(sorted(value))),
            })
            .collect();
        if let Some(id) = client.id.map(ClientId::as_str) {
            members.insert("client_id".to_owned(), Member::Plain(id.into()));
        }
        match client.secret {
            Shown::Generated(sealed) => {
                let message =
                    || STANDARD.encode(sealed.encrypted().map_or("", |message| message.either()));
                let secret = sealed.clear().unwrap_or_else(|| message().into());
                members.insert(SECRET.to_owned(), Member::Secret(secret));
            }
            Shown::Given if !client.is_sealed => {}
            Shown::Given | Shown::Recorded | Shown::None => drop(members.remove(SECRET)),
        }
        Self {
            members,
            is_alone: true,
        }
    }

    /// From now on, it is one of a list.
    pub(crate) fn put_in_list(&mut self) {
        self.is_alone = false;
    }

    /// The members that are shown.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Member)> {
        let is_empty = |member: &Member| matches!(member, Member::Plain(Json::Array(items)) if items.is_empty());
        let members = self.members.iter();
        members
            .filter(move |(_, member)| !self.is_alone || !is_empty(member))
            .map(|(name, member)| (&**name, member))
    }

    /// Whether an empty `AdditionalProperties` ends it.
    pub(super) fn has_rest(&self) -> bool {
        self.is_alone
    }

    /// The text of a member; empty if there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        match self.members.get(name) {
            Some(Member::Plain(Json::String(text))) => text,
            Some(Member::Secret(secret)) => secret.expose_secret(),
            _ => "",
        }
    }

    /// The items of a member, joined.
    pub(super) fn list(&self, name: &str, between: &str) -> String {
        let Some(Member::Plain(Json::Array(items))) = self.members.get(name) else {
            return String::new();
        };
        let items: Vec<&str> = items.iter().filter_map(Json::as_str).collect();
        items.join(between)
    }

    /// The client's id.
    pub(crate) fn id(&self) -> &str {
        self.text("client_id")
    }
}

/// The value with the members of its objects in the order of their names, as Go writes them.
fn sorted(value: Json) -> Json {
    match value {
        Json::Object(members) => {
            let mut members: Vec<_> = members.into_iter().collect();
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            let members = members.into_iter();
            members.map(|(name, value)| (name, sorted(value))).collect()
        }
        Json::Array(items) => items.into_iter().map(sorted).collect(),
        value => value,
    }
}

/// Go's name for the members that it does not know.
pub(super) const REST: &str = "AdditionalProperties";

impl Rows<'_> {
    /// The clients' ids, fit for a line each.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let rows = match self {
            Self::One(row) => std::slice::from_ref(*row),
            Self::Many(rows) => rows,
        };
        rows.iter().map(|row| safe_text(row.id()))
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, member) in self.members() {
            match member {
                Member::Plain(value) => map.serialize_entry(name, value)?,
                Member::Secret(secret) => map.serialize_entry(name, secret.expose_secret())?,
            }
        }
        if self.has_rest() {
            map.serialize_entry(REST, &Map::new())?;
        }
        map.end()
    }
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(row) => row.serialize(serializer),
            Self::Many(rows) => rows.serialize(serializer),
        }
    }
}
