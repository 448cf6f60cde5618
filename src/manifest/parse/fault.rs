//! The findings about text that is no YAML or JSON, or more of it than we take.

use super::builder::Limit;
use super::chunk::Chunk;
use super::parser::MAX_DEPTH;
use super::parser::MAX_REPEATED_BYTES;
use super::parser::MAX_VALUES;
use crate::manifest::diagnostics::{Finding, Span, shown_name};
use serde_saphyr::granit_parser::{ErrorKind, ScanError};

const NOT_READ: &str = "the rest of this file was not read";

/// A fault of syntax, and where the parser met it in the text of that chunk.
pub(super) fn syntax(error: &ScanError, text: &str, chunk: Chunk) -> (Span, Finding) {
    let marker = error.marker();
    let mut start = marker.byte_offset().unwrap_or(text.len()).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let (mut line, mut column) = (marker.line(), marker.col() + 1);
    if is_tab(error.kind())
        && let Some(tab) = tab(text, start)
    {
        (start, line, column) = (tab.at, line + tab.further, tab.column);
    }
    let width = text[start..]
        .chars()
        .next()
        .filter(|char| *char != '\n')
        .map_or(0, char::len_utf8);
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let span = Span {
        start: number(chunk.start + start),
        end: number(chunk.start + start + width),
        line: number(chunk.lines + line),
        column: number(column),
    };
    (span, syntax_finding(error.kind()))
}

/// A tab that indents.
struct Tab {
    /// In bytes.
    at: usize,
    /// How many lines below the one where the parser stopped.
    further: usize,
    /// From 1.
    column: usize,
}

/// The parser may stop at the end of the line above a tab that indents: finds it.
fn tab(text: &str, stopped: usize) -> Option<Tab> {
    let begin = text[..stopped].rfind('\n').map_or(0, |at| at + 1);
    let mut start = begin;
    for (further, line) in text[begin..].split('\n').enumerate() {
        let indented = line.trim_start_matches([' ', '\t']);
        let indent = &line[..line.len() - indented.len()];
        if let Some(at) = indent.find('\t') {
            return Some(Tab {
                at: start + at,
                further,
                column: at + 1,
            });
        }
        if further > 0 && !indented.trim().is_empty() {
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

fn syntax_finding(kind: &ErrorKind) -> Finding {
    let error = |message: String| Finding::error(message);
    match kind {
        ErrorKind::RecursionLimitExceeded => {
            error(format!("lists and objects are nested deeper than {MAX_DEPTH} levels"))
        }
        kind if is_tab(kind) => {
            error("not valid YAML: a tab is used to indent".into()).help("indent with blanks")
        }
        ErrorKind::UnexpectedCharacter { character } if !character.is_ascii_graphic() => error(format!(
            "not valid YAML: the character U+{:04X} is not allowed here",
            u32::from(*character)
        ))
        .help(format!("in quotes, write it as `\\u{:04x}`", u32::from(*character))),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
            error("not valid YAML or JSON: a quote is not closed".into())
                .help("if the text goes on in the next line, that line must be indented")
        }
        ErrorKind::InvalidColonPlacement | ErrorKind::MappingValueNotAllowed => {
            error("not valid YAML or JSON: a colon where none can be".into())
                .help("a bracket or quote above may not be closed; text with a colon and a blank needs quotes")
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            error(format!("not valid YAML or JSON: the `{open}` is not closed"))
        }
        // What a plain `key value` line leads to.
        ErrorKind::SimpleKeyExpected => {
            error("not valid YAML: this is neither a `key: value` nor the rest of one".into())
                .help("write `key: value`, with a blank behind the colon")
        }
        other => error(format!("not valid YAML or JSON: {other}")),
    }
}

pub(super) fn too_much(limit: Limit) -> Finding {
    let message = match limit {
        Limit::Values => format!("more than {MAX_VALUES} values in one client"),
        Limit::Anchored => {
            format!(
                "the anchors of this document hold more than {} MiB",
                MAX_REPEATED_BYTES >> 20
            )
        }
        Limit::Repeated => {
            format!(
                "the aliases of this file repeat more than {} MiB",
                MAX_REPEATED_BYTES >> 20
            )
        }
    };
    Finding::error(message).help(NOT_READ)
}

pub(super) fn too_many_errors() -> Finding {
    Finding::error("too many errors in this file").help(NOT_READ)
}

pub(super) fn alias_of_itself() -> Finding {
    Finding::error("the value refers to itself")
}

// Neither of these two shows the name: where a quote is missing, it may be a secret.

pub(super) fn no_anchor() -> Finding {
    Finding::error("an alias whose anchor was not set before it")
        .help("an alias (`*name`) can only mean an anchor (`&name`) above it in the same document; text that starts with `*` needs quotes")
}

pub(super) fn tag() -> Finding {
    Finding::error("YAML tags such as this mean nothing in a manifest")
        .help("a manifest holds what JSON can say; text that starts with `!` needs quotes")
}

pub(super) fn duplicate_key(key: &str) -> Finding {
    Finding::error(format!("`{}` is said twice", shown_name(key)))
        .field_named(key)
        .help("keep one of the two")
}

pub(super) fn empty_key() -> Finding {
    Finding::error("a value without a name before its colon")
}

pub(super) fn complex_key() -> Finding {
    Finding::error("a name before a colon must be text, not a list or an object")
        .help("text that starts with `{` or `[` needs quotes")
}

pub(super) fn merge_of_no_object() -> Finding {
    Finding::error("`<<` merges an object, or a list of objects")
        .help("write `<<: *name`, where `&name` is set on an object")
}
