//! The list of clients, page by page, in each of Hydra's three ways of paging.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::answer::{Answer, Answered};
use super::page_token::{PageTokens, Unusable};
use super::query::Query;
use super::render;
use super::rules::text;
use super::store::{Clients, Entry};
use super::version::Version;

/// A page of `clients`, as asked for by `query` under `path`.
pub(super) fn list(
    clients: &Clients,
    query: &Query,
    path: &str,
    version: Version,
    tokens: &PageTokens,
) -> Answered<Answer> {
    if version.is_calendar() {
        return keyset_page(clients, query, path, version, tokens);
    }
    let page = if version.is_v1() {
        Page::of_v1(query)?
    } else {
        Page::of_v2(query, version)
    };
    let first = usize::try_from(page.first()).unwrap_or(usize::MAX);
    let size = usize::try_from(page.size).unwrap_or(0);
    let mut entries = match version {
        Version::V2_0_2 | Version::V2_1_2 => clients.shuffled(),
        _ => clients.by_id().collect(),
    };
    entries.retain(|entry| matches(entry, query));
    let entries: Vec<&Entry> = entries.into_iter().skip(first).take(size).collect();
    let total = i64::try_from(clients.len()).unwrap_or(i64::MAX);
    let links = page.links(total).into_iter();
    let links = links.map(|(rel, size, offset)| page.link(query, path, rel, size, offset));
    let links: Vec<String> = links.collect();
    // The total ignores the filters.
    Ok(show(&entries, version)?
        .with("link", links.join(","))
        .with("x-total-count", total.to_string()))
}

fn matches(entry: &Entry, query: &Query) -> bool {
    ["client_name", "owner"]
        .iter()
        .all(|name| match query.get(name) {
            None | Some("") => true,
            Some(value) => text(&entry.client, name) == value,
        })
}

fn show(entries: &[&Entry], version: Version) -> Answered<Answer> {
    let clients = entries.iter().map(|entry| &entry.client);
    if !clients
        .clone()
        .all(|client| render::is_readable(client, version))
    {
        return Err(Answer::unrecognizable());
    }
    let shown: Value = clients
        .map(|client| render::shown(client, version))
        .collect();
    Ok(Answer::json(StatusCode::OK, &shown).uncached(version))
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
    fn of_v1(query: &Query) -> Answered<Self> {
        let size = number(query, "limit").unwrap_or(100).clamp(0, 500);
        if size == 0 {
            // Hydra divides by it, and closes the connection without an answer.
            return Err(Answer::unrecognizable());
        }
        let offset = number(query, "offset").unwrap_or(0).max(0);
        Ok(Self {
            size,
            offset,
            version: Version::V1_11_10,
        })
    }

    fn of_v2(query: &Query, version: Version) -> Self {
        let size = number(query, "page_size").unwrap_or(250).clamp(1, 1000);
        let token = query
            .get("page_token")
            .and_then(|token| place_in_token(token, version))
            .unwrap_or(0);
        let page = if version == Version::V2_0_2 {
            // The token holds an offset, and is taken for the number of a page.
            token.max(0)
        } else {
            token.max(0) / size
        };
        Self {
            size,
            offset: page.saturating_mul(size),
            version,
        }
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
            query.set("page_token", token_of_place(offset, self.version));
        }
        format!("<{path}?{}>; rel=\"{rel}\"", query.encode())
    }
}

fn token_of_place(offset: i64, version: Version) -> String {
    let (name, format) = token_form(version);
    URL_SAFE_NO_PAD.encode(format!("{{\"{name}\":\"{offset}\",\"v\":{format}}}"))
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

/// v25 and later: the clients after one that the token names, and no count.
fn keyset_page(
    clients: &Clients,
    query: &Query,
    path: &str,
    version: Version,
    tokens: &PageTokens,
) -> Answered<Answer> {
    let now = crate::now::now().as_second();
    let asked = number(query, "page_size").filter(|size| *size > 0);
    let size = asked.unwrap_or(100).min(500);
    let after = match query.get("page_token") {
        None | Some("") => String::new(),
        Some(token) => tokens.open(token, now).map_err(|error| unusable(&error))?,
    };
    let size = usize::try_from(size).unwrap_or(0);
    let found = clients.after(&after).filter(|entry| matches(entry, query));
    let mut entries: Vec<&Entry> = found.take(size + 1).collect();
    let more = entries.len() > size;
    entries.truncate(size);
    let link = |rel: &str, id: &str| {
        let mut query = query.clone();
        if asked.is_some() {
            query.set("page_size", size.to_string());
        }
        query.set("page_token", tokens.make(id, now));
        format!("<{path}?{}>; rel=\"{rel}\"", query.encode())
    };
    let mut links = vec![link("first", "")];
    if let Some(last) = entries.last().filter(|_| more) {
        links.push(link("next", last.id()));
    }
    Ok(show(&entries, version)?.with("link", links.join(",")))
}

fn unusable(error: &Unusable) -> Answer {
    Answer::bad_request(match error {
        Unusable::Expired => "page token expired",
        Unusable::Invalid => "page token invalid",
    })
}
