//! Tables as Go's `text/tabwriter` aligns them with tabs, eight columns each.

use std::io::{self, Write};

use super::row::{Row, Rows};
use crate::text::safe_text;

const TAB: usize = 8;

const HEADER: [&str; 7] = [
    "CLIENT ID",
    "CLIENT SECRET",
    "GRANT TYPES",
    "RESPONSE TYPES",
    "SCOPE",
    "AUDIENCE",
    "REDIRECT URIS",
];

/// Writes one client as a line for each property, and several as a line each, below a header.
pub(crate) fn table(rows: Rows<'_>, out: &mut dyn Write) -> io::Result<()> {
    let header = HEADER.map(str::to_owned);
    match rows {
        Rows::One(row) => {
            let lines = header.into_iter().zip(columns(row));
            let lines: Vec<Vec<String>> = lines.map(|(name, value)| vec![name, value]).collect();
            write_lines(&lines, out)
        }
        Rows::Many(rows) => {
            let rows = rows.iter().map(|row| columns(row).to_vec());
            let lines: Vec<Vec<String>> = [header.to_vec()].into_iter().chain(rows).collect();
            write_lines(&lines, out)
        }
    }
}

fn columns(row: &Row) -> [String; 7] {
    let columns = [
        row.id().to_owned(),
        row.text("client_secret").to_owned(),
        row.list("grant_types", ", "),
        row.list("response_types", ", "),
        row.text("scope").to_owned(),
        row.list("audience", ","),
        row.list("redirect_uris", ", "),
    ];
    columns.map(|text| safe_text(&text).into_owned())
}

/// Each cell is followed by at least one tab.
fn write_lines(lines: &[Vec<String>], out: &mut dyn Write) -> io::Result<()> {
    let length = |cell: &String| cell.chars().count();
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        let longest = cells.map(length).max().unwrap_or_default();
        (longest + 1).next_multiple_of(TAB)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for line in lines {
        for (cell, width) in line.iter().zip(&widths) {
            let tabs = (width - length(cell)).div_ceil(TAB);
            write!(out, "{cell}{}", "\t".repeat(tabs))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
