//! Which endpoint a path means, and its query, as Go reads and writes it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::version::Version;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// All clients, under this path.
    Clients(&'static str),
    Client(String),
    Lifespans(String),
    Version,
    /// `/health/ready` or `/health/alive`.
    Health,
    /// `/oauth2/token`, on real servers at the public port.
    Token,
    /// `/oauth2/revoke`, on real servers at the public port.
    Revoke,
    /// v2.0 to v2.3 redirect a path without `/admin`, for these methods.
    ToAdmin(&'static str),
    /// The path has an extra slash or the wrong case; this is the right one.
    Moved(String),
    /// The decoded id is a path step such as `..`, or ends with `/`, or the path has an empty
    /// segment; this is the cleaned path.
    Cleaned(String),
    /// A `%` in the path does not begin an escape.
    Malformed,
    Unknown,
}

impl Route {
    /// The methods that the endpoint has, as Hydra lists them: from v25 on with the router of Go's
    /// own library, which answers HEAD where it answers GET, and knows no OPTIONS.
    pub(super) fn allowed(&self, version: Version) -> &'static str {
        let [before, since] = match self {
            Self::Clients(_) => ["GET, OPTIONS, POST", "GET, HEAD, POST"],
            Self::Client(_) => [
                "DELETE, GET, OPTIONS, PATCH, PUT",
                "DELETE, GET, HEAD, PATCH, PUT",
            ],
            Self::Lifespans(_) => ["OPTIONS, PUT", "PUT"],
            Self::Token | Self::Revoke => ["OPTIONS, POST", "POST"],
            Self::Version | Self::Health => ["GET, OPTIONS", "GET, HEAD"],
            Self::ToAdmin(methods) => [*methods; 2],
            Self::Moved(_) | Self::Cleaned(_) | Self::Malformed | Self::Unknown => [""; 2],
        };
        if version.is_calendar() { since } else { before }
    }

    /// Finds the endpoint of a path as it came, still percent-encoded and without its query.
    ///
    /// The path is decoded before it is taken apart, so that an id with an encoded `/` is no longer
    /// one segment, and no route; from v25 on so only without `/admin`.
    pub(super) fn of(path: &str, version: Version) -> Self {
        if !is_well_encoded(path) {
            return Self::Malformed;
        }
        if version.is_calendar() {
            let trimmed = path.strip_suffix('/').unwrap_or(path);
            let exact = || Self::exact(trimmed, version);
            return cleaned(path).map_or_else(exact, Self::Cleaned);
        }
        let route = Self::exact(path, version);
        if route != Self::Unknown {
            return route;
        }
        match tidied(path) {
            Some(tidy) if Self::exact(&tidy, version) != Self::Unknown => Self::Moved(tidy),
            _ => Self::Unknown,
        }
    }

    fn exact(path: &str, version: Version) -> Self {
        match path {
            "/version" => return Self::Version,
            "/health/ready" | "/health/alive" => return Self::Health,
            "/oauth2/token" => return Self::Token,
            "/oauth2/revoke" => return Self::Revoke,
            _ => {}
        }
        let mut bases = ["/admin/clients", "/clients"].into_iter();
        let Some(base) = bases.find(|base| path.starts_with(base)) else {
            return Self::Unknown;
        };
        let route = Self::below(base, &path[base.len()..], version);
        match (base, version) {
            ("/admin/clients", Version::V1_11_10) => Self::Unknown,
            ("/clients", _) if version.is_v1() || version.is_calendar() => route,
            ("/clients", _) if route != Self::Unknown => Self::ToAdmin(route.allowed(version)),
            _ => route,
        }
    }

    fn below(base: &'static str, rest: &str, version: Version) -> Self {
        let Some(rest) = rest.strip_prefix('/') else {
            return match rest {
                // v25 and later put `/admin` before a path that lacks it.
                "" if version.is_calendar() => Self::Clients("/admin/clients"),
                "" => Self::Clients(base),
                _ => Self::Unknown,
            };
        };
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let segments: Vec<String> = if version.is_calendar() && base == "/admin/clients" {
            rest.split('/').map(decode).collect()
        } else {
            decode(rest).split('/').map(str::to_owned).collect()
        };
        match segments.as_slice() {
            [id] if !id.is_empty() => Self::Client(id.clone()),
            [id, last] if !id.is_empty() && last == "lifespans" => Self::Lifespans(id.clone()),
            _ => Self::Unknown,
        }
    }
}

/// The path that v25 and later send elsewhere to: they decode it, cut a `/` off its end, and then
/// clean it of `.`, `..` and empty segments. `None` where it stays as it is.
fn cleaned(path: &str) -> Option<String> {
    if path.contains("//") {
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        return Some(segments.map(|segment| format!("/{segment}")).collect());
    }
    let (base, id) = path.rsplit_once('/')?;
    let decoded = percent_decode_str(id).decode_utf8_lossy();
    match &*decoded {
        "." => Some(base.to_owned()),
        ".." => Some(base.rsplit_once('/')?.0.to_owned()),
        id if id.ends_with('/') => Some(format!("{base}/{}", id.trim_end_matches('/'))),
        _ => None,
    }
}

