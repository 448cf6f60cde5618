//! Detects which Hydra answers, and under which path.

use serde::Deserialize;
use url::Url;

use super::dialect::{Dialect, Generation, client_url, generation_of, nobodys_url};
use super::reader::Getter;
use super::signs;
use crate::client::ClientId;
use crate::hydra::failure::{Cause, Failure};
use crate::hydra::transport::{Answer, Http};

/// Detects which Hydra answers.
///
/// If an id is known, a look-up by it is cheaper than the list, for which v2.0 to v2.3 count all
/// rows. Fails with the first conclusive failure: no connection, a refusal, or responses that are
/// not Hydra's.
pub(super) async fn detect(getter: &Getter, probe: Option<&ClientId>) -> Result<Dialect, Failure> {
    let is_step = |id: &ClientId| matches!(id.as_str(), "." | "..") || id.as_str().contains('/');
    let probe = probe.filter(|id| !is_step(id));
    let version = async { Ok(ask_version(getter).await) };
    let (clients, version) = tokio::try_join!(find_clients(getter, probe), version)?;
    let family = match version.as_ref().and_then(|(_, generation)| *generation) {
        Some(generation) => Some((generation, false)),
        None => match getter.get(one_client(&clients)).await {
            Ok(answer) => signs::read(&answer),
            // The first client of the list may be one that Hydra cannot read.
            Err(failure) if failure.may_be_clients_own() => None,
            Err(failure) => return Err(failure),
        },
    };
    let (generation, is_guess) = match family {
        Some(family) => family,
        None if clients.path().ends_with("/admin/clients") => (Generation::V2_2, true),
        None => (Generation::V1, false),
    };
    let version = version.map(|(shown, _)| shown);
    tracing::debug!(?generation, is_guess, ?version, %clients, "hydra found");
    Ok(Dialect {
        version,
        generation,
        as_read: generation,
        is_guess,
        clients,
    })
}

/// A request for a list of one client, with the query parameters of every version.
pub(super) fn one_client(clients: &Url) -> Url {
    let mut url = clients.clone();
    url.set_query(Some("page_size=1&limit=1&offset=0"));
    url
}

/// The paths where the clients may be, most likely first.
fn candidates(base: &Url) -> [Url; 2] {
    let path = base.path();
    match path.strip_suffix("admin/") {
        Some(parent) => [format!("{path}clients"), format!("{parent}clients")],
        None => [format!("{path}admin/clients"), format!("{path}clients")],
    }
    .map(|path| at(base, &path))
}

fn at(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url
}

async fn find_clients(getter: &Getter, probe: Option<&ClientId>) -> Result<Url, Failure> {
    let mut refused: Option<Failure> = None;
    for clients in candidates(getter.http.endpoint().base()) {
        let url = match probe {
            Some(id) => client_url(&clients, id.as_str()),
            None => one_client(&clients),
        };
        let nobodys = nobodys_url(&clients);
        let failure = match getter.get_either([&url, &nobodys]).await {
            Ok((answer, asked)) if is_hydras(&answer, probe.is_some() || *asked == nobodys) => {
                return Ok(clients);
            }
            Ok((answer, _)) if matches!(answer.status, 200 | 404) => answer.foreign(),
            Ok((answer, _)) => answer.refusal(),
            // Without a connection, the other path is unreachable too.
            Err(failure) if !is_foreign(&failure) => return Err(failure),
            Err(failure) => failure,
        };
        // A refusal (401, 403) tells more than a page that is not Hydra's.
        refused = Some(match refused {
            Some(first) if !is_foreign(&first) || is_foreign(&failure) => first,
            _ => failure,
        });
    }
    Err(match refused {
        Some(refusal) if !is_foreign(&refusal) => refusal,
        Some(foreign) => explain(&getter.http, foreign).await,
        None => {
            let request = format!("GET {}", getter.http.endpoint().base());
            let cause = Cause::Foreign("no Hydra answers there".to_owned());
            explain(&getter.http, Failure::new(request, cause)).await
        }
    })
}

fn is_foreign(failure: &Failure) -> bool {
    matches!(failure.cause, Cause::Foreign(_) | Cause::Redirect(_))
}

/// Whether only Hydra can answer like this: with a client or its own "absent" to a look-up, with a
/// list of clients to a request for the list. An "absent" there would mean a client named
/// `clients`.
fn is_hydras(answer: &Answer, is_look_up: bool) -> bool {
    #[derive(Deserialize)]
    struct Client {
        #[serde(rename = "client_id")]
        _id: String,
    }
    match answer.status {
        200 if is_look_up => answer.parse::<Client>().is_ok(),
        200 => answer.parse::<Vec<Client>>().is_ok(),
        _ => is_look_up && answer.is_absent_client(),
    }
}

/// The version from `/version` (`{"version":"v2.3.0"}`), which is next to `/admin`, masked for
/// display, and its family. Best effort: a gateway may expose only the clients. Transient failures
/// are still retried, because an old Hydra would be read incorrectly if its version were unknown.
async fn ask_version(getter: &Getter) -> Option<(String, Option<Generation>)> {
    #[derive(Deserialize)]
    struct Version {
        version: String,
    }
    let base = getter.http.endpoint().base();
    let parent = base.path().strip_suffix("admin/");
    for path in [Some(base.path()), parent].into_iter().flatten() {
        if let Ok(answer) = getter.get(at(base, &format!("{path}version"))).await
            && answer.status == 200
            && let Ok(Version { version }) = answer.parse()
        {
            let shown = answer.shown(&version);
            let shown = shown.chars().filter(|c| !c.is_control()).take(64);
            return Some((shown.collect(), generation_of(&version)));
        }
    }
    None
}

/// Explains, if possible, what is at an address where no clients were found.
async fn explain(http: &Http, failure: Failure) -> Failure {
    if http.endpoint().base().path().ends_with("/clients/") {
        return failure.advise(
            "leave `/admin/clients` or `/clients` out of the endpoint: it is the base address of the admin API, such as `http://host:4445`",
        );
    }
    if issuer(http).await.is_err() {
        return failure;
    }
    let public = Cause::Foreign("this is Hydra's public API, not its admin API".to_owned());
    Failure::new(failure.request, public).advise(
        "give the address of the admin API, which has a port of its own (4445 where the public API has 4444)",
    )
}

/// The issuer that a public API reports in its discovery document (OpenID Connect Discovery 1.0,
/// section 4). The admin API has no such document. Fails if the server has none.
pub(crate) async fn issuer(http: &Http) -> Result<String, Failure> {
    #[derive(Deserialize)]
    struct Discovery {
        issuer: String,
    }
    let base = http.endpoint().base();
    let parent = base.path().strip_suffix("admin/").unwrap_or(base.path());
    let url = at(base, &format!("{parent}.well-known/openid-configuration"));
    let answer = http.get(url).await?;
    if answer.status != 200 {
        return Err(answer.refusal());
    }
    let discovery: Discovery = answer.parse().map_err(|_| answer.foreign())?;
    let shown = answer.shown(&discovery.issuer);
    Ok(shown
        .chars()
        .filter(|char| !char.is_control())
        .take(200)
        .collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::candidates;
    use url::Url;

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
}
