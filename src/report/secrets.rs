//! Lists what a secrets file contains, without decrypting anything.

use std::io::{self, Write};

use super::style::{BOLD, DIM, WARNING, paint};
use super::text::Detail;
use crate::text::safe_text;
use crate::vault::{Content, Record, Sealed, Standing};

/// Writes one line per secret, and the totals.
pub fn text(content: &Content, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    if detail != Detail::Quiet {
        let mut lines = content.standings();
        lines.try_for_each(|(_, record, standing)| write_line(record, standing, out))?;
    }
    for (line, error) in &content.broken {
        writeln!(
            out,
            "{} line {line}: {}",
            paint(WARNING, "broken"),
            safe_text(error)
        )?;
    }
    let (secrets, broken) = (content.records.len(), content.broken.len());
    writeln!(
        out,
        "{}: {secrets} recorded, {broken} broken",
        paint(BOLD, "secrets")
    )
}

fn write_line(record: &Record, standing: Standing, out: &mut dyn Write) -> io::Result<()> {
    let name = record
        .client_name
        .as_deref()
        .map(|name| format!(" ({})", safe_text(name)))
        .unwrap_or_default();
    let is_superseded = standing == Standing::Superseded;
    let notes = [
        (matches!(record.secret, Sealed::Clear(_)), "in clear"),
        (
            record.unconfirmed && !is_superseded,
            "unconfirmed: try it with `secrets verify`",
        ),
        (record.unconfirmed && is_superseded, "unconfirmed"),
        (is_superseded, "superseded by a later line"),
    ];
    let notes: Vec<&str> = notes
        .iter()
        .filter_map(|(holds, note)| holds.then_some(*note))
        .collect();
    let notes = match notes.is_empty() {
        true => String::new(),
        false => format!("  {}", paint(WARNING, &notes.join(", "))),
    };
    writeln!(
        out,
        "{}{name}  {}  {}{notes}{}",
        paint(BOLD, &safe_text(&record.client_id)),
        record.created_at,
        safe_text(&record.endpoint),
        record
            .recipients
            .iter()
            .map(|recipient| paint(DIM, &format!("\n    {}", safe_text(recipient))))
            .collect::<String>(),
    )
}
