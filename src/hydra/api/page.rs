//! Finds the next page of the list: a pure function of the response headers.
//!
//! We follow the `Link` header (RFC 8288) of every version, but use only its query: its path lacks
//! a proxy's prefix. The versions have these quirks:
//!
//! - v1.11 to v2.3 offer an empty next page forever. An empty page therefore ends the list, and so
//!   does a page that was already requested.
//! - v2.0.0 to v2.0.2 write an offset into the token of the next page but read it as a page number,
//!   which skips clients. We rewrite that token.
//! - A page may be shorter than requested without being the last.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use reqwest::header::{HeaderMap, LINK};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::dialect::Generation;

/// The query for the first page of the list, and how many clients that page can hold: the version's
/// largest page.
pub(super) fn first(generation: Generation) -> (&'static str, usize) {
    match generation {
        Generation::V1 => ("limit=500&offset=0", 500),
        Generation::V25 => ("page_size=500", 500),
        _ => ("page_size=1000", 1000),
    }
}

/// The query for the page after page number `page` (counted from 0), if the server names one.
pub(super) fn next(generation: Generation, headers: &HeaderMap, page: usize) -> Option<String> {
    let is_next = |parameter: &str| {
        let rel = parameter.trim().strip_prefix("rel=");
        rel.is_some_and(|rel| rel.trim_matches('"') == "next")
    };
    let mut links = links(headers);
    let (target, _) = links.find(|(_, rest)| rest.split([';', ',']).any(is_next))?;
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let mut kept = form_urlencoded::Serializer::new(String::new());
    let mut found = false;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = match &*name {
            "page_token" if generation == Generation::V2_0_0 => {
                numbered_token(&value, page + 1)?.into()
            }
            "page_token" | "offset" | "page_size" | "limit" => value,
            // Dropped: our filters are added to every request.
            _ => continue,
        };
        found |= matches!(&*name, "page_token" | "offset");
        kept.append_pair(&name, &value);
    }
    found.then(|| kept.finish())
}

/// How many clients the server says it holds, regardless of the filter. v25.4 and later do not say.
pub(super) fn total(headers: &HeaderMap) -> Option<usize> {
    headers.get("x-total-count")?.to_str().ok()?.parse().ok()
}

/// The links of `<a>; rel="first",<b>; rel="next"`: each target, and what follows it.
pub(super) fn links(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let texts = headers.get_all(LINK).into_iter();
    let texts = texts.filter_map(|value| value.to_str().ok());
    let links = texts.flat_map(|text| text.split('<').skip(1));
    links.filter_map(|link| link.split_once('>'))
}

/// The members of a token that is base64 of a JSON object.
pub(super) fn members(token: &str) -> Option<Map<String, Value>> {
    let json = URL_SAFE.decode(token);
    let json = json.or_else(|_| URL_SAFE_NO_PAD.decode(token)).ok()?;
    serde_json::from_slice(&json).ok()
}

/// The token that makes v2.0.0 to v2.0.2 return page number `page`. Their token is base64 of a JSON
/// object with one string of digits, the offset, which this replaces with the page number.
fn numbered_token(token: &str, page: usize) -> Option<String> {
    let mut object = members(token)?;
    let number = object.values_mut().find(|value| {
        let digits = value.as_str().unwrap_or("");
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })?;
    *number = Value::String(page.to_string());
    let json = serde_json::to_vec(&object).ok()?;
    Some(match token.ends_with('=') {
        true => URL_SAFE.encode(json),
        false => URL_SAFE_NO_PAD.encode(json),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{next, total};
    use crate::hydra::Generation;
    use reqwest::header::{HeaderMap, HeaderValue, LINK};

    fn link(text: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(LINK, HeaderValue::from_str(text).unwrap());
        headers
    }

    #[test]
    fn only_the_query_of_the_next_link_counts() {
        let headers = link(
            "</clients?limit=500&offset=0>; rel=\"first\",</clients?limit=500&offset=500&owner=x>; rel=\"next\",</clients?limit=500&offset=900>; rel=\"last\"",
        );
        assert_eq!(
            next(Generation::V1, &headers, 0).unwrap(),
            "limit=500&offset=500"
        );
        let headers = link("<http://evil/a?page_size=2&page_token=t%3D>; rel=\"next\"");
        assert_eq!(
            next(Generation::V25, &headers, 0).unwrap(),
            "page_size=2&page_token=t%3D"
        );
        assert_eq!(
            next(
                Generation::V2_2,
                &link("</c?page_token=x>; rel=\"first\""),
                0
            ),
            None
        );
        assert_eq!(next(Generation::V2_2, &link("rubbish <"), 0), None);
        assert_eq!(next(Generation::V2_2, &HeaderMap::new(), 0), None);
    }

    #[test]
    fn links_may_come_in_several_headers() {
        let mut headers = link("</c?page_token=a>; rel=\"first\"");
        headers.append(
            LINK,
            HeaderValue::from_static("</c?page_token=b>; rel=\"next\""),
        );
        assert_eq!(next(Generation::V2_2, &headers, 0).unwrap(), "page_token=b");
    }

    #[test]
    fn early_v2_gets_a_page_number_where_it_wrote_an_offset() {
        // {"page":"250","v":1}
        let headers = link(
            "</admin/clients?page_size=250&page_token=eyJwYWdlIjoiMjUwIiwidiI6MX0>; rel=\"next\"",
        );
        // {"page":"3","v":1}
        assert_eq!(
            next(Generation::V2_0_0, &headers, 2).unwrap(),
            "page_size=250&page_token=eyJwYWdlIjoiMyIsInYiOjF9"
        );
    }

    #[test]
    fn the_total_is_a_number_or_nothing() {
        let mut headers = HeaderMap::new();
        assert_eq!(total(&headers), None);
        headers.insert("x-total-count", HeaderValue::from_static("12"));
        assert_eq!(total(&headers), Some(12));
    }
}
