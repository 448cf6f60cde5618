//! `hydra-gitops/doctor/1`.

use std::io::{self, Write};

use serde::Serialize;

use crate::doctor::Examination;
use crate::recipients::Recipient;
use crate::report::doctor::{Summary, word};
use crate::report::safe_json;

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    endpoint: Option<&'a str>,
    hydra_version: Option<&'a str>,
    latency_ms: Option<f64>,
    clients: Option<usize>,
    clock_ahead_seconds: Option<i64>,
    recipients: Vec<Key<'a>>,
    summary: Summary,
    exit_code: u8,
    checks: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Key<'a> {
    fingerprint: &'a str,
    user_id: Option<&'a str>,
    encryption_key: String,
    expires_at: Option<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    check: &'static str,
    status: &'static str,
    message: &'a str,
    hints: &'a [String],
}

/// Writes `hydra-gitops/doctor/1`.
pub(crate) fn doctor(
    examination: &Examination,
    exit_code: u8,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = examination.checks.iter().map(|check| Line {
        check: check.subject,
        status: word(check.status),
        message: &check.message,
        hints: &check.hints,
    });
    let document = Document {
        format: "hydra-gitops/doctor/1",
        endpoint: examination.endpoint.as_deref(),
        hydra_version: examination.hydra_version.as_deref(),
        latency_ms: examination.latency_ms,
        clients: examination.clients,
        clock_ahead_seconds: examination.clock_ahead_seconds,
        recipients: examination.recipients.iter().map(key).collect(),
        summary: Summary::of(examination),
        exit_code,
        checks: lines.collect(),
    };
    safe_json::pretty(&document, out)
}

fn key(recipient: &Recipient) -> Key<'_> {
    Key {
        fingerprint: recipient.fingerprint(),
        user_id: recipient.user_id(),
        encryption_key: recipient.encryption_key(),
        expires_at: recipient.expires_at().map(|end| format!("{end:.0}")),
    }
}
