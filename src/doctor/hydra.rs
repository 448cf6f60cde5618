//! Does Hydra answer, which version is it, does it accept the credentials, how fast is it, and does
//! its clock agree with this machine's, which decides whether keys are valid?

use std::time::Duration;

use jiff::Timestamp;

use super::examination::Examination;
use super::examine::{Authorization, Route};
use super::{advisories, certificate};
use crate::client::ClientId;
use crate::error::{Error, Result, chain};
use crate::hydra::{
    Dialect, Failure, Generation, Http, Prover, Reader, RetryPolicy, Session, Survey, issuer,
    knock, survey,
};
use crate::reconcile::Target;
use crate::vault::Seal;

/// Latency from which to warn: a thousand look-ups then take minutes.
const SLOW: Duration = Duration::from_secs(1);

/// The largest difference of clocks that is ignored, in seconds.
const TOLERANCE: i64 = 30;

/// Queries Hydra, if it is reachable.
pub(super) async fn check(
    route: &Result<Route>,
    retry_policy: RetryPolicy,
    probe: Option<&ClientId>,
    seal: &Result<Option<Seal>>,
    found: &mut Examination,
) -> Option<Target> {
    let route = found.passed("endpoint", route.as_ref().map_err(Error::clone))?;
    check_route(route, found);
    let http = found.passed("endpoint", Http::new(&route.admin))?;
    // Both at once: where everything is down, nobody waits twice.
    let knock = knock(&http, &retry_policy);
    let (public, knocked) = tokio::join!(ask_public(route, retry_policy.fail_after()), knock);
    if let Some(answer) = public {
        check_public(answer, found);
    }
    let connected = match knocked {
        Ok(()) => Reader::connect(http, retry_policy, probe).await,
        Err(failure) => Err(failure),
    };
    let reader = match connected {
        Ok(reader) => reader,
        Err(failure) => {
            check_failure(failure, route, found).await;
            return None;
        }
    };
    check_dialect(reader.dialect(), found);
    advisories::check(reader.dialect().version.as_deref(), found);
    match survey(&reader).await {
        Ok(survey) => {
            check_survey(&survey, route.authorization, found);
            check_clock(survey.ahead, seal, found);
        }
        Err(failure) => check_failure(failure, route, found).await,
    }
    let session = Session::new(reader, Prover::new(None));
    Some(Target::new(session, route.name.clone()))
}

/// The address, and how it is reached.
fn check_route(route: &Route, found: &mut Examination) {
    found.endpoint = Some(route.name.clone());
    let mut message = match route.is_sandbox {
        true => format!("`{}`, a Hydra inside this program", route.name),
        false => format!("`{}`, from `{}`", route.admin.endpoint, route.origin),
    };
    if let Some(proxy) = &route.admin.proxy {
        message.push_str(&format!(", through the proxy {proxy}"));
    }
    found.ok("endpoint", message);
    for (warning, hint) in &route.warnings {
        found.warning("endpoint", warning, *hint);
    }
}

/// Hydra does not answer, or rejects the request.
async fn check_failure(failure: Failure, route: &Route, found: &mut Examination) {
    let is_rejected = matches!(failure.status(), Some(401 | 403));
    // Where one client cannot be read, an apply goes on without it.
    let is_problem = !failure.is_clients_own();
    let error = certificate::explained(failure, &route.admin).await;
    if !is_rejected {
        return found.error("hydra", &error, is_problem);
    }
    let what = match route.authorization {
        Some(origin) => format!("Hydra rejects the credentials from {origin}"),
        None => "no credentials are configured, and Hydra rejects anonymous requests".to_owned(),
    };
    let rejected = Error::hydra(format!("{what}: {error}"));
    let rejected = error.hints().iter().cloned().fold(rejected, Error::hint);
    found.problem("access", &rejected);
}

fn check_dialect(dialect: &Dialect, found: &mut Examination) {
    found.hydra_version.clone_from(&dialect.version);
    let family = match dialect.generation {
        Generation::V1 => "v1.11",
        Generation::V2_0_0 => "v2.0.0 to v2.0.2",
        Generation::V2_0_3 => "v2.0.3 and later v2.0",
        Generation::V2_1 => "v2.1",
        Generation::V2_2 => "v2.2 and v2.3",
        Generation::V25 => "v25.4 and later",
    };
    let path = dialect.clients.path();
    match &dialect.version {
        Some(version) => {
            let message = format!("{version}, treated as {family}, with its clients at `{path}`");
            found.ok("hydra", message);
        }
        None => found.warning(
            "hydra",
            format!(
                "version unknown; treated as {family} because of its paths, with its clients at `{path}`"
            ),
            "let requests for `/version` pass the gateway, so that the version is known",
        ),
    }
    if dialect.chooses_ids() {
        found.warning(
            "hydra",
            "this version chooses client ids itself, and refuses manifests with a `client_id`",
            "replace `client_id` by `client_name` and `owner`, or upgrade to v2.2",
        );
    }
}

