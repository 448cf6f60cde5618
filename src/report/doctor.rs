//! The results of `doctor`, as text.

use std::io::{self, Write};

use anstyle::Style;

use super::style::{BOLD, CREATE, ERROR, HINT, WARNING, paint};
use super::text::Detail;
use crate::doctor::{Check, Examination, Status};
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

/// Writes a line for a check, and its hints below it.
pub(crate) fn check(check: &Check, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    if detail == Detail::Quiet && check.status == Status::Ok {
        return Ok(());
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
    Ok(())
}

/// Writes the totals.
pub(crate) fn totals(examination: &Examination, out: &mut dyn Write) -> io::Result<()> {
    let [ok, warnings, problems] = summary(examination);
    writeln!(
        out,
        "{}: {ok} ok, {}, {}",
        paint(BOLD, "doctor"),
        count(warnings, "warning"),
        count(problems, "problem")
    )
}

/// How many checks are good, give a warning, and show a problem.
pub(super) fn summary(examination: &Examination) -> [usize; 3] {
    let count = |is: fn(Status) -> bool| {
        let checks = examination.checks.iter();
        checks.filter(|check| is(check.status)).count()
    };
    [
        count(|status| status == Status::Ok),
        count(|status| status == Status::Warning),
        count(|status| matches!(status, Status::Problem(_))),
    ]
}
