//! The JSON documents on standard output: a public, versioned contract, apart from our own types.

#![expect(
    non_camel_case_types,
    reason = "in `object!`, the type of a member is named like the member"
)]

use std::io::{self, Write};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use super::created::{Created, Shown};
use super::doctor::{summary, word};
use super::patch;
use super::safe_json::{compact, pretty};
use super::text::NOT_TRIED;
use super::version::Build;
use crate::client::{ClientId, ResourceName, SecretSource};
use crate::doctor::Examination;
use crate::error::{Error, chain};
use crate::manifest::{Finding, Location, Rule, totals};
use crate::plan::{Action, Change, Checksum, Difference, Plan, Summary};
use crate::reconcile::{Outcome, OutcomeKind, Report, Target};
use crate::vault::{Content, Record, Sealed, Standing};
use crate::watch::{ClientNews, FileState, News, Subject, Totals};

const VALIDATE: &str = "hydra-gitops/validate/1";
const WATCH: &str = "hydra-gitops/watch/1";

/// An object with these members, in this order. Unlike `json!` it borrows them, so a plan of a
/// hundred thousand clients is not copied into a tree of values.
macro_rules! object {
    ($($name:ident $(: $value:expr)?),* $(,)?) => {{
        #[derive(Serialize)]
        struct Object<$($name),*> {
            $($name: $name),*
        }
        Object { $($name $(: $value)?),* }
    }};
}

pub(crate) fn plan(
    plan: &Plan,
    hydra: &Target,
    checksum: Checksum,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Summary {
        create,
        unchanged,
        drifted,
        unmanaged,
        failed,
        ignored,
    } = plan.summary();
    let document = object! {
        format: "hydra-gitops/plan/1",
        endpoint: &hydra.name,
        hydra_version: hydra.version(),
        checksum: checksum.to_string(),
        summary: object! {create, unchanged, drifted, unmanaged, failed, ignored},
        changes: plan.changes.iter().map(change).collect::<Vec<_>>(),
    };
    pretty(&document, out)
}

fn change(change: &Change) -> impl Serialize {
    let (mut secret, mut drift, mut error) = (None, None, None);
    let action = match &change.action {
        Action::Create(creation) => {
            secret = Some(match creation.secret {
                SecretSource::Generated => "generated",
                SecretSource::Given => "given",
                SecretSource::None => "none",
            });
            "create"
        }
        Action::Unchanged => "unchanged",
        Action::Drifted(how) => {
            drift = Some(how);
            "drifted"
        }
        Action::Unmanaged => "unmanaged",
        Action::Failed(why) => {
            error = Some(chain(why));
            "failed"
        }
    };
    object! {
        action,
        client_id: change.client_id.as_ref().map(ClientId::as_str),
        client_name: change.client_name.as_deref(),
        resource: change.resource.as_ref().map(ResourceName::as_str),
        manifest: manifest(change.place.as_ref()),
        secret,
        differences: differences(drift.map_or(&[], |drift| &drift.differences)),
        patch: drift.map(|drift| patch::masked(&drift.patch)),
        error,
    }
}

fn manifest(place: Option<&Location>) -> impl Serialize {
    place.map(|place| object! {path: &*place.path, line: place.line})
}

fn differences(all: &[Difference]) -> Vec<impl Serialize> {
    let objects = all.iter().map(|one| {
        let Difference {
            field,
            manifest,
            hydra,
        } = one;
        object! {field: field.name(), manifest, hydra}
    });
    objects.collect()
}

pub(crate) fn report(
    report: &Report,
    hydra: &Target,
    checksum: Checksum,
    out: &mut dyn Write,
) -> io::Result<()> {
    let outcomes = report.outcomes.iter();
    let outcomes: Vec<_> = outcomes.map(|one| (word_of(&one.kind), one)).collect();
    let count = |word: &str| outcomes.iter().filter(|(other, _)| *other == word).count();
    let document = object! {
        format: "hydra-gitops/apply/1",
        endpoint: &hydra.name,
        hydra_version: hydra.version(),
        checksum: checksum.to_string(),
        summary: object! {
            created: count("created"),
            unchanged: count("unchanged"),
            drifted: count("drifted"),
            raced: count("raced"),
            failed: count("failed"),
        },
        outcomes: outcomes.iter().map(|(word, one)| outcome(word, one)).collect::<Vec<_>>(),
    };
    pretty(&document, out)
}

fn word_of(kind: &OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Created { .. } => "created",
        OutcomeKind::Unchanged => "unchanged",
        OutcomeKind::Drifted => "drifted",
        OutcomeKind::Raced { .. } => "raced",
        OutcomeKind::Failed(_) | OutcomeKind::NotTried => "failed",
    }
}