fn check_survey(survey: &Survey, authorization: Option<Authorization>, found: &mut Examination) {
    let granted = match authorization {
        Some(origin) => format!("granted, with {origin}"),
        None => "granted without credentials".to_owned(),
    };
    found.ok("access", granted);
    // More digits would be noise.
    let milliseconds = (survey.latency.as_secs_f64() * 10_000.0).round() / 10.0;
    found.latency_ms = Some(milliseconds);
    found.clients = Some(survey.clients);
    found.clock_ahead_seconds = survey.ahead;
    let latency = format!("{milliseconds:.1} ms, the median of 5 requests");
    if survey.latency < SLOW {
        found.ok("latency", latency);
    } else {
        let hint = "check the load of Hydra and its database, and the network; consider a longer `--request-timeout`";
        found.warning("latency", latency, hint);
    }
    let at_least = if survey.more { "at least " } else { "" };
    found.ok("clients", format!("{at_least}{} in Hydra", survey.clients));
}

/// What the public API says of itself, if there is one: its address with its origin, and the issuer.
type PublicAnswer = (String, Result<String>);

/// Asks the public API for its issuer, within that time.
async fn ask_public(route: &Route, limit: Option<Duration>) -> Option<PublicAnswer> {
    let (public, origin) = route.public.as_ref().filter(|_| !route.is_sandbox)?;
    let address = format!("`{}`, from `{origin}`", public.endpoint);
    let http = match Http::new(public) {
        Ok(http) => http.patient_for(limit),
        Err(error) => return Some((address, Err(error))),
    };
    let issuer = match issuer(&http).await {
        Ok(issuer) => Ok(issuer),
        Err(failure) => Err(certificate::explained(failure, public).await),
    };
    Some((address, issuer))
}

/// Checks that the public URL leads to a public API. An apply works without one.
fn check_public((address, issuer): PublicAnswer, found: &mut Examination) {
    let hint = "check the address: the public API usually listens on port 4444, the admin API on 4445; without the public API, hydra-gitops cannot verify a secret after a lost response";
    match issuer {
        Ok(issuer) => found.ok("public url", format!("{address}, of the issuer `{issuer}`")),
        Err(error) => {
            let message = format!("{address}: {}", chain(&error));
            found.warning("public url", message, hint);
        }
    }
}

/// Compares the clocks; `ahead` is how many seconds Hydra's is ahead.
fn check_clock(ahead: Option<i64>, seal: &Result<Option<Seal>>, found: &mut Examination) {
    let Some(ahead) = ahead else {
        return found.ok(
            "clock",
            "not compared: Hydra's answers have no `Date` header",
        );
    };
    let apart = ahead.abs();
    if apart <= TOLERANCE {
        return found.ok("clock", format!("{apart} s from Hydra's"));
    }
    let side = if ahead > 0 { "behind" } else { "ahead of" };
    let message = format!("this machine's clock is {apart} s {side} Hydra's");
    let consequence = match seal {
        Ok(Some(seal)) => {
            let there = crate::now::now().as_second() + ahead;
            let is_expired = |end: Timestamp| end.as_second() <= there;
            let groups = seal.groups().into_iter();
            let mut keys = groups.flat_map(|(_, recipients)| recipients.openpgp());
            let expired = keys.find(|key| key.expires_at().is_some_and(is_expired));
            expired.map(|key| {
                let key = key.fingerprint();
                format!("by Hydra's clock, key `{key}` has expired")
            })
        }
        Err(_) => Some("this may be why a key is refused".to_owned()),
        Ok(None) => None,
    };
    let hint = "set the clock that is wrong (`date -u` shows this machine's)";
    match consequence {
        Some(what) => {
            let error = Error::secret(format!("{message}; {what}")).hint(hint);
            found.problem("clock", &error);
        }
        None => found.warning("clock", message, hint),
    }
}
