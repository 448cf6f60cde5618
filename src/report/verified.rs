//! What came of trying secrets, as text.

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
    for Tried {
        line,
        record,
        verdict,
    } in tried
    {
        let (who, file) = (
            who(record),
            safe_text(&file.display().to_string()).into_owned(),
        );
        let place = paint(DIM, &format!("{file}:{line}"));
        match verdict {
            Verdict::Accepted { .. } if detail == Detail::Quiet => {}
            Verdict::Accepted { recorded } => {
                let note = if *recorded {
                    "  recorded as confirmed"
                } else {
                    ""
                };
                writeln!(out, "{} {who}{note}  {place}", paint(CREATE, "accepted"))?;
            }
            // The public endpoint is that Hydra's: it knows another secret.
            Verdict::Refused if accepted > 0 => {
                writeln!(out, "{} {who}  {place}", paint(ERROR, "wrong"))?;
            }
            Verdict::Refused => writeln!(out, "{} {who}  {place}", paint(ERROR, "refused"))?,
            Verdict::NotTried(why) => {
                let (word, why) = (paint(ERROR, "not tried"), safe_text(why));
                writeln!(out, "{word} {who}  {why}  {place}")?;
            }
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
