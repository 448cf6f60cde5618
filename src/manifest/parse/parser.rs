//! The parser's events, and what it is allowed to take.

use serde_saphyr::granit_parser::{Event, Options, Parser, options};

use super::builder::Builder;
use super::chunk::Chunk;
use super::fault;
use super::node::Node;
use crate::manifest::diagnostics::{Report, Span};

/// How deep lists and objects may lie within each other.
pub(super) const MAX_DEPTH: usize = 100;
/// Values in one client, or in one item of a list at the top.
pub(super) const MAX_VALUES: usize = 200_000;
/// What aliases may repeat in one file, and what anchors may hold in one document, in bytes of
/// memory.
pub(super) const MAX_REPEATED_BYTES: usize = 64 << 20;
/// Characters of a key before its colon. YAML says 1,024; JSON knows no limit.
const MAX_KEY: usize = 16 << 10;

/// Hands each document of a chunk of the text to `visit`, or each item of a document that is a list,
/// in the order of the text; empty documents are left out. Faults become findings, and reading goes on behind
/// them, unless they are too many or a limit is reached.
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
                if let Err(too_much) = builder.take(event, span, report, visit) {
                    return report.add(too_much.span, fault::too_much(too_much.limit));
                }
            }
            Some(Err(error)) => {
                let (span, finding) = fault::syntax(&error, own, chunk);
                report.add(span, finding);
                // This document is lost; the next one, behind `---`, need not be.
                builder.abandon();
                if !parser.proceed_next_document().unwrap_or(false) {
                    return;
                }
            }
        }
    }
    if report.is_given_up() {
        return;
    }
    let nothing_shown = Span {
        start: 0,
        end: 0,
        ..Span::FILE
    };
    report.give_up(nothing_shown, fault::too_many_errors());
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
