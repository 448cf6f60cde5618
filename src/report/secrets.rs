//! What is in a secrets file, and what checking and trying its secrets found, as text.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use super::style::{BOLD, CREATE, DIM, ERROR, WARNING, paint};
use super::text::{Detail, named};
use crate::recipients::Recipients;
use crate::reconcile::{Check, Fault, Problem, Survey, Tried, Verdict};
use crate::text::{count, safe_text};
use crate::vault::{Content, Record, Standing};

/// Writes one line per secret, and the totals, without decrypting anything.
pub(crate) fn list(
    content: &Content,
    chosen: &dyn Fn(&Record, Standing) -> bool,
    keys: Option<&Recipients>,
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = content.standings();
    let lines: Vec<_> = lines
        .filter(|(_, record, standing)| chosen(record, *standing))
        .collect();
    if detail != Detail::Quiet {
        for (_, record, standing) in &lines {
            write_record(record, *standing, keys, out)?;
        }
    }
    for (line, error) in &content.broken {
        let (word, error) = (paint(WARNING, "broken"), safe_text(error));
        writeln!(out, "{word} line {line}: {error}")?;
    }
    let (secrets, broken) = (content.records.len(), content.broken.len());
    let word = paint(BOLD, "secrets");
    match lines.len() {
        listed if listed == secrets => {
            writeln!(out, "{word}: {secrets} recorded, {broken} broken")
        }
        listed => writeln!(
            out,
            "{word}: {listed} listed of {secrets} recorded, {broken} broken"
        ),
    }
}

fn write_record(
    record: &Record,
    standing: Standing,
    keys: Option<&Recipients>,
    out: &mut dyn Write,
) -> io::Result<()> {
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
            .map(|recipient| {
                let user = user_of(recipient, keys);
                paint(DIM, &format!("\n    {}{user}", safe_text(recipient)))
            })
            .collect::<String>(),
    )
}

/// The user id of a recipient, if its key is given.
fn user_of(recipient: &str, keys: Option<&Recipients>) -> String {
    let mut keys = keys.iter().flat_map(|keys| keys.openpgp());
    let key = keys.find(|key| key.fingerprint() == recipient);
    let user = key.and_then(|key| key.user_id());
    user.map(|user| format!(" ({})", safe_text(user)))
        .unwrap_or_default()
}

/// Describes what is wrong with a line by itself.
pub(crate) fn fault(fault: &Fault) -> String {
    match fault {
        Fault::Broken(why) => why.clone(),
        Fault::NotEncrypted(id) => format!("the secret of `{id}` is not an encrypted message"),
        Fault::NotForKeys(id) => format!("none of the given keys opens the secret of `{id}`"),
    }
}

/// Writes the totals of `secrets check --offline`.
pub(crate) fn surveyed(survey: &Survey, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "check: {}, {}, {} with unconfirmed secrets to try",
        count(survey.lines, "line"),
        count(survey.faults, "problem"),
        count(survey.clients_to_try(), "client"),
    )?;
    for (endpoint, lines) in &survey.endpoints {
        let endpoint = safe_text(endpoint);
        writeln!(out, "  {endpoint}: {}", count(*lines, "line"))?;
    }
    recipients(survey, out)
}

/// Writes who can open how many lines.
pub(crate) fn recipients(survey: &Survey, out: &mut dyn Write) -> io::Result<()> {
    let lines = survey.lines;
    for (recipient, opens) in &survey.opens {
        let note = match survey.others.contains(recipient) {
            true => paint(WARNING, " (not given)"),
            false => String::new(),
        };
        let recipient = safe_text(recipient);
        writeln!(
            out,
            "  {recipient} opens {opens} of {}{note}",
            count(lines, "line")
        )?;
    }
    if survey.open_to_others > 0 {
        writeln!(
            out,
            "  {} also open to keys that are not given: `hydra-gitops secrets rekey --prune` encrypts them again",
            match survey.open_to_others {
                1 => "1 line is".to_owned(),
                many => format!("{many} lines are"),
            }
        )?;
    }
    Ok(())
}

/// Names the clients whose secret is in no record of the file; `None` if there are none. Where a
/// command recovers what an interrupted run left, their secrets may be among that.
pub(crate) fn unrecorded(ids: &[&str], file: &Path, recovery: Option<&str>) -> Option<String> {
    const NAMED: usize = 5;
    let named: Vec<_> = ids
        .iter()
        .take(NAMED)
        .map(|id| format!("`{}`", safe_text(id)))
        .collect();
    let more = match ids.len() {
        0 => return None,
        all if all > NAMED => format!(" and {} more", all - NAMED),
        _ => String::new(),
    };
    let (clients, have) = match ids.len() {
        1 => ("1 client".to_owned(), "has"),
        many => (format!("{many} clients"), "have"),
    };
    let first = recovery.map(|command| {
        format!("an interrupted run left its journal: run `{command}` first; then ")
    });
    let first = first.unwrap_or_default();
    Some(format!(
        "{clients} {have} a secret and no record in `{}`: {}{more}; {first}record what you know with `hydra-gitops secrets add ID`, and delete and create again what nobody knows",
        file.display(),
        named.join(", ")
    ))
}

/// Describes a problem with a line, checked against the Hydra named `hydra`.
pub(crate) fn problem(problem: &Problem<'_>, hydra: &str) -> String {
    match problem {
        Problem::Line(at_fault) => fault(at_fault),
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
