//! Events as JSON, one object per line: a public, versioned contract.

use std::io::{self, Write};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::plan::{Manifest, PlanDifference, difference, manifest};
use crate::error::chain;
use crate::manifest::Finding;
use crate::report::safe_json::compact;
use crate::watch::{ClientNews, FileState, News, Subject, Totals};

const FORMAT: &str = "hydra-gitops/watch/1";

/// An event about a client.
#[derive(Serialize)]
struct ClientEvent<'a> {
    format: &'static str,
    event: &'static str,
    time: Timestamp,
    client_id: Option<&'a str>,
    client_name: Option<&'a str>,
    manifest: Option<Manifest<'a>>,
    took_ms: Option<u64>,
    unconfirmed: bool,
    error: Option<String>,
    differences: Vec<PlanDifference<'a>>,
    delete: Option<&'a str>,
}

#[derive(Serialize)]
struct FileEvent<'a> {
    format: &'static str,
    event: &'static str,
    time: Timestamp,
    path: Option<&'a str>,
    gone: bool,
    findings: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct HydraEvent<'a> {
    format: &'static str,
    event: &'static str,
    time: Timestamp,
    endpoint: &'a str,
    hydra_version: Option<&'a str>,
    took_ms: Option<u64>,
    error: Option<String>,
}

#[derive(Serialize)]
struct IdleEvent {
    format: &'static str,
    event: &'static str,
    time: Timestamp,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    clients: usize,
    drifted: usize,
    failed: usize,
    invalid: usize,
}

#[derive(Serialize)]
struct Found<'a> {
    rule: &'static str,
    severity: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    field: Option<&'a str>,
    client_id: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
}

/// Writes `hydra-gitops/watch/1`.
pub(crate) fn event(news: &News, time: Timestamp, out: &mut dyn Write) -> io::Result<()> {
    let format = FORMAT;
    match news {
        News::Client(client, news) => compact(&client_event(client, news, time), out),
        News::Clients(all) => all
            .iter()
            .try_for_each(|(client, news)| compact(&client_event(client, news, time), out)),
        News::File {
            path,
            findings,
            state,
        } => compact(
            &FileEvent {
                format,
                event: if state.is_good() { "valid" } else { "invalid" },
                time,
                path: path.as_deref(),
                gone: *state == FileState::Gone,
                findings: findings.iter().map(found).collect(),
            },
            out,
        ),
        News::HydraDown { endpoint, error } => {
            let mut document = hydra_event("hydra-down", endpoint, time);
            document.error = Some(chain(error));
            compact(&document, out)
        }
        News::HydraUp {
            endpoint,
            version,
            after,
        } => {
            let mut document = hydra_event("hydra-up", endpoint, time);
            document.hydra_version = version.as_deref();
            document.took_ms = after.map(milliseconds);
            compact(&document, out)
        }
        News::Idle(totals) => compact(&idle(*totals, time), out),
        News::Notice(_) => Ok(()),
    }
}

fn hydra_event<'a>(event: &'static str, endpoint: &'a str, time: Timestamp) -> HydraEvent<'a> {
    HydraEvent {
        format: FORMAT,
        event,
        time,
        endpoint,
        hydra_version: None,
        took_ms: None,
        error: None,
    }
}

fn client_event<'a>(client: &'a Subject, news: &'a ClientNews, time: Timestamp) -> ClientEvent<'a> {
    let mut document = ClientEvent {
        format: FORMAT,
        event: "",
        time,
        client_id: client.id.as_ref().map(|id| id.as_str()),
        client_name: client.name.as_deref(),
        manifest: manifest(client.location.as_ref()),
        took_ms: None,
        unconfirmed: false,
        error: None,
        differences: Vec::new(),
        delete: None,
    };
    document.event = match news {
        ClientNews::Created { unconfirmed, took } => {
            document.unconfirmed = *unconfirmed;
            document.took_ms = Some(milliseconds(*took));
            "created"
        }
        ClientNews::Raced { unconfirmed, took } => {
            document.unconfirmed = *unconfirmed;
            document.took_ms = Some(milliseconds(*took));
            "raced"
        }
        ClientNews::Failed { error, took } => {
            document.took_ms = Some(milliseconds(*took));
            document.error = Some(chain(error));
            "failed"
        }
        ClientNews::Drifted(differences) => {
            document.differences = differences.iter().map(difference).collect();
            "drifted"
        }
        ClientNews::Unchanged(_) => "unchanged",
        ClientNews::Gone => "gone",
        ClientNews::Unmanaged { delete } => {
            document.delete = delete.as_deref();
            "unmanaged"
        }
    };
    document
}

fn found(finding: &Finding) -> Found<'_> {
    Found {
        rule: finding.rule.name(),
        severity: finding.severity().name(),
        message: &finding.message,
        help: finding.help.as_deref(),
        field: finding.field.as_deref(),
        client_id: finding.client_id.as_deref(),
        line: finding.location.as_ref().map(|at| at.line),
        column: finding.location.as_ref().map(|at| at.column),
    }
}

fn idle(totals: Totals, time: Timestamp) -> IdleEvent {
    let Totals {
        clients,
        drifted,
        failed,
        invalid,
    } = totals;
    IdleEvent {
        format: FORMAT,
        event: "idle",
        time,
        summary: Summary {
            clients,
            drifted,
            failed,
            invalid,
        },
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
