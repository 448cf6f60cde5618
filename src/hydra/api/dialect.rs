//! The versions of Hydra, and how they differ.

use url::Url;

use crate::client::{ClientId, Field, Since};

/// Families of Hydra versions that differ in ways that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Generation {
    /// v1.11: `/clients`.
    V1,
    /// v2.0.0 to v2.0.2: the server chooses ids, and its page links skip clients.
    V2_0_0,
    /// v2.0.3 and later v2.0: the server chooses ids.
    V2_0_3,
    /// v2.1: the server chooses ids.
    V2_1,
    V2_2,
    /// v25.4 and later: calendar versions, keyset pages.
    V25,
}

impl Generation {
    /// Its name, which never changes: checksums of plans depend on it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2_0_0 => "v2.0.0",
            Self::V2_0_3 => "v2.0.3",
            Self::V2_1 => "v2.1",
            Self::V2_2 => "v2.2",
            Self::V25 => "v25",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Dialect {
    /// The version from `/version`; `None` if that is not reachable.
    pub version: Option<String>,
    /// The version's family. If the version is unknown, it is inferred from the responses.
    pub generation: Generation,
    /// The family as far as reading tells, which is all that a plan knows.
    pub as_read: Generation,
    /// Whether it is a guess that ids may be chosen: nothing tells this v2 apart from v2.1.
    pub(super) is_guess: bool,
    /// The URL of all clients, without a trailing slash.
    pub clients: Url,
}

impl Dialect {
    /// Whether the caller may choose a client's id. v2.0 and v2.1 refuse that.
    pub(crate) fn chooses_ids(&self) -> bool {
        (Generation::V2_0_0..Generation::V2_2).contains(&self.generation)
    }

    /// Whether this Hydra supports a field. It silently drops fields it does not know.
    pub(crate) fn knows(&self, field: Field) -> bool {
        match field.since() {
            Since::V1 => true,
            Since::V1Only => self.generation == Generation::V1,
            Since::BeforeV2_2 => self.generation < Generation::V2_2,
            Since::V2_1 => self.generation >= Generation::V2_1,
            Since::V2_2 => self.generation >= Generation::V2_2,
            Since::V25 | Since::V26 => self.generation >= Generation::V25,
        }
    }

    /// The URL of one client, or `None` for an id that only the list can find. The routers of v1.11
    /// to v2.3 do not match an id with a `/` (measured), and HTTP clients resolve `.` and `..` as
    /// dot segments. The routers of v25.4 and v26.2 do so after decoding the path: they drop a
    /// trailing `/` and redirect to the path without dot segments (measured).
    pub(crate) fn client_url(&self, id: &ClientId) -> Option<Url> {
        let id = id.as_str();
        let is_cleaned_away = id.split('/').any(|step| matches!(step, "" | "." | ".."));
        if is_cleaned_away || (id.contains('/') && self.generation < Generation::V25) {
            return None;
        }
        Some(client_url(&self.clients, id))
    }
}

/// The URL of one client. Everything except letters, digits and `-._~` is percent-encoded (RFC
/// 3986, section 2.3).
pub(super) fn client_url(clients: &Url, id: &str) -> Url {
    const ENCODED: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    let mut url = clients.clone();
    let id = percent_encoding::utf8_percent_encode(id, ENCODED);
    url.set_path(&format!("{}/{id}", clients.path()));
    url
}

/// The URL of a client that does not exist: a Hydra that answers look-ups answers 404 there.
pub(super) fn nobodys_url(clients: &Url) -> Url {
    client_url(clients, "hydra-gitops-checks-that-look-ups-work")
}

/// The family of a version such as `v2.1.2`; `None` for builds without a version (`master`).
pub(super) fn generation_of(version: &str) -> Option<Generation> {
    let mut numbers = version
        .trim_start_matches('v')
        .split(['.', '-', '+'])
        .map(|part| part.parse::<u32>().ok());
    let major = numbers.next()??;
    let minor = numbers.next().flatten().unwrap_or(0);
    let patch = numbers.next().flatten().unwrap_or(0);
    Some(match (major, minor, patch) {
        (0 | 1, ..) => Generation::V1,
        (2, 0, 0..=2) => Generation::V2_0_0,
        (2, 0, _) => Generation::V2_0_3,
        (2, 1, _) => Generation::V2_1,
        (2, ..) => Generation::V2_2,
        _ => Generation::V25,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{Dialect, Generation, client_url, generation_of};
    use crate::client::ClientId;
    use url::Url;

    #[test]
    fn versions_have_families() {
        for (version, generation) in [
            ("v1.11.10", Some(Generation::V1)),
            ("v2.0.2", Some(Generation::V2_0_0)),
            ("v2.0.3", Some(Generation::V2_0_3)),
            ("v2.1.2", Some(Generation::V2_1)),
            ("2.2.0-rc.1", Some(Generation::V2_2)),
            ("v26.2.0", Some(Generation::V25)),
            ("master", None),
            ("", None),
        ] {
            assert_eq!(generation_of(version), generation, "{version}");
        }
    }

    #[test]
    fn ids_that_a_router_takes_for_steps_have_no_address() {
        let dialect = |generation| Dialect {
            version: None,
            generation,
            as_read: generation,
            is_guess: false,
            clients: Url::parse("http://h/clients").unwrap(),
        };
        let has_address = |generation, id: &str| {
            let id = ClientId::new(id).unwrap();
            dialect(generation).client_url(&id).is_some()
        };
        for id in [
            ".", "..", "/", "a/", "/a", "a//b", "a/.", "a/..", "./a", "a/../b",
        ] {
            assert!(!has_address(Generation::V25, id), "{id}");
            assert!(!has_address(Generation::V2_2, id), "{id}");
        }
        assert!(has_address(Generation::V25, "a/b") && !has_address(Generation::V2_2, "a/b"));
        for id in ["...", "a.", ".a", "%2e", "%2E%2E", "a%2F", "a\\"] {
            assert!(has_address(Generation::V25, id), "{id}");
            assert!(has_address(Generation::V1, id), "{id}");
        }
    }

    #[test]
    fn ids_are_encoded_as_one_segment() {
        let clients = Url::parse("http://h/clients").unwrap();
        for (id, path) in [
            ("a b", "/clients/a%20b"),
            ("a/b", "/clients/a%2Fb"),
            ("50%", "/clients/50%25"),
            ("%2F", "/clients/%252F"),
            ("\u{fc}", "/clients/%C3%BC"),
            ("a?b#c", "/clients/a%3Fb%23c"),
            ("...", "/clients/..."),
        ] {
            assert_eq!(client_url(&clients, id).path(), path, "{id}");
        }
    }
}
