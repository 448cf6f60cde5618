//! The parser's events → nodes, and the limits within which they are read.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_saphyr::granit_parser::{
    self as yaml, Event, Options, Parser, ScalarStyle, Tag, options,
};

use super::chunk::Chunk;
use super::node::{Content, Entry, Node, Object};
use super::syntax;
use crate::manifest::diagnostics::{Finding, Report, Rule, Span};

/// How deep lists and objects may be nested.
pub(super) const MAX_DEPTH: usize = 100;
/// Values in one client, or in one item of a top-level list.
const MAX_VALUES: usize = 200_000;
/// What aliases may repeat in one file, and what anchors may hold in one document, in bytes of
/// memory.
const MAX_REPEATED_BYTES: usize = 64 << 20;
/// Characters of a key before its colon. YAML allows 1,024; JSON has no limit.
const MAX_KEY: usize = 16 << 10;

const NOT_READ: &str = "the rest of this file was not read";

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

/// The document exceeds a limit, and that was reported.
struct Exceeded;

/// A list or object that is not complete yet, and its anchor.
struct Open<'t>(Span, usize, Children<'t>);

enum Children<'t> {
    List(Vec<Node<'t>>),
    Object(Object<'t>),
}

/// Receives the clients of a document, and the findings of the file so far.
type Visit<'v, 't> = &'v mut dyn FnMut(Node<'t>, &mut Report);

struct Builder<'t> {
    text: &'t str,
    chunk: Chunk,
    open: Vec<Open<'t>>,
    anchors: HashMap<usize, Node<'t>>,
    /// Memory that the anchors of this document take.
    anchored_bytes: usize,
    values: usize,
    repeated_bytes: usize,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, chunk: Chunk) -> Self {
        Self {
            text,
            chunk,
            open: Vec::new(),
            anchors: HashMap::new(),
            anchored_bytes: 0,
            values: 0,
            repeated_bytes: 0,
        }
    }

    fn abandon(&mut self) {
        self.open.clear();
        self.anchors.clear();
        self.anchored_bytes = 0;
        self.values = 0;
    }

    fn take(
        &mut self,
        event: Event<'t>,
        at: yaml::Span,
        report: &mut Report,
        visit: Visit<'_, 't>,
    ) -> Result<(), Exceeded> {
        let span = span_of(at, self.chunk);
        let mut fits = |tag: Option<Cow<'_, Tag>>, core| {
            let fits = tag.is_none_or(|tag| fits(&tag, core));
            if !fits {
                let span = span_of(at.tag_span().unwrap_or(at), self.chunk);
                report.add(span, unknown_tag());
            }
            fits
        };
        let node = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = style == ScalarStyle::Plain && tag.is_none();
                let is_lone_anchor = anchor != 0 && is_plain && span.start == span.end;
                let content = match fits(tag, "str") {
                    true if is_lone_anchor => {
                        report.add(self.before(span, '&'), lone_anchor());
                        Content::Faulty
                    }
                    true if is_plain => Content::Plain(text),
                    true => Content::Text(text),
                    false => Content::Faulty,
                };
                self.anchored(anchor, Node::new(span, content), report)?
            }
            Event::SequenceStart(_, anchor, tag) => {
                fits(tag, "seq");
                let children = Children::List(Vec::new());
                self.open.push(Open(span, anchor, children));
                return Ok(());
            }
            Event::MappingStart(_, anchor, tag) => {
                fits(tag, "map");
                let children = Children::Object(Object::default());
                self.open.push(Open(span, anchor, children));
                return Ok(());
            }
            Event::SequenceEnd | Event::MappingEnd => match self.close(span, report)? {
                Some(node) => node,
                None => return Ok(()),
            },
            Event::Alias(id) => self.repeat(id, span, report)?,
            Event::UnresolvedAlias(_) => {
                report.add(span, unknown_anchor());
                Node::new(span, Content::Faulty)
            }
            Event::DocumentStart(..) | Event::DocumentEnd => {
                self.abandon();
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.put(node, report, visit)
    }

    /// The last place of a character in the line, up to a span.
    fn before(&self, span: Span, char: char) -> Span {
        let before = self.text.get(..span.start as usize).unwrap_or_default();
        let tail = before.rfind(char).map_or("", |at| &before[at..]);
        let length = u32::try_from(tail.chars().count()).unwrap_or(u32::MAX);
        match tail.contains('\n') || length >= span.column {
            true => span,
            false => Span {
                start: span.start - u32::try_from(tail.len()).unwrap_or(0),
                column: span.column - length,
                ..span
            },
        }
    }

    /// Puts a finished node where it belongs.
    fn put(
        &mut self,
        node: Node<'t>,
        report: &mut Report,
        visit: Visit<'_, 't>,
    ) -> Result<(), Exceeded> {
        self.values += 1;
        if self.values > MAX_VALUES {
            let message = format!("more than {MAX_VALUES} values in one client");
            return Err(exceeded(&message, node.span, report));
        }
        let depth = self.open.len();
        match self.open.last_mut().map(|Open(_, _, children)| children) {
            None if node.is_absent() => {}
            None => visit(node, report),
            Some(Children::List(_)) if depth == 1 => {
                self.values = 0;
                visit(node, report);
            }
            Some(Children::List(items)) => items.push(node),
            Some(Children::Object(object)) => object.put(node, report),
        }
        Ok(())
    }

    /// Completes the innermost list or object. A top-level list yields none: its items were visited.
    fn close(&mut self, end: Span, report: &mut Report) -> Result<Option<Node<'t>>, Exceeded> {
        let Some(Open(mut span, anchor, children)) = self.open.pop() else {
            return Ok(None);
        };
        let text = self.text.get(span.start as usize..end.end as usize);
        let length = text.unwrap_or_default().trim_end().len();
        span.end = span.start + u32::try_from(length).unwrap_or(0);
        let content = match children {
            Children::List(_) if self.open.is_empty() => return Ok(None),
            Children::List(items) => Content::List(items),
            Children::Object(object) => Content::Object(object.finish(report)),
        };
        let node = Node::new(span, content);
        self.anchored(anchor, node, report).map(Some)
    }

    /// Keeps a copy of a node that has an anchor (0 means none) for its aliases. The limit applies
    /// to each document, because the file may be read in chunks.
    fn anchored(
        &mut self,
        anchor: usize,
        node: Node<'t>,
        report: &mut Report,
    ) -> Result<Node<'t>, Exceeded> {
        if anchor != 0 {
            self.anchored_bytes += size(&node).1;
            if self.anchored_bytes > MAX_REPEATED_BYTES {
                let most = MAX_REPEATED_BYTES >> 20;
                let message = format!("the anchors of this document hold more than {most} MiB");
                return Err(exceeded(&message, node.span, report));
            }
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn repeat(&mut self, id: usize, span: Span, report: &mut Report) -> Result<Node<'t>, Exceeded> {
        let Some(node) = self.anchors.get(&id) else {
            let message = "the value refers to itself";
            report.add(span, Finding::new(Rule::RecursiveAlias, message));
            return Ok(Node::new(span, Content::Faulty));
        };
        let (values, bytes) = size(node);
        self.values += values;
        self.repeated_bytes += bytes;
        if self.repeated_bytes > MAX_REPEATED_BYTES {
            let mebibytes = MAX_REPEATED_BYTES >> 20;
            let message = format!("the aliases of this file repeat more than {mebibytes} MiB");
            return Err(exceeded(&message, span, report));
        }
        Ok(node.clone())
    }
}

