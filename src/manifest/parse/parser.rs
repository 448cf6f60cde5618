//! The parser's events, and the limits that they are read within.

use serde_saphyr::granit_parser::{Event, Options, Parser, options};

use super::builder::Builder;
use super::chunk::Chunk;
use super::node::Node;
use super::syntax;
use crate::manifest::diagnostics::{Finding, Report, Rule, Span};

/// How deep lists and objects may be nested.
pub(super) const MAX_DEPTH: usize = 100;
/// Values in one client, or in one item of a top-level list.
pub(super) const MAX_VALUES: usize = 200_000;
/// What aliases may repeat in one file, and what anchors may hold in one document, in bytes of
/// memory.
pub(super) const MAX_REPEATED_BYTES: usize = 64 << 20;
/// Characters of a key before its colon. YAML allows 1,024; JSON has no limit.
const MAX_KEY: usize = 16 << 10;

pub(super) const NOT_READ: &str = "the rest of this file was not read";

/// Passes each document of a chunk of text to `visit`, or each item of a document that is a list,
/// in order; empty documents are skipped. Faults become findings, and reading continues after
/// them unless there are too many or a limit is reached.
pub(crate) fn parse<'t>(
    text: &'t str,
    chunk: Chunk,
    report: &mut Report,
    visit: &mut dyn FnMut(Node<'t>, &mut Report),
) {
    let own = text.get(chunk.start..chunk.end).unwrap_or_default();
    let mut parser = Parser::new_from_str_with_options(own, parser_options());
    let mut builder = Builder::new(text, chunk);
    while !report.is_full() {
        match parser.next_event() {
            None | Some(Ok((Event::StreamEnd, _))) => return,
            Some(Ok((event, span))) => {
                if builder.take(event, span, report, visit).is_err() {
                    return;
                }
            }
            Some(Err(error)) => {
                let (span, finding) = syntax::finding(&error, own, chunk);
                report.add(span, finding);
                // This document is lost; the next one, after `---`, need not be.
                builder.abandon();
                if !parser.proceed_next_document().unwrap_or(false) {
                    return;
                }
            }
        }
    }
    if !report.is_given_up() {
        let finding = Finding::new(Rule::TooManyErrors, "too many errors in this file");
        report.give_up(Span::FILE, finding.help(NOT_READ));
    }
}

fn parser_options() -> Options {
    options! {
        emit_unresolved_aliases: true,
        emit_comments: false,
        simple_key_max_lookahead: MAX_KEY,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    }
}
