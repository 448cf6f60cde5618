//! `hydra-gitops/validate/1`.

use std::io::{self, Write};

use serde::Serialize;

use crate::error::{Error, Hint, chain};
use crate::manifest::{Finding, Loaded, Rule};
use crate::report::safe_json;

const FORMAT: &str = "hydra-gitops/validate/1";

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    summary: Summary,
    findings: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct Summary {
    clients: usize,
    errors: usize,
    warnings: usize,
}

#[derive(Serialize)]
struct Found<'a> {
    rule: &'static str,
    severity: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    field: Option<&'a str>,
    client_id: Option<&'a str>,
    manifest: Option<At<'a>>,
}

/// A place with its column.
#[derive(Serialize)]
struct At<'a> {
    path: &'a str,
    line: usize,
    column: usize,
}

/// Writes `hydra-gitops/validate/1`.
pub fn findings(loaded: &Loaded, out: &mut dyn Write) -> io::Result<()> {
    let (errors, warnings) = loaded.totals();
    safe_json::pretty(
        &Document {
            format: FORMAT,
            summary: Summary {
                clients: loaded.manifests.len(),
                errors,
                warnings,
            },
            findings: loaded.findings.iter().map(finding).collect(),
        },
        out,
    )
}

/// Writes `hydra-gitops/validate/1` where nothing could be read at all.
pub fn unreadable(error: &Error, out: &mut dyn Write) -> io::Result<()> {
    let message = chain(error);
    safe_json::pretty(
        &Document {
            format: FORMAT,
            summary: Summary {
                clients: 0,
                errors: 1,
                warnings: 0,
            },
            findings: vec![Found {
                rule: Rule::UnreadableManifests.name(),
                severity: Rule::UnreadableManifests.severity().name(),
                message: &message,
                help: error.hints().first().map(Hint::text),
                field: None,
                client_id: None,
                manifest: None,
            }],
        },
        out,
    )
}

fn finding(finding: &Finding) -> Found<'_> {
    Found {
        rule: finding.rule.name(),
        severity: finding.severity().name(),
        message: &finding.message,
        help: finding.help.as_deref(),
        field: finding.field.as_deref(),
        client_id: finding.client_id.as_deref(),
        manifest: finding.location.as_ref().map(|place| At {
            path: &place.path,
            line: place.line,
            column: place.column,
        }),
    }
}
