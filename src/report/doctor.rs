//! The results of `doctor`, as text.

use std::io::{self, Write};

use anstyle::Style;
use serde::Serialize;

use super::style::{BOLD, CREATE, ERROR, HINT, WARNING, paint};
use super::text::Detail;
use crate::doctor::{Examination, Status};
use crate::text::{count, safe_text};

pub(super) fn word(status: Status) -> &'static str {
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

/// How many checks have each status.
#[derive(Serialize)]
pub(super) struct Summary {
    ok: usize,
    warnings: usize,
    problems: usize,
}

impl Summary {
    pub(super) fn of(examination: &Examination) -> Self {
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
