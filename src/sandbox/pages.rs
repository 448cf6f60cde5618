//! The list of clients, page by page, in each of Hydra's three ways of paging.

use std::num::{IntErrorKind, ParseIntError};

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::answer::{Answer, Answered};
use super::jwk::illegal_base64;
use super::render;
use super::route::Query;
use super::rules::text;
use super::serve::Hydra;
use super::store::{Clients, Entry, shuffle};
use super::version::Version;

impl Hydra {
    /// `GET …/clients`: the page that `query` asks for under `path`.
    pub(super) fn list(&self, query: &Query, path: &str) -> Answered<Answer> {
        let (clients, version) = (self.store.clients()?, self.version);
        if version.is_calendar() {
            return self.keyset_page(&clients, query, path);
        }
        let page = Page::of(query, version)?;
        let first = usize::try_from(page.first()).unwrap_or(usize::MAX);
        let mut found: Vec<_> = clients
            .by_id()
            .filter(|entry| matches(entry, query))
            .collect();
        if matches!(version, Version::V2_0_2 | Version::V2_1_2) {
            shuffle(&mut found);
        }
        let entries: Vec<_> = found
            .into_iter()
            .skip(first)
            .take(size(page.size))
            .collect();
        // The total ignores the filters.
        let total = i64::try_from(clients.len()).unwrap_or(i64::MAX);
        let links = page.links(total).into_iter();
        let links = links.map(|(rel, size, offset)| page.link(query, path, rel, size, offset));
        let links: Vec<String> = links.collect();
        let answer = self.show(&entries)?.with("link", links.join(","));
        Ok(answer.with("x-total-count", total.to_string()))
    }

    /// v25 and later: the clients after one that the token names, and no count.
    fn keyset_page(&self, clients: &Clients, query: &Query, path: &str) -> Answered<Answer> {
        let now = crate::now::now().as_second();
        let given = |name: &str| query.get(name).filter(|text| !text.is_empty());
        let token = given("page_token").map(|text| self.tokens.open(text, now));
        let after = token.transpose()?.unwrap_or_default();
        let asked = given("page_size").map_or(Ok(0), page_size)?;
        let size = size(if asked > 0 { asked.min(500) } else { 100 });
        let found = clients.after(&after).filter(|entry| matches(entry, query));
        let mut entries: Vec<&Entry> = found.take(size + 1).collect();
        let more = entries.len() > size;
        entries.truncate(size);
        let link = |rel: &str, id: &str| {
            let mut query = query.clone();
            query.set("page_size", size.to_string());
            query.set("page_token", self.tokens.make(id, now));
            format!("<{path}?{}>; rel=\"{rel}\"", query.encode())
        };
        let mut links = vec![link("first", "")];
        if let Some(last) = entries.last().filter(|_| more) {
            links.push(link("next", last.id()));
        }
        Ok(self.show(&entries)?.with("link", links.join(",")))
    }

    fn show(&self, entries: &[&Entry]) -> Answered<Answer> {
        let version = self.version;
        let mut clients = entries.iter().map(|entry| &entry.client);
        let shown = clients.clone().map(|client| render::shown(client, version));
        match clients.all(|client| render::is_readable(client, version)) {
            true => Ok(Answer::json(StatusCode::OK, &shown.collect())),
            false => Err(Answer::unrecognizable()),
        }
    }
}

fn matches(entry: &Entry, query: &Query) -> bool {
    let mut filters = ["client_name", "owner"].into_iter();
    filters.all(|name| match query.get(name) {
        None | Some("") => true,
        Some(value) => text(&entry.client, name) == value,
    })
}

