//! The difference in a field, line by line: `-` is what Hydra has, `+` is what the manifest says.

use std::io::{self, Write};

use serde_json::Value as Json;
use similar::{ChangeTag, TextDiff};

use super::style::{CREATE, DIM, REMOVED, paint};
use crate::client::{Field, Shape};
use crate::plan::Difference;
use crate::text::safe_text;

/// Writes the difference in one field.
pub(super) fn write(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    let Difference {
        field,
        manifest,
        hydra,
    } = difference;
    writeln!(out, "    {}", field.name())?;
    let (old, new) = (text(*field, hydra), text(*field, manifest));
    if old == new {
        return writeln!(out, "      (what differs is not shown)");
    }
    let diff = TextDiff::from_lines(&old, &new);
    for group in diff.grouped_ops(1) {
        for change in group.iter().flat_map(|op| diff.iter_inline_changes(op)) {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ("-", REMOVED),
                ChangeTag::Insert => ("+", CREATE),
                ChangeTag::Equal => (" ", DIM),
            };
            let mut line = String::new();
            for (emphasized, part) in change.iter_strings_lossy() {
                let part = safe_text(part.trim_end_matches('\n')).into_owned();
                let style = if emphasized { style.underline() } else { style };
                line.push_str(&paint(style, &part));
            }
            writeln!(out, "      {} {line}", paint(style, sign))?;
        }
    }
    Ok(())
}

/// A value as lines. Lists are sorted, because their order has no meaning; JSON is indented.
fn text(field: Field, value: &Json) -> String {
    let mut lines: Vec<String> = match (field.shape(), value) {
        (_, Json::Null) => return "(nothing)\n".to_owned(),
        (Shape::Scope, Json::String(scope)) => {
            scope.split_whitespace().map(str::to_owned).collect()
        }
        (Shape::List, Json::Array(items)) => items
            .iter()
            .map(|item| {
                item.as_str()
                    .map_or_else(|| item.to_string(), str::to_owned)
            })
            .collect(),
        (Shape::Json, value) => {
            return format!("{:#}\n", value);
        }
        (_, Json::String(text)) if text.is_empty() => return "(empty)\n".to_owned(),
        (_, Json::String(text)) => return format!("{}\n", safe_text(text)),
        (_, value) => return format!("{value}\n"),
    };
    lines.sort_unstable();
    lines.dedup();
    if lines.is_empty() {
        return "(empty)\n".to_owned();
    }
    lines
        .iter()
        .map(|line| format!("{}\n", safe_text(line)))
        .collect()
}
