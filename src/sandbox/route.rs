//! Which endpoint a path means.

use percent_encoding::percent_decode_str;

use super::query::is_well_encoded;
use super::version::Version;

/// An endpoint.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// All clients, under this path.
    Clients(&'static str),
    /// One client.
    Client(String),
    /// The lifespans of one client.
    Lifespans(String),
    /// `/version`.
    Version,
    /// `/health/ready` or `/health/alive`.
    Health,
    /// `/oauth2/token`, on real servers at the public port.
    Token,
    /// `/oauth2/revoke`, on real servers at the public port.
    Revoke,
    /// v2.0 to v2.3 send a path without `/admin` to the address that they believe to have, for the
    /// methods that there are.
    ToAdmin(&'static str),
    /// The path has a slash too many, or the wrong case: the right one.
    Moved(String),
    /// The id is a step through the path once it is decoded, such as `..`: the path without it.
    Cleaned(String),
    /// A `%` in the path stands alone.
    Malformed,
    /// Nothing.
    Unknown,
}

impl Route {
    /// The methods that the endpoint has, as Hydra lists them.
    pub(super) fn allowed(&self) -> &'static str {
        match self {
            Self::Clients(_) => "GET, OPTIONS, POST",
            Self::Client(_) => "DELETE, GET, OPTIONS, PATCH, PUT",
            Self::Lifespans(_) => "OPTIONS, PUT",
            Self::Token | Self::Revoke => "OPTIONS, POST",
            Self::Version | Self::Health => "GET, OPTIONS",
            Self::ToAdmin(methods) => methods,
            Self::Moved(_) | Self::Cleaned(_) | Self::Malformed | Self::Unknown => "",
        }
    }

    /// Finds the endpoint of a path as it came, still percent-encoded and without its query.
    ///
    /// Up to v2.3 the path is decoded before it is taken apart, so that an id with an encoded `/`
    /// is no longer one segment, and no route.
    pub(super) fn of(path: &str, version: Version) -> Self {
        if !is_well_encoded(path) {
            return Self::Malformed;
        }
        if let Some(clean) = cleaned(path).filter(|_| version.is_calendar()) {
            return Self::Cleaned(clean);
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
            ("/clients", _) if route != Self::Unknown => Self::ToAdmin(route.allowed()),
            _ => route,
        }
    }

    fn below(base: &'static str, rest: &str, version: Version) -> Self {
        let Some(rest) = rest.strip_prefix('/') else {
            return match rest {
                "" => Self::Clients(base),
                _ => Self::Unknown,
            };
        };
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let segments: Vec<String> = if version.is_calendar() {
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
/// clean it of `.` and `..`. `None` where it stays as it is.
fn cleaned(path: &str) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::Route;
    use crate::sandbox::Version;

    #[test]
    fn an_id_with_a_slash_is_a_route_only_from_v25_on() {
        let path = "/admin/clients/a%2Fb";
        assert_eq!(Route::of(path, Version::V2_3_0), Route::Unknown);
        let found = Route::of(path, Version::V25_4_0);
        assert_eq!(found, Route::Client("a/b".to_owned()));
    }

    #[test]
    fn an_id_that_is_a_step_through_the_path_is_redirected_from_v25_on() {
        for (id, clean) in [
            (".", "/admin/clients"),
            ("..", "/admin"),
            ("a%2F", "/admin/clients/a"),
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
}