fn size(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn number(query: &Query, name: &str) -> Option<i64> {
    query.get(name).and_then(|text| text.parse().ok())
}

/// A page by its place in the list.
struct Page {
    /// Most clients on the page.
    size: i64,
    /// How many clients come before, as the server understood it.
    offset: i64,
    version: Version,
}

impl Page {
    fn of(query: &Query, version: Version) -> Answered<Self> {
        let (size, offset) = if version.is_v1() {
            let size = number(query, "limit").unwrap_or(100).min(500);
            if size <= 0 {
                return Err(Answer::cut_off());
            }
            (size, number(query, "offset").unwrap_or(0).max(0))
        } else {
            let size = number(query, "page_size").unwrap_or(250).clamp(1, 1000);
            let token = query.get("page_token");
            let place = token.and_then(|token| place_in_token(token, version));
            let place = place.unwrap_or(0).max(0);
            // On v2.0 the token holds an offset, and is taken for the number of a page.
            let is_page = version == Version::V2_0_2;
            let page = if is_page { place } else { place / size };
            (size, page.saturating_mul(size))
        };
        Ok(Self {
            size,
            offset,
            version,
        })
    }

    /// Hydra counts pages, so an offset between two of them is moved back.
    fn first(&self) -> i64 {
        self.offset / self.size * self.size
    }

    /// The pages that `Link` names, with their size and offset. On an empty server there is a next
    /// page after every page, without end.
    fn links(&self, total: i64) -> Vec<(&'static str, i64, i64)> {
        let size = self.size;
        let page = self.offset / size;
        let next = ("next", size, (page.saturating_add(1)).saturating_mul(size));
        let prev = ("prev", size, (page - 1).saturating_mul(size));
        let first = ("first", size, 0);
        if total == 0 {
            return vec![first, next, prev];
        }
        let last = (total - 1) / size * size;
        let fits = total < size || (total == size && !self.version.is_v1());
        match self.offset {
            offset if offset >= last && fits => vec![("first", total, 0)],
            offset if offset >= last => vec![first, ("prev", size, last - size)],
            offset if offset < size => vec![next, ("last", size, last)],
            _ => vec![first, next, prev, ("last", size, last)],
        }
    }

    fn link(&self, query: &Query, path: &str, rel: &str, size: i64, offset: i64) -> String {
        let mut query = query.clone();
        if self.version.is_v1() {
            query.set("limit", size.to_string());
            query.set("offset", offset.to_string());
        } else {
            query.set("page_size", size.to_string());
            let (name, format) = token_form(self.version);
            let token = format!("{{\"{name}\":\"{offset}\",\"v\":{format}}}");
            query.set("page_token", URL_SAFE_NO_PAD.encode(token));
        }
        format!("<{path}?{}>; rel=\"{rel}\"", query.encode())
    }
}

/// What the token calls its number, and the version of its form. The other form is ignored.
fn token_form(version: Version) -> (&'static str, u8) {
    match version {
        Version::V2_0_2 => ("page", 1),
        _ => ("offset", 2),
    }
}

fn place_in_token(token: &str, version: Version) -> Option<i64> {
    let json: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    match json.get(token_form(version).0)? {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    }
}

/// Seconds for which a token can be used.
const LIFETIME: i64 = 3_600;
/// The bytes of a nonce. Hydra does not expect that a token is shorter.
const NONCE: usize = 24;

/// What v25 and later say of a page that they do not give.
fn refused(why: &str) -> Answer {
    Answer::bad_request(&format!("Unable to parse pagination parameters: {why}"))
}

fn page_size(text: &str) -> Answered<i64> {
    text.parse().map_err(|error: ParseIntError| {
        let why = match error.kind() {
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "value out of range",
            _ => "invalid syntax",
        };
        refused(&format!("strconv.Atoi: parsing \"{text}\": {why}"))
    })
}

/// Makes and opens page tokens as v25 and later have them: opaque to clients, and valid for an hour.
/// Only the sandbox that made a token can open it.
pub(super) struct PageTokens {
    pub(super) key: String,
}

impl PageTokens {
    /// A token for the page after the client `id`, made at `now` (seconds since 1970).
    fn make(&self, id: &str, now: i64) -> String {
        let content = [&now.to_be_bytes()[..], id.as_bytes()].concat();
        URL_SAFE.encode([&self.tag(&content), &content[..]].concat())
    }

    fn open(&self, token: &str, now: i64) -> Answered<String> {
        let bytes = URL_SAFE.decode(token).map_err(illegal_base64);
        let bytes = bytes.map_err(|why| refused(&format!("decode token: {why}")))?;
        if bytes.len() < NONCE {
            return Err(Answer::cut_off());
        }
        let invalid = || refused("decrypt token: invalid data or key");
        let (tag, content) = bytes.split_first_chunk().ok_or_else(invalid)?;
        if self.tag(content) != *tag {
            return Err(invalid());
        }
        let (made, id) = content.split_first_chunk().ok_or_else(invalid)?;
        match now - i64::from_be_bytes(*made) > LIFETIME {
            true => Err(refused("page token expired, do not persist page tokens")),
            false => String::from_utf8(id.to_vec()).map_err(|_| invalid()),
        }
    }

    fn tag(&self, content: &[u8]) -> [u8; 32] {
        let hash = Sha256::new().chain_update(&self.key).chain_update(content);
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::PageTokens;

    #[test]
    fn a_token_opens_for_an_hour_and_for_its_maker_only() {
        let tokens = PageTokens {
            key: "key".to_owned(),
        };
        let other = PageTokens {
            key: "other".to_owned(),
        };
        let token = tokens.make("client", 1_000);
        assert!(!token.contains("client"));
        assert!(tokens.open(&token, 4_600).is_ok_and(|id| id == "client"));
        let long = "A".repeat(44);
        for (tokens, token, now, why) in [
            (&tokens, &*token, 4_601, "page token expired"),
            (&other, &token, 1_000, "decrypt token: invalid data or key"),
            (&tokens, &long, 1_000, "decrypt token: invalid data or key"),
            (&tokens, "zzz", 1_000, "decode token: illegal base64 data"),
            (&tokens, "%", 1_000, "decode token: illegal base64 data"),
            (&tokens, &token[1..], 1_000, "decode token: illegal base64"),
        ] {
            let opened = tokens.open(token, now);
            let body = opened.map_or_else(|answer| answer.body, String::into_bytes);
            let body = String::from_utf8_lossy(&body);
            assert!(body.contains(why), "{token}: {body}");
        }
        for short in ["", "e30=", "eyJvZmZzZXQiOiItMSIsInYiOjJ9"] {
            let refused = tokens.open(short, 1_000);
            assert!(refused.is_err_and(|answer| answer.is_cut_off), "{short}");
        }
    }
}
