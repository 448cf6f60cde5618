//! Which Hydra answers, and where: found by asking.

use url::Url;

use super::failure::{Cause, Failure};
use super::http::{Answer, Http};
use super::retry::Patience;
use crate::client::{ClientId, Field, Since};

/// Versions of Hydra that differ in what matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generation {
    /// v1.11: `/clients`.
    V1,
    /// v2.0.0 to v2.0.2: chooses ids itself, and its page links skip clients.
    V2_0_0,
    /// v2.0.3 to v2.1: chooses ids itself.
    V2_0_3,
    /// v2.2 and v2.3.
    V2_2,
    /// v25.4 and later: calendar versions, keyset pages.
    V25,
}

/// The Hydra that answers.
#[derive(Debug, Clone)]
pub struct Dialect {
    /// What `/version` says; `None` where it is not reachable.
    pub version: Option<String>,
    /// The version's family; guessed from the paths where the version says nothing.
    pub generation: Generation,
    /// The address of the clients, without a slash at its end.
    clients: Url,
}

impl Dialect {
    /// Whether a client's id may be chosen by whoever creates it. v2.0 and v2.1 refuse that.
    #[must_use]
    pub fn chooses_ids(&self) -> bool {
        matches!(self.generation, Generation::V2_0_0 | Generation::V2_0_3)
    }

    /// Whether this Hydra knows a field; what it does not know it drops without a word.
    #[must_use]
    pub fn knows(&self, field: Field) -> bool {
        match field.since() {
            Since::V1 => true,
            Since::V1Only => self.generation == Generation::V1,
            Since::V2 => self.generation > Generation::V1,
            Since::V25 => self.generation >= Generation::V25,
        }
    }

    /// The address of all clients.
    #[must_use]
    pub fn clients_url(&self) -> Url {
        self.clients.clone()
    }

    /// The address of one client, or `None` for an id that only the list can find: the routers of
    /// v1.11 to v2.3 do not match an id with a `/` (measured), and HTTP clients take `.` and `..`
    /// for steps through the path.
    #[must_use]
    pub fn client_url(&self, id: &ClientId) -> Option<Url> {
        let id = id.as_str();
        if matches!(id, "." | "..") || (id.contains('/') && self.generation < Generation::V25) {
            return None;
        }
        Some(client_url(&self.clients, id))
    }
}

/// The address of one client. All but letters, digits and `-._~` is percent-encoded (RFC 3986,
/// section 2.3).
fn client_url(clients: &Url, id: &str) -> Url {
    const ENCODED: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    let mut url = clients.clone();
    url.set_path(&format!(
        "{}/{}",
        clients.path(),
        percent_encoding::utf8_percent_encode(id, ENCODED)
    ));
    url
}

/// Finds out which Hydra answers.
///
/// Where an id is at hand, one look-up by it tells more cheaply than the list, before which v2.0 to
/// v2.3 count all rows.
///
/// # Errors
/// The first telling failure: no connection, a refusal, or answers that are not Hydra's.
pub(super) async fn detect(
    http: &Http,
    patience: &Patience,
    probe: Option<&ClientId>,
) -> Result<Dialect, Failure> {
    let base = http.endpoint().base();
    let probe = probe.filter(|id| !matches!(id.as_str(), "." | "..") && !id.as_str().contains('/'));
    let (clients, version) = tokio::try_join!(find_clients(http, patience, base, probe), async {
        Ok(ask_version(http, patience, base).await)
    })?;
    let by_path = if clients.path().ends_with("/admin/clients") {
        Generation::V2_2
    } else {
        Generation::V1
    };
    let generation = version
        .as_deref()
        .and_then(generation_of)
        .unwrap_or(by_path);
    tracing::debug!(?generation, ?version, %clients, "hydra found");
    Ok(Dialect {
        version,
        generation,
        clients,
    })
}

/// The places where the clients may be, likeliest first.
fn candidates(base: &Url) -> Vec<Url> {
    let at = |path: String| {
        let mut url = base.clone();
        url.set_path(&path);
        url
    };
    let path = base.path();
    match path.strip_suffix("admin/") {
        Some(parent) => vec![at(format!("{path}clients")), at(format!("{parent}clients"))],
        None => vec![
            at(format!("{path}admin/clients")),
            at(format!("{path}clients")),
        ],
    }
}

