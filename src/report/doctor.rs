//! What an examination found, for people and as JSON.

use std::io::{self, Write};

use anstyle::Style;
use serde::Serialize;

use super::safe_json;
use super::style::{BOLD, CREATE, ERROR, HINT, WARNING, paint};
use super::text::Detail;
use crate::text::{count, safe_text};

/// How something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// As it should be.
    Ok,
    /// It may be wrong; an apply goes on all the same.
    Warning,
    /// An apply would fail because of it.
    Problem,
}

/// One thing that was looked at.
#[derive(Debug)]
pub struct Check {
    /// What, in one or two words.
    pub subject: &'static str,
    /// How it was found.
    pub status: Status,
    /// What was seen.
    pub message: String,
    /// What to do about it, most useful first.
    pub hints: Vec<String>,
}

/// A key that secrets would be encrypted to.
#[derive(Debug, Serialize)]
pub struct Key {
    /// The primary key's, in upper-case hexadecimal.
    pub fingerprint: String,
    /// Its owner, as the key says.
    pub user_id: Option<String>,
    /// The fingerprint of the key that encrypts: a subkey, or the primary key.
    pub encryption_key: String,
    /// From when on nothing can be encrypted to it (RFC 3339); `None` where it never expires.
    pub expires_at: Option<String>,
}

/// All that was looked at.
#[derive(Debug, Default)]
pub struct Examination {
    /// The endpoint's name, where one was given.
    pub endpoint: Option<String>,
    /// What Hydra says its version is.
    pub hydra_version: Option<String>,
    /// The median time of a request, in milliseconds.
    pub latency_ms: Option<f64>,
    /// How many clients were counted in Hydra.
    pub clients: Option<usize>,
    /// How far Hydra's clock is ahead of this machine's; negative where it is behind.
    pub clock_ahead_seconds: Option<i64>,
    /// The keys that were taken.
    pub recipients: Vec<Key>,
    /// In the order in which an apply would come to it.
    pub checks: Vec<Check>,
    /// What the process ends with.
    pub exit_code: u8,
}

impl Examination {
    fn count(&self, status: Status) -> usize {
        let same = |check: &&Check| check.status == status;
        self.checks.iter().filter(same).count()
    }
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Ok => CREATE,
            Self::Warning => WARNING,
            Self::Problem => ERROR,
        }
    }
}

/// Writes a line a check, what to do below it, and the totals.
///
/// # Errors
/// The writer's own.
pub fn text(examination: &Examination, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    for check in &examination.checks {
        if detail == Detail::Quiet && check.status == Status::Ok {
            continue;
        }
        // The longest of both words has its width.
        let status = format!("{:<7}", check.status.word());
        let subject = format!("{:<12}", check.subject);
        writeln!(
            out,
            "{}  {}  {}",
            paint(check.status.style(), &status),
            paint(BOLD, &subject),
            safe_text(&check.message)
        )?;
        for hint in &check.hints {
            writeln!(out, "  {}: {}", paint(HINT, "hint"), safe_text(hint))?;
        }
    }
    writeln!(
        out,
        "{}: {} ok, {}, {}",
        paint(BOLD, "doctor"),
        examination.count(Status::Ok),
        count(examination.count(Status::Warning), "warning"),
        count(examination.count(Status::Problem), "problem")
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
    recipients: &'a [Key],
    summary: Summary,
    exit_code: u8,
    checks: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Summary {
    ok: usize,
    warnings: usize,
    problems: usize,
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
/// The writer's own.
pub fn json(examination: &Examination, out: &mut dyn Write) -> io::Result<()> {
    let lines = examination.checks.iter().map(|check| Line {
        check: check.subject,
        status: check.status.word(),
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
        recipients: &examination.recipients,
        summary: Summary {
            ok: examination.count(Status::Ok),
            warnings: examination.count(Status::Warning),
            problems: examination.count(Status::Problem),
        },
        exit_code: examination.exit_code,
        checks: lines.collect(),
    };
    safe_json::pretty(&document, out)
}