fn outcome(word: &str, outcome: &Outcome) -> impl Serialize {
    let (unconfirmed, error) = match &outcome.kind {
        OutcomeKind::Created { unconfirmed } | OutcomeKind::Raced { unconfirmed } => {
            (*unconfirmed, None)
        }
        OutcomeKind::Failed(error) => (false, Some(chain(error))),
        OutcomeKind::NotTried => (false, Some(NOT_TRIED.to_owned())),
        OutcomeKind::Unchanged | OutcomeKind::Drifted => (false, None),
    };
    object! {
        outcome: word,
        client_id: outcome.client_id.as_ref().map(ClientId::as_str),
        client_name: outcome.client_name.as_deref(),
        resource: outcome.resource.as_ref().map(ResourceName::as_str),
        manifest: manifest(outcome.place.as_ref()),
        unconfirmed,
        error,
    }
}

pub(crate) fn created(client: &Created<'_>, hydra: &Target, out: &mut dyn Write) -> io::Result<()> {
    let (secret, sealed) = match client.secret {
        Shown::Generated(secret) => ("generated", Some(secret)),
        Shown::Recorded => ("generated", None),
        Shown::Given => ("given", None),
        Shown::None => ("none", None),
    };
    let clear = sealed.and_then(Sealed::clear);
    let message = sealed.and_then(Sealed::encrypted);
    let document = object! {
        format: "hydra-gitops/create/1",
        endpoint: &hydra.name,
        hydra_version: hydra.version(),
        client_id: client.id.map(ClientId::as_str),
        client_name: client.name,
        secret,
        client_secret: clear.as_ref().map(SecretString::expose_secret),
        encrypted_client_secret: message.and_then(|message| message.openpgp.as_deref()),
        age_encrypted_client_secret: message.and_then(|message| message.age.as_deref()),
        unconfirmed: client.unconfirmed,
    };
    pretty(&document, out)
}

/// Writes `hydra-gitops/validate/1`.
pub(crate) fn findings(
    clients: usize,
    findings: &[Finding],
    out: &mut dyn Write,
) -> io::Result<()> {
    let (errors, warnings) = totals(findings);
    let document = object! {
        format: VALIDATE,
        summary: object! {clients, errors, warnings},
        findings: findings.iter().map(of_validate).collect::<Vec<_>>(),
    };
    pretty(&document, out)
}

/// Writes `hydra-gitops/validate/1` where nothing could be read at all.
pub(crate) fn unreadable(error: &Error, out: &mut dyn Write) -> io::Result<()> {
    let finding = Finding {
        message: chain(error),
        help: error.hints().first().map(|hint| hint.text().to_owned()),
        ..Finding::new(Rule::UnreadableManifests, "")
    };
    let document = object! {
        format: VALIDATE,
        summary: object! {clients: 0, errors: 1, warnings: 0},
        findings: [of_validate(&finding)],
    };
    pretty(&document, out)
}

fn of_validate(one: &Finding) -> impl Serialize {
    let at = one.location.as_ref();
    let at = at.map(|at| object! {path: &*at.path, line: at.line, column: at.column});
    finding(one, object! {manifest: at})
}

/// A finding, with its location in the form of the document.
fn finding(finding: &Finding, at: impl Serialize) -> impl Serialize {
    #[derive(Serialize)]
    struct Found<'a, At> {
        rule: &'static str,
        severity: &'static str,
        message: &'a str,
        help: Option<&'a str>,
        field: Option<&'a str>,
        client_id: Option<&'a str>,
        #[serde(flatten)]
        at: At,
    }
    Found {
        rule: finding.rule.name(),
        severity: finding.severity().name(),
        message: &finding.message,
        help: finding.help.as_deref(),
        field: finding.field.as_deref(),
        client_id: finding.client_id.as_deref(),
        at,
    }
}

pub(crate) fn doctor(found: &Examination, exit_code: u8, out: &mut dyn Write) -> io::Result<()> {
    let keys = found.recipients.iter().map(|key| {
        object! {
            fingerprint: key.fingerprint(),
            user_id: key.user_id(),
            encryption_key: key.encryption_key(),
            expires_at: key.expires_at().map(|end| format!("{end:.0}")),
        }
    });
    let age = found.age_recipients.iter();
    let checks = found.checks.iter().map(|check| {
        object! {
            check: check.subject,
            status: word(check.status),
            message: &check.message,
            hints: &check.hints,
        }
    });
    let [ok, warnings, problems] = summary(found);
    let document = object! {
        format: "hydra-gitops/doctor/1",
        endpoint: found.endpoint.as_deref(),
        hydra_version: found.hydra_version.as_deref(),
        latency_ms: found.latency_ms,
        clients: found.clients,
        clock_ahead_seconds: found.clock_ahead_seconds,
        recipients: keys.collect::<Vec<_>>(),
        age_recipients: age.map(|recipient| recipient.as_str()).collect::<Vec<_>>(),
        summary: object! {ok, warnings, problems},
        exit_code,
        checks: checks.collect::<Vec<_>>(),
    };
    pretty(&document, out)
}

