//! The findings about text that is not valid YAML or JSON.

use serde_saphyr::granit_parser::{ErrorKind, ScanError};

use super::chunk::Chunk;
use super::parser::MAX_DEPTH;
use crate::manifest::diagnostics::{Finding, Rule, Span};

/// The finding about a syntax error, and where the parser encountered it in the text of the chunk.
pub(super) fn finding(error: &ScanError, text: &str, chunk: Chunk) -> (Span, Finding) {
    let marker = error.marker();
    let offset = marker.byte_offset().unwrap_or(text.len());
    let mut start = text.floor_char_boundary(offset);
    let (mut line, mut column) = (marker.line(), marker.col() + 1);
    if is_tab(error.kind())
        && let Some(tab) = tab(text, start)
    {
        (start, line, column) = (tab.at, line + tab.lines_below, tab.column);
    }
    let char = text[start..].chars().next().filter(|char| *char != '\n');
    let end = start + char.map_or(0, char::len_utf8);
    let bytes = chunk.start + start..chunk.start + end;
    let span = Span::new(bytes, chunk.lines + line, column);
    (span, finding_about(error.kind()))
}

/// A tab used for indentation.
struct Tab {
    /// In bytes.
    at: usize,
    /// How many lines below the one where the parser stopped.
    lines_below: usize,
    /// From 1.
    column: usize,
}

/// Finds the tab used for indentation: the parser may stop at the end of the line above it.
fn tab(text: &str, stopped: usize) -> Option<Tab> {
    let begin = text[..stopped].rfind('\n').map_or(0, |at| at + 1);
    let mut start = begin;
    for (lines_below, line) in text[begin..].split('\n').enumerate() {
        let indented = line.trim_start_matches([' ', '\t']);
        let indent = &line[..line.len() - indented.len()];
        if let Some(at) = indent.find('\t') {
            return Some(Tab {
                at: start + at,
                lines_below,
                column: at + 1,
            });
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
        Finding::new(
            Rule::InvalidSyntax,
            format!("not valid YAML or JSON: {what}"),
        )
    };
    match kind {
        ErrorKind::RecursionLimitExceeded => Finding::new(
            Rule::LimitExceeded,
            format!("lists and objects are nested deeper than {MAX_DEPTH} levels"),
        ),
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
