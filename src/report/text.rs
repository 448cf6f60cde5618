//! Plans, reports and the totals of `validate` as text.

use std::io::{self, Write};

use super::drift::{self, Origin};
use super::style::{BOLD, CREATE, DIM, ERROR, HINT, WARNING, paint};
use crate::client::{ClientId, ResourceName, SecretSource};
use crate::error::{Error, chain};
use crate::manifest::{Finding, Location, totals};
use crate::plan::{Action, Change, Plan, Summary};
use crate::reconcile::{Outcome, OutcomeKind, Report, Target};
use crate::text::{count, safe_text};

/// Up to this many clients that were not tried get a line each; more share one line.
const FEW: usize = 5;

/// How much to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Totals and failures.
    Quiet,
    /// Changes as well.
    Normal,
    /// Unchanged clients as well.
    Verbose,
}

/// Writes a plan: the Hydra that was asked, one line per change, the fields that differ and what to
/// do about them, the failures, the totals, and the checksum if there is something to create.
pub(crate) fn plan(
    plan: &Plan,
    origin: &Origin<'_>,
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    if detail != Detail::Quiet {
        write_hydra(origin.hydra, out)?;
        plan.changes
            .iter()
            .try_for_each(|change| write_change(change, detail, out))?;
        drift::write_ways_out(plan, origin, out)?;
    }
    let failed = plan
        .changes
        .iter()
        .filter_map(|change| match &change.action {
            Action::Failed(error) => Some((change, error)),
            _ => None,
        });
    let failed: Vec<_> = failed.collect();
    for (change, error) in &failed {
        let who = who_of_change(change);
        write_failed(&who, error, &at(change.place.as_ref()), out)?;
    }
    write_hints(failed.iter().map(|(_, error)| *error), out)?;
    let summary = plan.summary();
    plan_totals(summary, out)?;
    match detail != Detail::Quiet && summary.create > 0 {
        true => writeln!(
            out,
            "{}",
            paint(DIM, &format!("checksum: {}", origin.checksum))
        ),
        false => Ok(()),
    }
}

fn write_hydra(hydra: &Target, out: &mut dyn Write) -> io::Result<()> {
    let version = hydra.version().map(|version| format!(" {version}"));
    let hydra = format!("Hydra{} at {}", version.unwrap_or_default(), hydra.name);
    writeln!(out, "{}", paint(DIM, &safe_text(&hydra)))
}

pub(crate) fn plan_totals(summary: Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}", paint(BOLD, "plan"), totals_of(summary))
}

/// How many clients there are of each kind.
pub(super) fn totals_of(summary: Summary) -> String {
    let Summary {
        create,
        unchanged,
        drifted,
        unmanaged,
        failed,
        ignored,
    } = summary;
    let mut totals = format!("{create} to create, {unchanged} unchanged, {drifted} drifted");
    for (number, what) in [(unmanaged, "unmanaged"), (failed, "failed")] {
        if number > 0 {
            totals.push_str(&format!(", {number} {what}"));
        }
    }
    if ignored > 0 {
        totals.push_str(&format!(", {} ignored", count(ignored, "difference")));
    }
    totals
}

fn write_failed(who: &str, error: &Error, place: &str, out: &mut dyn Write) -> io::Result<()> {
    let reason = safe_text(&chain(error)).into_owned();
    writeln!(out, "{} {who}  {reason}{place}", paint(ERROR, "failed"))
}

/// Writes the hints of these errors without duplicates.
fn write_hints<'e>(errors: impl Iterator<Item = &'e Error>, out: &mut dyn Write) -> io::Result<()> {
    let mut hints: Vec<&str> = Vec::new();
    for hint in errors.flat_map(Error::hints) {
        let hint = hint.text();
        if !hints.contains(&hint) {
            hints.push(hint);
            writeln!(out, "  {}: {}", paint(HINT, "hint"), safe_text(hint))?;
        }
    }
    Ok(())
}

fn write_change(change: &Change, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    let who = who_of_change(change);
    let place = at(change.place.as_ref());
    match &change.action {
        Action::Create(creation) => {
            let secret = secret_of(creation.secret);
            writeln!(out, "{} {who}  {secret}{place}", paint(CREATE, "+"))
        }
        Action::Unchanged if detail == Detail::Verbose => {
            writeln!(out, "  {who}  unchanged{place}")
        }
        Action::Unchanged => Ok(()),
        Action::Drifted(drift) => {
            writeln!(out, "{} {who}  drifted{place}", paint(WARNING, "~"))?;
            let mut differences = drift.differences.iter();
            differences.try_for_each(|one| drift::difference(one, out))
        }
        Action::Unmanaged => writeln!(out, "{} {who}  unmanaged", paint(WARNING, "!")),
        // Failures come last, next to the totals.
        Action::Failed(_) => Ok(()),
    }
}

pub(super) fn secret_of(source: SecretSource) -> &'static str {
    match source {
        SecretSource::Generated => "secret generated",
        SecretSource::Given => "secret given",
        SecretSource::None => "no secret",
    }
}

