//! What is in a secrets file, and what checking and trying its secrets found, as text.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::style::{BOLD, CREATE, DIM, ERROR, WARNING, paint};
use super::text::{Detail, named};
use crate::reconcile::{Check, Problem, Tried, Verdict};
use crate::text::{count, safe_text};
use crate::vault::{Content, Record, Standing};

/// Writes one line per secret, and the totals, without decrypting anything.
pub(crate) fn list(content: &Content, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    if detail != Detail::Quiet {
        let mut lines = content.standings();
        lines.try_for_each(|(_, record, standing)| write_record(record, standing, out))?;
    }
    for (line, error) in &content.broken {
        let (word, error) = (paint(WARNING, "broken"), safe_text(error));
        writeln!(out, "{word} line {line}: {error}")?;
    }
    let (secrets, broken) = (content.records.len(), content.broken.len());
    let word = paint(BOLD, "secrets");
    writeln!(out, "{word}: {secrets} recorded, {broken} broken")
}

fn write_record(record: &Record, standing: Standing, out: &mut dyn Write) -> io::Result<()> {
    let name = record.client_name.as_deref();
    let name = name.map(|name| format!(" ({})", safe_text(name)));
    let mut notes = Vec::new();
    if !record.secret.is_encrypted() {
        notes.push("in clear");
    }
    match (record.unconfirmed, standing) {
        (true, Standing::Superseded) => notes.extend(["unconfirmed", "superseded by a later line"]),
        (false, Standing::Superseded) => notes.push("superseded by a later line"),
        (true, _) => notes.push("unconfirmed: try it with `secrets verify`"),
        (false, _) => {}
    }
    let notes = match notes.is_empty() {
        true => String::new(),
        false => format!("  {}", paint(WARNING, &notes.join(", "))),
    };
    writeln!(
        out,
        "{}{}  {}  {}{notes}{}",
        paint(BOLD, &safe_text(&record.client_id)),
        name.unwrap_or_default(),
        record.created_at,
        safe_text(&record.endpoint),
        record
            .recipients
            .iter()
            .map(|recipient| paint(DIM, &format!("\n    {}", safe_text(recipient))))
            .collect::<String>(),
    )
}

/// Describes a problem with a line, checked against the Hydra named `hydra`.
pub(crate) fn problem(problem: &Problem<'_>, hydra: &str) -> String {
    match problem {
        Problem::Broken(why) => (*why).to_owned(),
        Problem::NotEncrypted(id) => {
            format!("the secret of `{id}` is not an encrypted message")
        }
        Problem::NotForKeys(id) => format!("none of the given keys opens the secret of `{id}`"),
        Problem::NotLookedUp(id, why) => format!("`{id}` could not be looked up: {why}"),
        Problem::NoClient(id) => format!(
            "`{id}` is not in {hydra}: create it again with `apply`, or remove its lines if it is gone for good"
        ),
    }
}

/// Writes the totals of `secrets check`.
pub(crate) fn checked(check: &Check<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "check: {}, {}, {} looked up, {} of other Hydras",
        count(check.lines, "line"),
        count(check.problems.len(), "problem"),
        count(check.looked_up, "client"),
        check.elsewhere.values().sum::<usize>()
    )
}

/// `1 line of http://a, 2 lines of http://b`; empty if there are none.
pub(crate) fn elsewhere(elsewhere: &BTreeMap<&str, usize>) -> Option<String> {
    let named = elsewhere.iter();
    let named = named.map(|(name, lines)| format!("{} of `{name}`", count(*lines, "line")));
    let named: Vec<_> = named.collect();
    (!named.is_empty()).then(|| named.join(", "))
}

/// Writes one line per secret, and the totals. With [`Detail::Quiet`], omits the accepted secrets.
pub(crate) fn verified(
    tried: &[Tried<'_>],
    place: &dyn Fn(usize) -> String,
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    let number = |is: fn(&Verdict) -> bool| tried.iter().filter(|one| is(&one.verdict)).count();
    let accepted = number(Verdict::is_accepted);
    let recorded = number(|verdict| *verdict == Verdict::Accepted { recorded: true });
    let refused = number(|verdict| *verdict == Verdict::Refused);
    let not_tried = number(|verdict| matches!(verdict, Verdict::NotTried(_)));
    for one in tried {
        let is_left_out = one.verdict.is_accepted() && detail == Detail::Quiet;
        if !is_left_out {
            // If the public endpoint accepts any secret, it belongs to this Hydra, and a refusal is
            // reliable.
            let refusal = if accepted > 0 { "wrong" } else { "refused" };
            write_tried(one, refusal, &place(one.line), out)?;
        }
    }
    let (refused, wrong) = match accepted {
        0 => (refused, 0),
        _ => (0, refused),
    };
    writeln!(
        out,
        "{}: {}, {accepted} accepted, {recorded} newly confirmed, {refused} refused, {wrong} wrong, {not_tried} not tried",
        paint(BOLD, "verify"),
        count(tried.len(), "secret"),
    )
}

/// Writes the line of a record; `refusal` is the word for a refused secret.
fn write_tried(one: &Tried<'_>, refusal: &str, place: &str, out: &mut dyn Write) -> io::Result<()> {
    let who = named(&one.record.client_id, one.record.client_name.as_deref());
    let place = paint(DIM, &safe_text(place));
    let (word, note) = match &one.verdict {
        Verdict::Accepted { recorded: true } => {
            (paint(CREATE, "accepted"), "recorded as confirmed")
        }
        Verdict::Accepted { recorded: false } => (paint(CREATE, "accepted"), ""),
        Verdict::Refused => (paint(ERROR, refusal), ""),
        Verdict::NotTried(why) => (paint(ERROR, "not tried"), why.as_str()),
    };
    let gap = if note.is_empty() { "" } else { "  " };
    writeln!(out, "{word} {who}{gap}{}  {place}", safe_text(note))
}
