//! YAML or JSON text → values that know their place.
//!
//! Built from the parser's events rather than through serde: that keeps the spelling of numbers,
//! the places of both of two equal keys, and goes on after a fault. JSON is read by the same
//! parser, as YAML 1.2 means it to be.
//!
//! The text is not trusted. Depth is limited by the parser, values by [`MAX_VALUES`], and what
//! anchors hold and aliases repeat by [`MAX_REPEATED_BYTES`], so that a few lines cannot become gigabytes. The items
//! of a list at the top are handed over one by one, so that a file of many clients needs the
//! memory of one.

mod builder;
mod fault;
mod object;

use std::borrow::Cow;

use serde_saphyr::granit_parser::{Event, Options, Parser, options};

use super::finding::{Report, Span};
use super::part::Part;
use builder::Builder;

/// How deep lists and objects may lie within each other.
const MAX_DEPTH: usize = 100;
/// Values in one client, or in one item of a list at the top.
const MAX_VALUES: usize = 200_000;
/// What aliases may repeat in one file, and what anchors may hold in one document, in bytes of
/// memory.
const MAX_REPEATED_BYTES: usize = 64 << 20;
/// Characters of a key before its colon. YAML says 1,024; JSON knows no limit.
const MAX_KEY: usize = 16 << 10;

/// A value and where it is.
#[derive(Debug, Clone)]
pub(crate) struct Node<'t> {
    pub(crate) span: Span,
    pub(crate) content: Content<'t>,
}

impl Node<'_> {
    /// Whether there is no text at all where a value could be.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self.content, Content::Plain(_)) && self.span.start == self.span.end
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Content<'t> {
    /// Text in quotes, of a block scalar, or tagged `!!str`.
    Text(Cow<'t, str>),
    /// Text without quotes, of which [`super::scalar`] knows the meaning.
    Plain(Cow<'t, str>),
    List(Vec<Node<'t>>),
    Object(Vec<Entry<'t>>),
    /// A value about which a finding was made already.
    Faulty,
}

/// A key of an object, and its value. Where a key comes again, that value is faulty.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'t> {
    pub(crate) key: Cow<'t, str>,
    pub(crate) key_span: Span,
    pub(crate) value: Node<'t>,
}

/// Hands each document of a part of the text to `visit`, or each item of a document that is a list,
/// in the order of the text; empty documents are left out. Faults become findings, and reading goes on behind
/// them, unless they are too many or a limit is reached.
pub(crate) fn read<'t>(
    text: &'t str,
    part: Part,
    report: &mut Report,
    visit: &mut dyn FnMut(Node<'t>, &mut Report),
) {
    let own = text.get(part.start..part.end).unwrap_or_default();
    let mut parser = Parser::new_from_str_with_options(own, parser_options());
    let mut builder = Builder::new(text, part);
    while !report.is_full() {
        match parser.next_event() {
            None | Some(Ok((Event::StreamEnd, _))) => return,
            Some(Ok((event, span))) => {
                if let Err(too_much) = builder.take(event, span, report, visit) {
                    return report.add(too_much.span, fault::too_much(too_much.limit));
                }
            }
            Some(Err(error)) => {
                let (span, finding) = fault::syntax(&error, own, part);
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
