//! The results of verifying secrets, as text.

use std::io::{self, Write};
use std::path::Path;

use super::style::{BOLD, CREATE, DIM, ERROR, paint};
use super::text::Detail;
use crate::reconcile::{Tried, Verdict};
use crate::text::{count, safe_text};
use crate::vault::Record;

/// Writes one line per secret, and the totals. With [`Detail::Quiet`], omits the accepted secrets.
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
            // If the public endpoint accepts any secret, it belongs to this Hydra, and a refusal is
            // reliable.
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

/// Writes the line of a record; `refusal` is the word for a refused secret.
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

/// The id of a record's client, with its name if that adds information.
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
