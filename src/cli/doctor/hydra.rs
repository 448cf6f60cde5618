//! Does Hydra answer, which one, how fast, with how many clients, and at what time?

use std::time::Duration;

use super::command::DoctorArgs;
use super::findings::Findings;
use super::recipients::Keys;
use crate::cli::settings::Settings;
use crate::cli::ui::Ui;
use crate::client::ClientId;
use crate::error::{Error, chain};
use crate::hydra::{
    Cause, Connection, Dialect, Failure, Generation, Http, RetryPolicy, Survey, issuer, survey,
};
use crate::reconcile::Target;
use crate::sandbox::Sandbox;

/// From this latency on it is spoken of: a thousand look-ups take minutes then.
const SLOW: Duration = Duration::from_secs(1);

/// From this difference of clocks on it is spoken of, in seconds.
const APART: i64 = 30;

/// Asks Hydra, as far as it can be reached.
pub(super) async fn check(
    args: &DoctorArgs,
    probe: Option<&ClientId>,
    keys: &Keys,
    findings: &mut Findings,
    ui: &Ui,
) -> Option<Target> {
    let settings = match args.connection.settings(Sandbox::start_to_read) {
        Ok(settings) => settings,
        Err(error) => {
            findings.problem("endpoint", &error);
            return None;
        }
    };
    say_settings(&settings, findings);
    if settings.sandbox.is_none()
        && let Some((public, origin)) = &settings.public
    {
        check_public(public, origin, findings).await;
    }
    let authorized_by = settings.authorized_by;
    let way = match settings.connector() {
        Ok(way) => way,
        Err(error) => {
            findings.problem("endpoint", &error);
            return None;
        }
    };
    let patience = RetryPolicy::new(args.connection.fail_after(), ui.notify());
    let connected = match way.connect(patience, probe).await {
        Ok(connected) => connected,
        Err(failure) => {
            say_failure(failure, authorized_by, findings);
            return None;
        }
    };
    let reader = &connected.session.reader;
    say_dialect(reader.dialect(), findings);
    match survey(reader).await {
        Ok(survey) => say_survey(&survey, authorized_by, keys, findings),
        Err(failure) => say_failure(failure, authorized_by, findings),
    }
    Some(connected)
}

/// Where Hydra is looked for, and how.
fn say_settings(settings: &Settings, findings: &mut Findings) {
    findings.examination.endpoint = Some(settings.name.clone());
    let mut message = match &settings.sandbox {
        Some(_) => format!("`{}`, a Hydra inside this program", settings.name),
        None => format!("`{}`, from `{}`", settings.admin.endpoint, settings.origin),
    };
    if let Some(proxy) = &settings.admin.proxy {
        message.push_str(&format!(", through the proxy {proxy}"));
    }
    findings.ok("endpoint", message);
    for (warning, hint) in &settings.warnings {
        findings.warning("endpoint", warning, *hint);
    }
}

/// No answer, or a refusal.
fn say_failure(failure: Failure, authorized_by: Option<&str>, findings: &mut Findings) {
    let is_refusal = matches!(
        failure.cause,
        Cause::Status {
            status: 401 | 403,
            ..
        }
    );
    let error = Error::from(failure);
    if is_refusal {
        let by = match authorized_by {
            Some(by) => format!("what {} sends is refused", named(by)),
            None => "nothing is sent to be let in by, and that is refused".to_owned(),
        };
        let refused = Error::hydra(format!("{by}: {error}"));
        let refused = error.hints().iter().cloned().fold(refused, Error::hint);
        findings.problem("access", &refused);
    } else {
        findings.problem("hydra", &error);
    }
}

fn named(by: &str) -> String {
    match by.contains(' ') {
        true => by.to_owned(),
        false => format!("`{by}`"),
    }
}

