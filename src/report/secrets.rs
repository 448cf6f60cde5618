//! Lists what a secrets file contains, without decrypting anything.

use std::io::{self, Write};

use serde::Serialize;

use super::safe_json;
use super::style::{BOLD, DIM, WARNING, paint};
use super::text::Detail;
use crate::text::safe_text;
use crate::vault::{Content, Sealed, Standing};

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    secrets: Vec<Line<'a>>,
    broken: Vec<Broken<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    line: usize,
    client_id: &'a str,
    client_name: Option<&'a str>,
    endpoint: &'a str,
    created_at: String,
    recipients: &'a [String],
    encrypted: bool,
    unconfirmed: bool,
    superseded: bool,
}

#[derive(Serialize)]
struct Broken<'a> {
    line: usize,
    error: &'a str,
}

fn lines(content: &Content) -> Vec<Line<'_>> {
    let lines = content.standings();
    lines
        .map(|(line, record, standing)| Line {
            line,
            client_id: &record.client_id,
            client_name: record.client_name.as_deref(),
            endpoint: &record.endpoint,
            created_at: record.created_at.to_string(),
            recipients: &record.recipients,
            encrypted: matches!(record.secret, Sealed::Encrypted(_)),
            unconfirmed: record.unconfirmed,
            superseded: standing == Standing::Superseded,
        })
        .collect()
}

/// Writes `hydra-gitops/secrets/1`.
///
/// # Errors
/// Those of the writer.
pub fn json(content: &Content, out: &mut dyn Write) -> io::Result<()> {
    let broken = content
        .broken
        .iter()
        .map(|(line, error)| Broken { line: *line, error })
        .collect();
    let document = Document {
        format: "hydra-gitops/secrets/1",
        secrets: lines(content),
        broken,
    };
    safe_json::pretty(&document, out)
}

/// Writes one line per secret, and the totals.
///
/// # Errors
/// Those of the writer.
pub fn text(content: &Content, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    let lines = lines(content);
    if detail != Detail::Quiet {
        lines.iter().try_for_each(|line| write_line(line, out))?;
    }
    for (line, error) in &content.broken {
        writeln!(
            out,
            "{} line {line}: {}",
            paint(WARNING, "broken"),
            safe_text(error)
        )?;
    }
    let (secrets, broken) = (lines.len(), content.broken.len());
    writeln!(
        out,
        "{}: {secrets} recorded, {broken} broken",
        paint(BOLD, "secrets")
    )
}

fn write_line(line: &Line<'_>, out: &mut dyn Write) -> io::Result<()> {
    let name = line
        .client_name
        .map(|name| format!(" ({})", safe_text(name)))
        .unwrap_or_default();
    let notes = [
        (!line.encrypted, "in clear"),
        (
            line.unconfirmed && !line.superseded,
            "unconfirmed: try it with `secrets verify`",
        ),
        (line.unconfirmed && line.superseded, "unconfirmed"),
        (line.superseded, "superseded by a later line"),
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
        paint(BOLD, &safe_text(line.client_id)),
        line.created_at,
        safe_text(line.endpoint),
        line.recipients
            .iter()
            .map(|recipient| paint(DIM, &format!("\n    {}", safe_text(recipient))))
            .collect::<String>(),
    )
}
