//! Detects which Hydra answers, and under which path.

use url::Url;

use super::dialect::{Dialect, Generation, client_url, generation_of, nobodys_url};
use super::signs::{self, Evidence};
use super::wrong_endpoint::explain;
use crate::client::ClientId;
use crate::hydra::failure::RetryPolicy;
use crate::hydra::failure::{Cause, Failure};
use crate::hydra::transport::Answer;
use crate::hydra::transport::Http;

/// Detects which Hydra answers.
///
/// If an id is known, a look-up by it is cheaper than the list, for which v2.0 to v2.3 count all
/// rows.
///
/// # Errors
/// The first conclusive failure: no connection, a refusal, or responses that are not Hydra's.
pub(super) async fn detect(
    http: &Http,
    retry_policy: &RetryPolicy,
    probe: Option<&ClientId>,
) -> Result<Dialect, Failure> {
    let base = http.endpoint().base();
    let is_step = |id: &ClientId| matches!(id.as_str(), "." | "..") || id.as_str().contains('/');
    let probe = probe.filter(|id| !is_step(id));
    let (clients, version) =
        tokio::try_join!(find_clients(http, retry_policy, base, probe), async {
            Ok(ask_version(http, retry_policy, base).await)
        })?;
    let evidence = match version.as_ref().and_then(|(_, generation)| *generation) {
        Some(generation) => Evidence::Family(generation),
        None => match get_with_retries(http, retry_policy, one_client(&clients)).await {
            Ok(answer) => signs::read(&answer),
            // The first client of the list may be one that Hydra cannot read.
            Err(failure) if failure.may_be_clients_own() => Evidence::Nothing,
            Err(failure) => return Err(failure),
        },
    };
    let (generation, is_guess) = match evidence {
        Evidence::Family(generation) => (generation, false),
        Evidence::V2 => (Generation::V2_2, true),
        Evidence::Nothing if clients.path().ends_with("/admin/clients") => (Generation::V2_2, true),
        Evidence::Nothing => (Generation::V1, false),
    };
    let version = version.map(|(shown, _)| shown);
    tracing::debug!(?generation, is_guess, ?version, %clients, "hydra found");
    Ok(Dialect {
        version,
        generation,
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
    retry_policy: &RetryPolicy,
    base: &Url,
    probe: Option<&ClientId>,
) -> Result<Url, Failure> {
    let mut refused: Option<Failure> = None;
    for clients in candidates(base) {
        let url = match probe {
            Some(id) => client_url(&clients, id.as_str()),
            None => one_client(&clients),
        };
        let nobodys = nobodys_url(&clients);
        let answer = get_either_with_retries(http, retry_policy, [&url, &nobodys]).await;
        let failure = match answer {
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
        let tells_more = !is_foreign(&failure);
        if refused.is_none() || (tells_more && refused.as_ref().is_some_and(is_foreign)) {
            refused = Some(failure);
        }
    }
    let failure = refused.unwrap_or_else(|| {
        Failure::new(
            format!("GET {base}"),
            Cause::Foreign("no Hydra answers there".to_owned()),
        )
    });
    Err(match is_foreign(&failure) {
        true => explain(http, failure).await,
        false => failure,
    })
}

fn is_foreign(failure: &Failure) -> bool {
    matches!(failure.cause, Cause::Foreign(_) | Cause::Redirect(_))
}

/// Whether only Hydra can answer like this: with a client or its own "absent" to a look-up, with a
/// list of clients to a request for the list. An "absent" there would mean a client named
/// `clients`.
fn is_hydras(answer: &Answer, is_look_up: bool) -> bool {
    #[derive(serde::Deserialize)]
    struct Client {
        #[serde(rename = "client_id")]
        _id: String,
    }
    let body = &answer.body;
    match answer.status {
        200 if is_look_up => serde_json::from_slice::<Client>(body).is_ok(),
        200 => serde_json::from_slice::<Vec<Client>>(body).is_ok(),
        _ => is_look_up && answer.is_absent_client(),
    }
}

/// Sends a `GET` until it is answered or the retry policy gives up. Any non-transient status is an
/// answer.
pub(super) async fn get_with_retries(
    http: &Http,
    retry_policy: &RetryPolicy,
    url: Url,
) -> Result<Answer, Failure> {
    let (answer, _) = get_either_with_retries(http, retry_policy, [&url, &url]).await?;
    Ok(answer)
}

/// The same with a fallback URL. It is used once Hydra answers the first one with 500, which may
/// concern only that client. Returns the URL that was answered.
async fn get_either_with_retries<'u>(
    http: &Http,
    retry_policy: &RetryPolicy,
    [first, second]: [&'u Url; 2],
) -> Result<(Answer, &'u Url), Failure> {
    let mut waiting = retry_policy.begin();
    let mut url = first;
    loop {
        let failure = match http.get(url.clone()).await {
            // Looking for the reason of a refusal would parse the whole response.
            Ok(answer) if answer.status == 200 => return Ok((answer, url)),
            Ok(answer) if answer.status == 500 && url != second => {
                url = second;
                continue;
            }
            Ok(answer) => {
                let refusal = answer.refusal();
                if !refusal.is_transient() {
                    return Ok((answer, url));
                }
                refusal
            }
            Err(failure) => failure,
        };
        waiting.pause(failure).await?;
    }
}

/// The version from `/version` (`{"version":"v2.3.0"}`), which is next to `/admin`, masked for
/// display, and its family. Best effort: a gateway may expose only the clients. Transient failures
/// are still retried, because an old Hydra would be read incorrectly if its version were unknown.
async fn ask_version(
    http: &Http,
    retry_policy: &RetryPolicy,
    base: &Url,
) -> Option<(String, Option<Generation>)> {
    #[derive(serde::Deserialize)]
    struct Version {
        version: String,
    }
    let path = base.path();
    let parent = path.strip_suffix("admin/");
    for path in [Some(path), parent].into_iter().flatten() {
        let mut url = base.clone();
        url.set_path(&format!("{path}version"));
        if let Ok(answer) = get_with_retries(http, retry_policy, url).await
            && answer.status == 200
            && let Ok(Version { version }) = serde_json::from_slice(&answer.body)
        {
            let shown = answer.shown(&version);
            let shown = shown.chars().filter(|c| !c.is_control()).take(64);
            return Some((shown.collect(), generation_of(&version)));
        }
    }
    None
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