/// Writes the results of a plan: one line per client that was not left alone, and the totals.
pub(crate) fn report(report: &Report, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    let outcomes = report.outcomes.iter();
    let (failed, others): (Vec<_>, Vec<_>) = outcomes.partition(|one| one.kind.is_failed());
    others
        .iter()
        .try_for_each(|outcome| write_outcome(outcome, detail, out))?;
    // Failures come last, next to the totals. Each of their hints is shown once.
    let is_not_tried = |outcome: &Outcome| matches!(outcome.kind, OutcomeKind::NotTried);
    let not_tried = failed.iter().filter(|one| is_not_tried(one)).count();
    let is_short = not_tried > FEW && detail != Detail::Verbose;
    let shown = failed.iter().filter(|one| !(is_short && is_not_tried(one)));
    let shown: Vec<_> = shown.collect();
    shown
        .iter()
        .try_for_each(|outcome| write_outcome(outcome, detail, out))?;
    if is_short {
        let (word, clients) = (paint(ERROR, "failed"), count(not_tried, "client"));
        writeln!(out, "{word} {clients} {NOT_TRIED}")?;
    }
    let errors = shown.iter().filter_map(|outcome| match &outcome.kind {
        OutcomeKind::Failed(error) => Some(error),
        _ => None,
    });
    write_hints(errors, out)?;
    let count = |is: fn(&OutcomeKind) -> bool| report.count(is);
    writeln!(
        out,
        "{}: {} created, {} unchanged, {} drifted, {} raced, {} failed",
        paint(BOLD, "apply"),
        count(|kind| matches!(kind, OutcomeKind::Created { .. })),
        count(|kind| matches!(kind, OutcomeKind::Unchanged)),
        count(|kind| matches!(kind, OutcomeKind::Drifted)),
        count(|kind| matches!(kind, OutcomeKind::Raced { .. })),
        count(OutcomeKind::is_failed),
    )
}

pub(super) const NOT_TRIED: &str = "not tried: the run was stopped first";

/// Shown for a client that existed when its request arrived, if it is unknown who created it.
pub(super) const MAY_BE_OURS: &str = "the client was already in Hydra when the request arrived; could not verify whose secret it has; the secret generated by this run is recorded as unconfirmed";

fn write_outcome(outcome: &Outcome, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    let who = who_of_outcome(outcome);
    let place = at(outcome.place.as_ref());
    match &outcome.kind {
        OutcomeKind::Failed(error) => write_failed(&who, error, &place, out),
        OutcomeKind::NotTried => {
            writeln!(out, "{} {who}  {NOT_TRIED}{place}", paint(ERROR, "failed"))
        }
        OutcomeKind::Created { unconfirmed: true } => {
            let word = paint(WARNING, "unconfirmed");
            let note = "created, but could not verify that the recorded secret is the client's";
            writeln!(out, "{word} {who}  {note}{place}")
        }
        OutcomeKind::Raced { unconfirmed: true } => {
            let word = paint(WARNING, "raced");
            writeln!(out, "{word} {who}  {MAY_BE_OURS}{place}")
        }
        _ if detail == Detail::Quiet => Ok(()),
        OutcomeKind::Created { .. } => writeln!(out, "{} {who}{place}", paint(CREATE, "created")),
        OutcomeKind::Raced { .. } => {
            let note = "another program created this client first; it was left unchanged";
            writeln!(out, "{} {who}  {note}{place}", paint(WARNING, "raced"))
        }
        OutcomeKind::Unchanged | OutcomeKind::Drifted => Ok(()),
    }
}

fn who_of_change(change: &Change) -> String {
    let name = name_or(change.client_name.as_deref(), change.resource.as_ref());
    who(change.client_id.as_ref(), name)
}

fn who_of_outcome(outcome: &Outcome) -> String {
    let name = name_or(outcome.client_name.as_deref(), outcome.resource.as_ref());
    who(outcome.client_id.as_ref(), name)
}

/// A client's name, or the name and namespace of its Kubernetes resource, which needs no other.
pub(crate) fn name_or<'a>(
    name: Option<&'a str>,
    resource: Option<&'a ResourceName>,
) -> Option<&'a str> {
    let name = name.filter(|name| !name.is_empty());
    name.or(resource.map(ResourceName::as_str))
}

/// A client's id, with its name if that adds information.
pub(super) fn who(id: Option<&ClientId>, name: Option<&str>) -> String {
    let name = name.filter(|name| !name.is_empty());
    match (id, name) {
        (Some(id), name) => named(id.as_str(), name),
        (None, Some(name)) => paint(BOLD, &safe_text(name)),
        (None, None) => "(unnamed)".to_owned(),
    }
}

/// The same for a client with an id.
pub(super) fn named(id: &str, name: Option<&str>) -> String {
    let name = name.filter(|name| !name.is_empty() && *name != id);
    let name = name.map(|name| format!(" ({})", safe_text(name)));
    format!(
        "{}{}",
        paint(BOLD, &safe_text(id)),
        name.unwrap_or_default()
    )
}

pub(super) fn at(place: Option<&Location>) -> String {
    let at = |place: &Location| paint(DIM, &format!("  {}:{}", safe_text(&place.path), place.line));
    place.map(at).unwrap_or_default()
}

/// Writes the totals of `validate`: how many clients were checked and how many findings there are.
pub(crate) fn validated(
    clients: usize,
    findings: &[Finding],
    out: &mut dyn Write,
) -> io::Result<()> {
    let (errors, warnings) = totals(findings);
    let word = paint(BOLD, "validate");
    writeln!(
        out,
        "{word}: {}, {}, {}",
        count(clients, "client"),
        count(errors, "error"),
        count(warnings, "warning")
    )
}
