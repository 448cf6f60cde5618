//! The findings about text that is not valid YAML or JSON, or not JSON although its file says so.

use std::path::Path;
use std::sync::Arc;

use serde::de::IgnoredAny;
use serde_saphyr::granit_parser::{ErrorKind, ScanError};

use super::chunk::Chunk;
use super::parser::MAX_DEPTH;
use crate::manifest::diagnostics::{Finding, Rule, Source, Span};

/// The finding about a syntax error, and where the parser encountered it in the text of the chunk.
pub(super) fn finding(error: &ScanError, text: &str, chunk: Chunk) -> (Span, Finding) {
    let marker = error.marker();
    let offset = marker.byte_offset().unwrap_or(text.len());
    let mut start = text.floor_char_boundary(offset);
    let (mut line, mut column) = (marker.line(), marker.col() + 1);
    if is_tab(error.kind())
        && let Some((at, lines_below, tab_column)) = tab(text, start)
    {
        (start, line, column) = (at, line + lines_below, tab_column);
    }
    let char = text[start..].chars().next().filter(|char| *char != '\n');
    let end = start + char.map_or(0, char::len_utf8);
    let bytes = chunk.start + start..chunk.start + end;
    let span = Span::new(bytes, chunk.lines + line, column);
    (span, finding_about(error.kind()))
}

/// Finds the tab used for indentation: the parser may stop at the end of the line above it. Gives
/// its byte, how many lines below the one where the parser stopped, and its column from 1.
fn tab(text: &str, stopped: usize) -> Option<(usize, usize, usize)> {
    let begin = text[..stopped].rfind('\n').map_or(0, |at| at + 1);
    let mut start = begin;
    for (lines_below, line) in text[begin..].split('\n').enumerate() {
        let indented = line.trim_start_matches([' ', '\t']);
        let indent = &line[..line.len() - indented.len()];
        if let Some(at) = indent.find('\t') {
            return Some((start + at, lines_below, at + 1));
        }
        if lines_below > 0 && !indented.trim().is_empty() {
            break;
        }
        start += line.len() + 1;
    }
    None
}

fn is_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabInIndentation
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabNotAllowed
    )
}

fn finding_about(kind: &ErrorKind) -> Finding {
    let yaml = |what: &str| Finding::new(Rule::InvalidSyntax, format!("not valid YAML: {what}"));
    let either = |what: &str| {
        let message = format!("not valid YAML or JSON: {what}");
        Finding::new(Rule::InvalidSyntax, message)
    };
    match kind {
        ErrorKind::RecursionLimitExceeded => {
            let message = format!("lists and objects are nested deeper than {MAX_DEPTH} levels");
            Finding::new(Rule::LimitExceeded, message)
        }
        kind if is_tab(kind) => yaml("a tab is used for indentation").help("indent with spaces"),
        ErrorKind::UnexpectedCharacter { character } if !character.is_ascii_graphic() => {
            let code = u32::from(*character);
            yaml(&format!("the character U+{code:04X} is not allowed here"))
                .help(format!("in quotes, write it as `\\u{code:04x}`"))
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
            either("a quote is not closed")
                .help("if the text continues on the next line, indent that line")
        }
        ErrorKind::InvalidColonPlacement | ErrorKind::MappingValueNotAllowed => {
            either("a colon is not allowed here")
                .help("close the bracket or quote above, or put text that contains `: ` in quotes")
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            either(&format!("the `{open}` is not closed"))
        }
        // What a plain `key value` line leads to.
        ErrorKind::SimpleKeyExpected => yaml("this is neither a `key: value` nor part of one")
            .help("write `key: value`, with a space after the colon"),
        other => either(&other.to_string()),
    }
}

/// Checks that a file that ends in `.json` is valid JSON (RFC 8259): without a trailing comma, a
/// comment or a second document. Other tools that read the file would fail.
pub(crate) fn check_strict_json(source: &Arc<Source>) -> Option<Finding> {
    let extension = Path::new(&*source.path).extension()?;
    if !extension.eq_ignore_ascii_case("json") {
        return None;
    }
    let error = serde_json::from_str::<IgnoredAny>(&source.text).err()?;
    let message = "this file ends in `.json` but is not valid JSON from here on";
    let help = "it was read as YAML, but other tools, including Ory's, refuse it: write it as JSON, or rename it to `.yaml`";
    let finding = Finding::new(Rule::NotStrictJson, message).help(help);
    Some(finding.at(source, json_span(&source.text, &error)))
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