pub(crate) fn secrets(
    content: &Content,
    chosen: &dyn Fn(&Record, Standing) -> bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let secrets = content.standings();
    let secrets = secrets.filter(|(_, record, standing)| chosen(record, *standing));
    let secrets = secrets.map(|(line, record, standing)| {
        object! {
            line,
            client_id: &record.client_id,
            client_name: record.client_name.as_deref(),
            endpoint: &record.endpoint,
            created_at: record.created_at.to_string(),
            recipients: &record.recipients,
            encrypted: record.secret.is_encrypted(),
            unconfirmed: record.unconfirmed,
            superseded: standing == Standing::Superseded,
        }
    });
    let broken = content.broken.iter();
    let document = object! {
        format: "hydra-gitops/secrets/1",
        secrets: secrets.collect::<Vec<_>>(),
        broken: broken.map(|(line, error)| object! {line: *line, error}).collect::<Vec<_>>(),
    };
    pretty(&document, out)
}

/// Writes `hydra-gitops/watch/1`: an object per line.
pub(crate) fn event(news: &News, time: Timestamp, out: &mut dyn Write) -> io::Result<()> {
    match news {
        News::Client(client, news) => compact(&client_event(client, news, time), out),
        News::Clients(all) => all
            .iter()
            .try_for_each(|(client, news)| compact(&client_event(client, news, time), out)),
        News::File {
            path,
            findings,
            state,
        } => {
            let findings = findings.iter().map(|one| {
                let at = one.location.as_ref();
                finding(
                    one,
                    object! {line: at.map(|at| at.line), column: at.map(|at| at.column)},
                )
            });
            let document = object! {
                format: WATCH,
                event: if state.is_good() { "valid" } else { "invalid" },
                time,
                path: path.as_deref(),
                gone: *state == FileState::Gone,
                findings: findings.collect::<Vec<_>>(),
            };
            compact(&document, out)
        }
        News::HydraDown { endpoint, error } => {
            let error = Some(chain(error));
            compact(
                &hydra_event("hydra-down", time, endpoint, None, None, error),
                out,
            )
        }
        News::HydraUp {
            endpoint,
            version,
            after,
        } => {
            let version = version.as_deref();
            compact(
                &hydra_event("hydra-up", time, endpoint, version, *after, None),
                out,
            )
        }
        News::Idle(totals) => idle(totals, time, out),
        News::Notice(_) => Ok(()),
    }
}

fn hydra_event(
    event: &str,
    time: Timestamp,
    endpoint: &str,
    version: Option<&str>,
    took: Option<Duration>,
    error: Option<String>,
) -> impl Serialize {
    object! {
        format: WATCH,
        event,
        time,
        endpoint,
        hydra_version: version,
        took_ms: took.map(milliseconds),
        error,
    }
}

fn client_event(client: &Subject, news: &ClientNews, time: Timestamp) -> impl Serialize {
    let (mut is_unconfirmed, mut took_for, mut error) = (false, None, None);
    let (mut drift, mut deletion) = (&[][..], None);
    let event = match news {
        ClientNews::Created { unconfirmed, took } => {
            (is_unconfirmed, took_for) = (*unconfirmed, Some(*took));
            "created"
        }
        ClientNews::Raced { unconfirmed, took } => {
            (is_unconfirmed, took_for) = (*unconfirmed, Some(*took));
            "raced"
        }
        ClientNews::Failed { error: why, took } => {
            (error, took_for) = (Some(chain(why)), Some(*took));
            "failed"
        }
        ClientNews::Drifted(fields) => {
            drift = fields;
            "drifted"
        }
        ClientNews::Unchanged(_) => "unchanged",
        ClientNews::Gone => "gone",
        ClientNews::Unmanaged { delete } => {
            deletion = delete.as_deref();
            "unmanaged"
        }
    };
    object! {
        format: WATCH,
        event,
        time,
        client_id: client.id.as_ref().map(ClientId::as_str),
        client_name: client.name.as_deref(),
        resource: client.resource.as_ref().map(ResourceName::as_str),
        manifest: manifest(client.location.as_ref()),
        took_ms: took_for.map(milliseconds),
        unconfirmed: is_unconfirmed,
        error,
        differences: differences(drift),
        delete: deletion,
    }
}

fn idle(totals: &Totals, time: Timestamp, out: &mut dyn Write) -> io::Result<()> {
    let document = object! {
        format: WATCH,
        event: "idle",
        time,
        summary: object! {
            clients: totals.clients,
            drifted: totals.drifted,
            failed: totals.failed,
            invalid: totals.invalid,
        },
    };
    compact(&document, out)
}

pub(crate) fn version(build: &Build, out: &mut dyn Write) -> io::Result<()> {
    let document = object! {
        format: "hydra-gitops/version/1",
        version: build.version,
        commit: build.commit,
        target: build.target,
    };
    pretty(&document, out)
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
