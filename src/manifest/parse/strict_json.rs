//! Files that end in `.json` and are not valid JSON.

use std::path::Path;
use std::sync::Arc;

use serde::de::IgnoredAny;

use crate::manifest::diagnostics::{Finding, Rule, Source, Span};

/// Checks that a file that ends in `.json` is valid JSON (RFC 8259): without a trailing comma, a
/// comment or a second document. Other tools that read the file would fail.
pub(crate) fn check_strict_json(source: &Arc<Source>) -> Option<Finding> {
    let extension = Path::new(&*source.path).extension()?;
    if !extension.eq_ignore_ascii_case("json") {
        return None;
    }
    let error = serde_json::from_str::<IgnoredAny>(&source.text).err()?;
    let span = json_span(&source.text, &error);
    let message = "this file ends in `.json` but is not valid JSON from here on";
    let what = what_to_change(&source.text, span);
    let help = format!(
        "{what}it was read as YAML, but other tools, including Ory's, refuse it: write it as JSON, or rename it to `.yaml`"
    );
    let finding = Finding::new(Rule::NotStrictJson, message).help(help);
    Some(finding.at(source, span))
}

/// What to do about the commonest of what JSON does not have.
fn what_to_change(text: &str, span: Span) -> &'static str {
    let (before, rest) = text.split_at(text.floor_char_boundary(span.range().start));
    match rest.chars().next() {
        Some('}' | ']') if before.trim_end().ends_with(',') => "remove the comma above; ",
        Some('#') => "remove the comment; ",
        Some('\'') => "write `\"` for `'`; ",
        Some('T') if rest.starts_with("True") => "write `true`; ",
        Some('F') if rest.starts_with("False") => "write `false`; ",
        Some('N') if rest.starts_with("None") => "write `null`; ",
        Some(char) if char.is_alphabetic() => "put names and text in quotes; ",
        _ => "",
    }
}

/// The character at an error, whose column counts bytes from the start of the line.
fn json_span(text: &str, error: &serde_json::Error) -> Span {
    let lines = || text.split_inclusive('\n');
    let before = error.line().saturating_sub(1);
    let line = lines().nth(before).unwrap_or_default().trim_end();
    let last = line.floor_char_boundary(error.column().saturating_sub(1));
    let last = last.min(line.char_indices().next_back().map_or(0, |(at, _)| at));
    let length = line[last..].chars().next().map_or(0, char::len_utf8);
    let start = lines().take(before).map(str::len).sum::<usize>() + last;
    let column = line[..last].chars().count() + 1;
    Span::new(start..start + length, before + 1, column)
}