fn exceeded(message: &str, span: Span, report: &mut Report) -> Exceeded {
    let finding = Finding::new(Rule::LimitExceeded, message);
    report.add(span, finding.help(NOT_READ));
    Exceeded
}

/// How many values a node has, and how many bytes a copy takes.
fn size(node: &Node<'_>) -> (usize, usize) {
    let own = size_of::<Node<'_>>();
    let sum = |sum: (usize, usize), more: (usize, usize)| (sum.0 + more.0, sum.1 + more.1);
    match &node.content {
        Content::Text(text) | Content::Plain(text) => (1, own + text.len()),
        Content::List(items) => items.iter().map(size).fold((1, own), sum),
        Content::Object(entries) => entries.iter().fold((1, own), |all, entry| {
            let key = size_of::<Entry<'_>>() + entry.key.len();
            sum(sum(all, size(&entry.value)), (0, key))
        }),
        Content::Faulty => (1, own),
    }
}

/// Whether a tag only confirms the type of the value: `!`, or YAML's own tag of that name.
fn fits(tag: &Tag, core: &str) -> bool {
    tag.is_yaml_core_schema_tag(core) || (tag.handle() == "!" && tag.suffix().is_empty())
}

/// The tag is not shown: where a quote is missing, it may be a secret.
fn unknown_tag() -> Finding {
    let finding = Finding::new(Rule::YamlTag, "manifests do not support this YAML tag");
    finding.help("a manifest has the types of JSON; text that starts with `!` needs quotes")
}

/// Text that starts with `&` and has no quotes would be read as no value at all.
fn lone_anchor() -> Finding {
    let message = "an anchor (`&name`) marks no value";
    Finding::new(Rule::AmbiguousValue, message).help(
        "put text that starts with `&` in quotes; an anchor stands before the value that it marks",
    )
}

/// As for tags, the name is not shown.
fn unknown_anchor() -> Finding {
    let message = "the alias refers to an anchor that is not defined above it";
    Finding::new(Rule::UnknownAnchor, message).help(
        "put text that starts with `*` in quotes; if an alias (`*name`) is meant, define its anchor (`&name`) above it, in the same document",
    )
}

/// The parser's position in a chunk as a span of the whole text.
fn span_of(span: yaml::Span, chunk: Chunk) -> Span {
    let bytes = span.byte_range().unwrap_or_default();
    let bytes = chunk.start + bytes.start..chunk.start + bytes.end;
    Span::new(bytes, chunk.lines + span.start.line(), span.start.col() + 1)
}
