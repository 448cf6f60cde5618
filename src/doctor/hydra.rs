//! Does Hydra answer, which version is it, does it accept the credentials, and how fast is it?

use std::time::Duration;

use super::clock;
use super::examination::Examination;
use super::route::{Authorization, Route};
use crate::client::ClientId;
use crate::error::{Error, Result, chain};
use crate::hydra::{
    Cause, Connection, Dialect, Failure, Generation, Http, Prover, Reader, RetryPolicy, Session,
    Survey, issuer, survey,
};
use crate::reconcile::Target;
use crate::vault::Seal;

/// Latency from which to warn: a thousand look-ups then take minutes.
const SLOW: Duration = Duration::from_secs(1);

/// Queries Hydra, if it is reachable.
pub(super) async fn check(
    route: &Result<Route>,
    retry_policy: RetryPolicy,
    probe: Option<&ClientId>,
    seal: &Result<Option<Seal>>,
    found: &mut Examination,
) -> Option<Target> {
    let route = match route {
        Ok(route) => route,
        Err(error) => {
            found.problem("endpoint", error);
            return None;
        }
    };
    check_route(route, found);
    if let Some((public, origin)) = route.public.as_ref().filter(|_| !route.is_sandbox) {
        check_public(public, origin, found).await;
    }
    let http = match Http::new(&route.admin) {
        Ok(http) => http,
        Err(error) => {
            found.problem("endpoint", &error);
            return None;
        }
    };
    let reader = match Reader::connect(http, retry_policy, probe).await {
        Ok(reader) => reader,
        Err(failure) => {
            check_failure(failure, route.authorization, found);
            return None;
        }
    };
    check_dialect(reader.dialect(), found);
    match survey(&reader).await {
        Ok(survey) => {
            check_survey(&survey, route.authorization, found);
            clock::check(survey.ahead, seal, found);
        }
        Err(failure) => check_failure(failure, route.authorization, found),
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
fn check_failure(failure: Failure, authorization: Option<Authorization>, found: &mut Examination) {
    let is_rejected = matches!(
        failure.cause,
        Cause::Status {
            status: 401 | 403,
            ..
        }
    );
    // Where one client cannot be read, an apply goes on without it.
    let is_problem = !failure.is_clients_own();
    let error = Error::from(failure);
    if !is_rejected {
        return found.error("hydra", &error, is_problem);
    }
    let what = match authorization {
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
        Some(version) => found.ok(
            "hydra",
            format!("{version}, treated as {family}, with its clients at `{path}`"),
        ),
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
    found.ok(
        "access",
        match authorization {
            Some(origin) => format!("granted, with {origin}"),
            None => "granted without credentials".to_owned(),
        },
    );
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

/// Checks that the public URL leads to a public API. An apply works without one.
async fn check_public(public: &Connection, origin: &str, found: &mut Examination) {
    let endpoint = &public.endpoint;
    let hint = "check the address: the public API usually listens on port 4444, the admin API on 4445; without the public API, a secret whose answer was lost cannot be proved";
    let http = match Http::new(public) {
        Ok(http) => http,
        Err(error) => return found.problem("public url", &error),
    };
    match issuer(&http).await {
        Ok(issuer) => found.ok(
            "public url",
            format!("`{endpoint}`, from `{origin}`, of the issuer `{issuer}`"),
        ),
        Err(failure) => found.warning(
            "public url",
            format!("`{endpoint}`, from `{origin}`: {}", chain(&failure)),
            hint,
        ),
    }
}
