//! A file named `.json` that is no JSON, though it can be read as YAML.

use std::path::Path;
use std::sync::Arc;

use crate::manifest::diagnostics::{Finding, Source, Span};
use serde::de::IgnoredAny;

/// What keeps a file that is named as JSON from being it (RFC 8259): a comma too many, a comment,
/// several documents. Whatever else reads the file would fail.
pub(crate) fn check(source: &Arc<Source>) -> Option<Finding> {
    let ending = Path::new(&*source.path).extension()?;
    if !ending.eq_ignore_ascii_case("json") {
        return None;
    }
    let error = serde_json::from_str::<IgnoredAny>(&source.text).err()?;
    let finding = Finding::warning("the file is named as JSON, and from here on is none");
    let help = "it was read as YAML, and other tools, Ory's among them, refuse it: write it as JSON, or name it `.yaml`";
    Some(finding.help(help).at(source, span(&source.text, &error)))
}

/// The character at an error, which counts bytes from the start of its line.
fn span(text: &str, error: &serde_json::Error) -> Span {
    let lines = || text.split_inclusive('\n');
    let before = error.line().saturating_sub(1);
    let line = lines().nth(before).unwrap_or_default().trim_end();
    let last = error.column().saturating_sub(1);
    let (column, (at, char)) = line
        .char_indices()
        .take_while(|(at, _)| *at <= last)
        .enumerate()
        .last()
        .unwrap_or((0, (0, '\0')));
    let start = lines().take(before).map(str::len).sum::<usize>() + at;
    let length = if line.is_empty() { 0 } else { char.len_utf8() };
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Span {
        start: number(start),
        end: number(start + length),
        line: number(before + 1),
        column: number(column + 1),
    }
}