/// The path with single slashes, none at its end, and the fixed part in lower case; `None` when it
/// is so already.
fn tidied(path: &str) -> Option<String> {
    let mut tidy = String::new();
    let mut is_fixed = true;
    for segment in path.split('/').filter(|part| !part.is_empty()) {
        let lower = segment.to_ascii_lowercase();
        tidy.extend(["/", if is_fixed { &lower } else { segment }]);
        is_fixed &= lower != "clients";
    }
    (tidy != path && !tidy.is_empty()).then_some(tidy)
}

/// The address of a client that was created. v25 and later escape its id twice.
pub(super) fn location(base: &str, id: &str, version: Version) -> String {
    if !version.is_calendar() {
        return format!("{base}/{id}");
    }
    let escaped = utf8_percent_encode(id, ESCAPED_SEGMENT).to_string();
    format!("{base}/{}", escaped.replace('%', "%25"))
}

/// What Go escapes in a query, besides turning spaces into `+`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
/// What Go escapes in a segment of a path.
const ESCAPED_SEGMENT: &AsciiSet = &ESCAPED
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// Names and values, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query. Pairs that are not well encoded are left out, as Go leaves them.
    pub(super) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        });
        Self(pairs.collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Replaces all values of that name by one.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(found, _)| found != name);
        self.0.push((name.to_owned(), value.into()));
    }

    /// Writes the query, sorted by name.
    pub(super) fn encode(&self) -> String {
        let mut pairs = self.0.clone();
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        let pairs = pairs
            .iter()
            .map(|(name, value)| [encode(name), encode(value)].join("="));
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// Decodes `application/x-www-form-urlencoded` text; `None` when a `%` stands alone.
pub(super) fn decode(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    let decoded = || percent_decode_str(&text).decode_utf8_lossy().into_owned();
    is_well_encoded(&text).then(decoded)
}

/// Whether two hexadecimal digits follow each `%`.
pub(super) fn is_well_encoded(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        let code = rest.as_bytes().get(..2);
        code.is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit))
    })
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED)
        .to_string()
        .replace("%20", "+")
}

#[cfg(test)]
mod tests {
    use super::{Query, Route};
    use crate::sandbox::Version;

    #[test]
    fn an_id_with_a_slash_is_a_route_only_from_v25_on() {
        let path = "/admin/clients/a%2Fb";
        assert_eq!(Route::of(path, Version::V2_3_0), Route::Unknown);
        let found = Route::of(path, Version::V25_4_0);
        assert_eq!(found, Route::Client("a/b".to_owned()));
        let found = Route::of(&path["/admin".len()..], Version::V25_4_0);
        assert_eq!(found, Route::Unknown);
    }

    #[test]
    fn an_id_that_is_a_step_through_the_path_is_redirected_from_v25_on() {
        for (id, clean) in [
            (".", "/admin/clients"),
            ("..", "/admin"),
            ("a%2F", "/admin/clients/a"),
            ("/a", "/admin/clients/a"),
        ] {
            let path = format!("/admin/clients/{id}");
            let found = Route::of(&path, Version::V26_2_0);
            assert_eq!(found, Route::Cleaned(clean.to_owned()));
            assert!(!matches!(
                Route::of(&path, Version::V2_3_0),
                Route::Cleaned(_)
            ));
        }
    }

    #[test]
    fn a_path_without_admin_is_redirected_or_served() {
        let of = |version| Route::of("/clients/x", version);
        assert_eq!(of(Version::V1_11_10), Route::Client("x".to_owned()));
        assert!(matches!(of(Version::V2_1_2), Route::ToAdmin(_)));
        assert_eq!(of(Version::V26_2_0), Route::Client("x".to_owned()));
        let v1 = Route::of("/admin/clients/x", Version::V1_11_10);
        assert_eq!(v1, Route::Unknown);
    }

    #[test]
    fn odd_paths_never_mean_a_client() {
        for path in ["/", "", "/clientsx", "/admin/clients/a/b", "/admin", "//"] {
            assert_eq!(Route::of(path, Version::V2_3_0), Route::Unknown, "{path}");
        }
        let moved = Route::of("/Admin//clients/A/", Version::V2_3_0);
        assert_eq!(moved, Route::Moved("/admin/clients/A".to_owned()));
    }

    #[test]
    fn a_query_is_sorted_and_loses_what_is_malformed() {
        let mut query = Query::parse("b=1&a=%zz&c=x+y%2F~*&b=2&d");
        assert_eq!(query.get("a"), None);
        assert_eq!(query.get("b"), Some("1"));
        query.set("b", "3");
        assert_eq!(query.encode(), "b=3&c=x+y%2F~%2A&d=");
    }
}