fn say_dialect(dialect: &Dialect, findings: &mut Findings) {
    findings
        .examination
        .hydra_version
        .clone_from(&dialect.version);
    let speaks = match dialect.generation {
        Generation::V1 => "v1.11",
        Generation::V2_0_0 => "v2.0.0 to v2.0.2",
        Generation::V2_0_3 => "v2.0.3 and later of v2.0",
        Generation::V2_1 => "v2.1",
        Generation::V2_2 => "v2.2 and v2.3",
        Generation::V25 => "v25.4 and later",
    };
    let clients = dialect.clients_url();
    let path = clients.path();
    match &dialect.version {
        Some(version) => findings.ok(
            "hydra",
            format!("{version}, spoken to as {speaks}, clients at `{path}`"),
        ),
        None => findings.warning(
            "hydra",
            format!(
                "it tells no version; it is taken for {speaks} by its paths, clients at `{path}`"
            ),
            "let `/version` through the gateway before it, so that the right dialect is spoken",
        ),
    }
    if dialect.chooses_ids() {
        findings.warning(
            "hydra",
            "this version chooses client ids itself, and refuses manifests with a `client_id`",
            "leave `client_id` out and give `client_name` and `owner`, or upgrade to v2.2",
        );
    }
}

fn say_survey(survey: &Survey, authorized_by: Option<&str>, keys: &Keys, findings: &mut Findings) {
    findings.ok(
        "access",
        match authorized_by {
            Some(by) => format!("granted, with {}", named(by)),
            None => "granted, without a token or password".to_owned(),
        },
    );
    // A tenth of a millisecond is as much as it says.
    let milliseconds = (survey.latency.as_secs_f64() * 10_000.0).round() / 10.0;
    let examination = &mut findings.examination;
    examination.latency_ms = Some(milliseconds);
    examination.clients = Some(survey.clients);
    examination.clock_ahead_seconds = survey.ahead;
    let latency = format!("{milliseconds:.1} ms, the median of 5 requests");
    if survey.latency < SLOW {
        findings.ok("latency", latency);
    } else {
        let hint = "look at the load of Hydra, of its database, and of the way there; `--request-timeout` may have to be longer";
        findings.warning("latency", latency, hint);
    }
    let at_least = if survey.more { "at least " } else { "" };
    findings.ok("clients", format!("{at_least}{} in Hydra", survey.clients));
    say_clock(survey.ahead, keys, findings);
}

/// Whether this machine's clock, by which keys are judged, agrees with Hydra's.
fn say_clock(ahead: Option<i64>, keys: &Keys, findings: &mut Findings) {
    let Some(ahead) = ahead else {
        findings.ok("clock", "not compared: the answers tell no time (`Date`)");
        return;
    };
    let apart = ahead.abs();
    if apart <= APART {
        findings.ok("clock", format!("{apart} s from Hydra's"));
        return;
    }
    let side = if ahead > 0 { "behind" } else { "ahead of" };
    let message = format!("this machine's clock is {apart} s {side} Hydra's");
    let hint = "set the clock that is wrong (`date -u` shows this machine's)";
    let there = crate::now::now().as_second() + ahead;
    match keys {
        Keys::Given(recipients) => {
            let expired = recipients.iter().find(|recipient| {
                recipient
                    .expires_at()
                    .is_some_and(|end| end.as_second() <= there)
            });
            match expired {
                Some(key) => findings.problem(
                    "clock",
                    &Error::secret(format!(
                        "{message}, and there key `{}` has expired",
                        key.fingerprint()
                    ))
                    .hint(hint),
                ),
                None => findings.warning("clock", message, hint),
            }
        }
        Keys::Refused => findings.problem(
            "clock",
            &Error::secret(format!("{message}, and a key may be refused for that")).hint(hint),
        ),
        Keys::Nobody | Keys::InClear => findings.warning("clock", message, hint),
    }
}

/// Whether the public API is what it is named for. An apply does without it.
async fn check_public(public: &Connection, origin: &str, findings: &mut Findings) {
    let endpoint = &public.endpoint;
    let hint = "check the address (port 4444 where the admin API has 4445); without it, a secret whose answer was lost cannot be proved";
    let http = match Http::new(public) {
        Ok(http) => http,
        Err(error) => return findings.problem("public url", &error),
    };
    match issuer(&http).await {
        Ok(issuer) => findings.ok(
            "public url",
            format!("`{endpoint}`, from `{origin}`, of the issuer `{issuer}`"),
        ),
        Err(failure) => findings.warning(
            "public url",
            format!("`{endpoint}`, from `{origin}`: {}", chain(&failure)),
            hint,
        ),
    }
}
