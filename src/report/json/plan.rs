//! `hydra-gitops/plan/1` and `hydra-gitops/apply/1`.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value as Json;

use crate::client::SecretSource;
use crate::error::chain;
use crate::manifest::Location;
use crate::plan::{Action, Change, Difference, Plan};
use crate::reconcile::{OutcomeKind, Report};
use crate::report::safe_json;
use crate::report::text::NOT_TRIED;

/// The location of a manifest.
#[derive(Serialize)]
pub(super) struct Manifest<'a> {
    path: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct PlanDocument<'a> {
    format: &'static str,
    endpoint: &'a str,
    hydra_version: Option<&'a str>,
    summary: PlanSummary,
    changes: Vec<PlanChange<'a>>,
}

#[derive(Serialize)]
struct PlanSummary {
    create: usize,
    unchanged: usize,
    drifted: usize,
    unmanaged: usize,
    failed: usize,
}

#[derive(Serialize)]
struct PlanChange<'a> {
    action: &'static str,
    client_id: Option<&'a str>,
    client_name: Option<&'a str>,
    manifest: Option<Manifest<'a>>,
    secret: Option<&'static str>,
    differences: Vec<PlanDifference<'a>>,
    error: Option<String>,
}

#[derive(Serialize)]
pub(super) struct PlanDifference<'a> {
    field: &'static str,
    manifest: &'a Json,
    hydra: &'a Json,
}

#[derive(Serialize)]
struct ApplyDocument<'a> {
    format: &'static str,
    endpoint: &'a str,
    hydra_version: Option<&'a str>,
    summary: ApplySummary,
    outcomes: Vec<ApplyOutcome<'a>>,
}

#[derive(Serialize)]
struct ApplySummary {
    created: usize,
    unchanged: usize,
    drifted: usize,
    raced: usize,
    failed: usize,
}

#[derive(Serialize)]
struct ApplyOutcome<'a> {
    outcome: &'static str,
    client_id: Option<&'a str>,
    client_name: Option<&'a str>,
    manifest: Option<Manifest<'a>>,
    unconfirmed: bool,
    error: Option<String>,
}

/// The Hydra that a result is about.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    /// Its address.
    pub endpoint: &'a str,
    /// The version it reports.
    pub version: Option<&'a str>,
}

/// Writes `hydra-gitops/plan/1`.
pub fn plan(plan: &Plan, server: Server<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = plan.summary();
    safe_json::pretty(
        &PlanDocument {
            format: "hydra-gitops/plan/1",
            endpoint: server.endpoint,
            hydra_version: server.version,
            summary: PlanSummary {
                create: summary.create,
                unchanged: summary.unchanged,
                drifted: summary.drifted,
                unmanaged: summary.unmanaged,
                failed: summary.failed,
            },
            changes: plan.changes.iter().map(plan_change).collect(),
        },
        out,
    )
}

fn plan_change(change: &Change) -> PlanChange<'_> {
    let Change {
        client_id,
        client_name,
        place,
        action,
    } = change;
    let mut secret = None;
    let mut differences: &[Difference] = &[];
    let mut error = None;
    let action = match action {
        Action::Create(creation) => {
            secret = Some(match creation.secret {
                SecretSource::Generated => "generated",
                SecretSource::Given => "given",
                SecretSource::None => "none",
            });
            "create"
        }
        Action::Unchanged => "unchanged",
        Action::Drifted(fields) => {
            differences = fields;
            "drifted"
        }
        Action::Unmanaged => "unmanaged",
        Action::Failed(why) => {
            error = Some(chain(why));
            "failed"
        }
    };
    PlanChange {
        action,
        client_id: client_id.as_ref().map(|id| id.as_str()),
        client_name: client_name.as_deref(),
        manifest: manifest(place.as_ref()),
        secret,
        differences: differences.iter().map(difference).collect(),
        error,
    }
}

pub(super) fn difference(difference: &Difference) -> PlanDifference<'_> {
    let Difference {
        field,
        manifest,
        hydra,
    } = difference;
    PlanDifference {
        field: field.name(),
        manifest,
        hydra,
    }
}

/// Writes `hydra-gitops/apply/1`.
pub fn report(report: &Report, server: Server<'_>, out: &mut dyn Write) -> io::Result<()> {
    let outcomes: Vec<_> = report
        .outcomes
        .iter()
        .map(|outcome| {
            let (word, unconfirmed, error) = match &outcome.kind {
                OutcomeKind::Created { unconfirmed } => ("created", *unconfirmed, None),
                OutcomeKind::Unchanged => ("unchanged", false, None),
                OutcomeKind::Drifted => ("drifted", false, None),
                OutcomeKind::Raced { unconfirmed } => ("raced", *unconfirmed, None),
                OutcomeKind::Failed(error) => ("failed", false, Some(chain(error))),
                OutcomeKind::NotTried => ("failed", false, Some(NOT_TRIED.to_owned())),
            };
            ApplyOutcome {
                outcome: word,
                client_id: outcome.client_id.as_ref().map(|id| id.as_str()),
                client_name: outcome.client_name.as_deref(),
                manifest: manifest(outcome.place.as_ref()),
                unconfirmed,
                error,
            }
        })
        .collect();
    let count = |word: &str| {
        let of = |outcome: &&ApplyOutcome<'_>| outcome.outcome == word;
        outcomes.iter().filter(of).count()
    };
    let summary = ApplySummary {
        created: count("created"),
        unchanged: count("unchanged"),
        drifted: count("drifted"),
        raced: count("raced"),
        failed: count("failed"),
    };
    safe_json::pretty(
        &ApplyDocument {
            format: "hydra-gitops/apply/1",
            endpoint: server.endpoint,
            hydra_version: server.version,
            summary,
            outcomes,
        },
        out,
    )
}

pub(super) fn manifest(place: Option<&Location>) -> Option<Manifest<'_>> {
    place.map(|place| Manifest {
        path: &place.path,
        line: place.line,
    })
}
