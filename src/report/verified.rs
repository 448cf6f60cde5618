//! The result of verifying secrets, as text.

use std::io::{self, Write};
use std::path::Path;

use super::style::{BOLD, CREATE, DIM, ERROR, paint};
use super::text::Detail;
use crate::reconcile::{Tried, Verdict};
use crate::text::{count, safe_text};
use crate::vault::Record;

/// Writes a line a secret, and the totals. With [`Detail::Quiet`] those that were accepted are left
/// out.
///
/// # Errors
/// The writer's own.
pub fn text(
    tried: &[Tried<'_>],
    file: &Path,
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
            // The public endpoint is that Hydra's where it accepts any: it knows another secret then.
            let refusal = if accepted > 0 { "wrong" } else { "refused" };
            write_line(one, refusal, file, out)?;
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

/// Writes a line about a record; `refusal` is what a refused secret is called.
fn write_line(one: &Tried<'_>, refusal: &str, file: &Path, out: &mut dyn Write) -> io::Result<()> {
    let who = who(one.record);
    let file = file.display().to_string();
    let place = paint(DIM, &format!("{}:{}", safe_text(&file), one.line));
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

/// A record's client by its id, with its name where that tells more.
fn who(record: &Record) -> String {
    let id = &record.client_id;
    let name = record.client_name.as_ref();
    let name = name.filter(|name| !name.is_empty() && *name != id);
    let name = name.map(|name| format!(" ({})", safe_text(name)));
    format!(
        "{}{}",
        paint(BOLD, &safe_text(id)),
        name.unwrap_or_default()
    )
}