async fn find_clients(
    http: &Http,
    patience: &Patience,
    base: &Url,
    probe: Option<&ClientId>,
) -> Result<Url, Failure> {
    let mut refused: Option<Failure> = None;
    for clients in candidates(base) {
        let url = match probe {
            Some(id) => client_url(&clients, id.as_str()),
            None => {
                let mut url = clients.clone();
                url.set_query(Some("page_size=1&limit=1&offset=0"));
                url
            }
        };
        let failure = match get_patiently(http, patience, url).await {
            Ok(answer) if is_hydras(&answer) => return Ok(clients),
            Ok(answer) if matches!(answer.status, 200 | 404) => answer.foreign(),
            Ok(answer) => answer.refusal(),
            // Without a connection the other place cannot be reached either.
            Err(failure) if !is_foreign(&failure) => return Err(failure),
            Err(failure) => failure,
        };
        // A refusal (401, 403) tells more than a page that is none of Hydra's.
        let tells_more = !is_foreign(&failure);
        if refused.is_none() || (tells_more && refused.as_ref().is_some_and(is_foreign)) {
            refused = Some(failure);
        }
    }
    Err(refused.unwrap_or_else(|| {
        Failure::new(
            format!("GET {base}"),
            Cause::Foreign("no Hydra answers there".to_owned()),
        )
    }))
}

fn is_foreign(failure: &Failure) -> bool {
    matches!(failure.cause, Cause::Foreign(_) | Cause::Redirect(_))
}

/// Whether only Hydra's clients can answer so: a client, a list of clients, or its own "absent".
fn is_hydras(answer: &Answer) -> bool {
    #[derive(serde::Deserialize)]
    struct Client {
        #[serde(rename = "client_id")]
        _id: String,
    }
    let body = &answer.body;
    match answer.status {
        200 => {
            serde_json::from_slice::<Client>(body).is_ok()
                || serde_json::from_slice::<Vec<Client>>(body).is_ok()
        }
        _ => answer.is_absent_client(),
    }
}

/// Sends a `GET` until it is answered or patience ends. Any status but a transient one is an answer.
pub(super) async fn get_patiently(
    http: &Http,
    patience: &Patience,
    url: Url,
) -> Result<Answer, Failure> {
    let mut waiting = patience.begin();
    loop {
        let failure = match http.get(url.clone()).await {
            Ok(answer) => {
                let refusal = answer.refusal();
                if !refusal.is_transient() {
                    return Ok(answer);
                }
                refusal
            }
            Err(failure) => failure,
        };
        waiting.pause(failure).await?;
    }
}

/// What `/version` says (`{"version":"v2.3.0"}`), which lies beside `/admin`. Best effort: a
/// gateway may let only the clients through. What passes is waited for all the same: without its
/// version an old Hydra would be read wrongly.
async fn ask_version(http: &Http, patience: &Patience, base: &Url) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Version {
        version: String,
    }
    let path = base.path();
    let parent = path.strip_suffix("admin/");
    for path in [Some(path), parent].into_iter().flatten() {
        let mut url = base.clone();
        url.set_path(&format!("{path}version"));
        if let Ok(answer) = get_patiently(http, patience, url).await
            && answer.status == 200
            && let Ok(Version { version }) = serde_json::from_slice(&answer.body)
        {
            return Some(
                version
                    .chars()
                    .filter(|c| !c.is_control())
                    .take(64)
                    .collect(),
            );
        }
    }
    None
}

/// The family of a version such as `v2.1.2`; `None` for builds without one (`master`).
fn generation_of(version: &str) -> Option<Generation> {
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
        (2, 0 | 1, _) => Generation::V2_0_3,
        (2, ..) => Generation::V2_2,
        _ => Generation::V25,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{Generation, candidates, client_url, generation_of};
    use url::Url;

    #[test]
    fn versions_have_families() {
        for (version, generation) in [
            ("v1.11.10", Some(Generation::V1)),
            ("v2.0.2", Some(Generation::V2_0_0)),
            ("v2.0.3", Some(Generation::V2_0_3)),
            ("v2.1.2", Some(Generation::V2_0_3)),
            ("2.2.0-rc.1", Some(Generation::V2_2)),
            ("v26.2.0", Some(Generation::V25)),
            ("master", None),
            ("", None),
        ] {
            assert_eq!(generation_of(version), generation, "{version}");
        }
    }

    #[test]
    fn clients_are_looked_for_below_the_base_address() {
        let paths = |base: &str| -> Vec<String> {
            let base = Url::parse(base).unwrap();
            candidates(&base)
                .iter()
                .map(|url| url.path().to_owned())
                .collect()
        };
        assert_eq!(paths("http://h/"), ["/admin/clients", "/clients"]);
        assert_eq!(
            paths("http://h/auth/"),
            ["/auth/admin/clients", "/auth/clients"]
        );
        assert_eq!(paths("http://h/admin/"), ["/admin/clients", "/clients"]);
        assert_eq!(
            paths("http://h/x/admin/"),
            ["/x/admin/clients", "/x/clients"]
        );
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
