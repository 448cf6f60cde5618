//! The results of `doctor`, as text and as JSON.

use std::io::{self, Write};

use anstyle::Style;
use serde::Serialize;

use super::safe_json;
use super::style::{BOLD, CREATE, ERROR, HINT, WARNING, paint};
use super::text::Detail;
use crate::doctor::{Examination, Status};
use crate::recipients::Recipient;
use crate::text::{count, safe_text};

fn word(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Warning => "warning",
        Status::Problem(_) => "problem",
    }
}

fn style(status: Status) -> Style {
    match status {
        Status::Ok => CREATE,
        Status::Warning => WARNING,
        Status::Problem(_) => ERROR,
    }
}

/// Writes one line per check, its hints below it, and the totals.
///
/// # Errors
/// Those of the writer.
pub(crate) fn text(
    examination: &Examination,
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    for check in &examination.checks {
        if detail == Detail::Quiet && check.status == Status::Ok {
            continue;
        }
        let status = format!("{:<7}", word(check.status));
        let subject = format!("{:<12}", check.subject);
        writeln!(
            out,
            "{}  {}  {}",
            paint(style(check.status), &status),
            paint(BOLD, &subject),
            safe_text(&check.message)
        )?;
        for hint in &check.hints {
            writeln!(out, "  {}: {}", paint(HINT, "hint"), safe_text(hint))?;
        }
    }
    let summary = Summary::of(examination);
    writeln!(
        out,
        "{}: {} ok, {}, {}",
        paint(BOLD, "doctor"),
        summary.ok,
        count(summary.warnings, "warning"),
        count(summary.problems, "problem")
    )
}

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
struct Summary {
    ok: usize,
    warnings: usize,
    problems: usize,
}

impl Summary {
    fn of(examination: &Examination) -> Self {
        let count = |counts: fn(Status) -> bool| {
            let checks = examination.checks.iter();
            checks.filter(|check| counts(check.status)).count()
        };
        Self {
            ok: count(|status| status == Status::Ok),
            warnings: count(|status| status == Status::Warning),
            problems: count(|status| matches!(status, Status::Problem(_))),
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    check: &'static str,
    status: &'static str,
    message: &'a str,
    hints: &'a [String],
}

/// Writes `hydra-gitops/doctor/1`.
///
/// # Errors
/// Those of the writer.
pub(crate) fn json(
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
