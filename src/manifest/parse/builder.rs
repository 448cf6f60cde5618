//! Parser events → nodes.

use std::collections::HashMap;

use super::chunk::Chunk;
use super::fault;
use super::node::{Content, Node};
use super::object::Object;
use super::parser::MAX_REPEATED_BYTES;
use super::parser::MAX_VALUES;
use crate::manifest::diagnostics::{Report, Span};
use serde_saphyr::granit_parser::{self as yaml, Event, ScalarStyle, Tag};

/// A document that asks for more than a limit allows, and where it does.
pub(super) struct TooMuch {
    pub(super) span: Span,
    pub(super) limit: Limit,
}

/// What there is too much of.
#[derive(Clone, Copy)]
pub(super) enum Limit {
    Values,
    Anchored,
    Repeated,
}

/// A list or object whose end was not seen yet.
struct Open<'t> {
    span: Span,
    anchor: usize,
    children: Children<'t>,
}

enum Children<'t> {
    List(Vec<Node<'t>>),
    Object(Object<'t>),
}

/// Receives what a document holds, and the file's findings so far.
type Visit<'v, 't> = &'v mut dyn FnMut(Node<'t>, &mut Report);

pub(super) struct Builder<'t> {
    text: &'t str,
    chunk: Chunk,
    open: Vec<Open<'t>>,
    anchors: HashMap<usize, Node<'t>>,
    /// What the anchors of this document keep.
    anchored_bytes: usize,
    values: usize,
    repeated_bytes: usize,
}

impl<'t> Builder<'t> {
    /// A builder for the events of a chunk of the text.
    pub(super) fn new(text: &'t str, chunk: Chunk) -> Self {
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

    /// Forgets the document begun.
    pub(super) fn abandon(&mut self) {
        self.open.clear();
        self.anchors.clear();
        self.anchored_bytes = 0;
        self.values = 0;
    }

    pub(super) fn take(
        &mut self,
        event: Event<'t>,
        at: yaml::Span,
        report: &mut Report,
        visit: Visit<'_, 't>,
    ) -> Result<(), TooMuch> {
        let span = place(at, self.chunk);
        let node = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let content = match tag {
                    None if style == ScalarStyle::Plain => Content::Plain(text),
                    None => Content::Text(text),
                    Some(tag) if fits(&tag, "str") => Content::Text(text),
                    Some(_) => refuse_tag(at, self.chunk, report),
                };
                self.anchored(anchor, Node { span, content })?
            }
            Event::SequenceStart(_, anchor, tag) => {
                if tag.is_some_and(|tag| !fits(&tag, "seq")) {
                    refuse_tag(at, self.chunk, report);
                }
                self.start(Children::List(Vec::new()), anchor, span);
                return Ok(());
            }
            Event::MappingStart(_, anchor, tag) => {
                if tag.is_some_and(|tag| !fits(&tag, "map")) {
                    refuse_tag(at, self.chunk, report);
                }
                self.start(Children::Object(Object::default()), anchor, span);
                return Ok(());
            }
            Event::SequenceEnd | Event::MappingEnd => match self.close(span, report)? {
                Some(node) => node,
                None => return Ok(()),
            },
            Event::Alias(id) => self.repeat(id, span, report)?,
            Event::UnresolvedAlias(_) => {
                report.add(span, fault::no_anchor());
                Node {
                    span,
                    content: Content::Faulty,
                }
            }
            Event::DocumentStart(..) | Event::DocumentEnd => {
                self.abandon();
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.put(node, report, visit)
    }

    fn start(&mut self, children: Children<'t>, anchor: usize, span: Span) {
        self.open.push(Open {
            span,
            anchor,
            children,
        });
    }

    /// Puts a finished node where it belongs.
    fn put(
        &mut self,
        node: Node<'t>,
        report: &mut Report,
        visit: Visit<'_, 't>,
    ) -> Result<(), TooMuch> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(TooMuch {
                span: node.span,
                limit: Limit::Values,
            });
        }
        let depth = self.open.len();
        match self.open.last_mut().map(|open| &mut open.children) {
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

    /// Ends the innermost list or object. A list at the top gives none: its items were handed over.
    fn close(&mut self, end: Span, report: &mut Report) -> Result<Option<Node<'t>>, TooMuch> {
        let Some(Open {
            mut span,
            anchor,
            children,
        }) = self.open.pop()
        else {
            return Ok(None);
        };
        let text = self
            .text
            .get(span.start as usize..end.end as usize)
            .unwrap_or_default();
        span.end = span.start + u32::try_from(text.trim_end().len()).unwrap_or(0);
        let content = match children {
            Children::List(_) if self.open.is_empty() => return Ok(None),
            Children::List(items) => Content::List(items),
            Children::Object(object) => Content::Object(object.finish(report)),
        };
        self.anchored(anchor, Node { span, content }).map(Some)
    }

    /// Keeps a copy of a node that has an anchor (0 is none), for its aliases. That is paid for by
    /// the document, and not by the file, of which this may be a chunk.
    fn anchored(&mut self, anchor: usize, node: Node<'t>) -> Result<Node<'t>, TooMuch> {
        if anchor != 0 {
            let (_, bytes) = size(&node);
            self.anchored_bytes += bytes;
            within(self.anchored_bytes, Limit::Anchored, node.span)?;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn repeat(&mut self, id: usize, span: Span, report: &mut Report) -> Result<Node<'t>, TooMuch> {
        let Some(node) = self.anchors.remove(&id) else {
            report.add(span, fault::alias_of_itself());
            return Ok(Node {
                span,
                content: Content::Faulty,
            });
        };
        let (values, bytes) = size(&node);
        self.values += values;
        self.repeated_bytes += bytes;
        within(self.repeated_bytes, Limit::Repeated, span)?;
        let copy = node.clone();
        self.anchors.insert(id, node);
        Ok(copy)
    }
}

/// Whether copies are few enough.
fn within(bytes: usize, limit: Limit, span: Span) -> Result<(), TooMuch> {
    match bytes > MAX_REPEATED_BYTES {
        true => Err(TooMuch { span, limit }),
        false => Ok(()),
    }
}

/// How many values a node has, and how many bytes a copy takes.
fn size(node: &Node<'_>) -> (usize, usize) {
    let own = (1, size_of::<Node<'_>>());
    let add = |sum: (usize, usize), more: (usize, usize)| (sum.0 + more.0, sum.1 + more.1);
    match &node.content {
        Content::Text(text) | Content::Plain(text) => add(own, (0, text.len())),
        Content::List(items) => items.iter().map(size).fold(own, add),
        Content::Object(entries) => entries
            .iter()
            .map(|entry| {
                add(
                    size(&entry.value),
                    (0, size_of::<super::Entry<'_>>() + entry.key.len()),
                )
            })
            .fold(own, add),
        Content::Faulty => own,
    }
}

/// Whether a tag says no more than what the value is anyway: `!`, or YAML's own of that name.
fn fits(tag: &Tag, core: &str) -> bool {
    tag.is_yaml_core_schema_tag(core) || (tag.handle() == "!" && tag.suffix().is_empty())
}

fn refuse_tag<'t>(at: yaml::Span, chunk: Chunk, report: &mut Report) -> Content<'t> {
    report.add(place(at.tag_span().unwrap_or(at), chunk), fault::tag());
    Content::Faulty
}

/// The parser's place in a chunk as ours in the text. Files are too small to overflow it.
fn place(span: yaml::Span, chunk: Chunk) -> Span {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let bytes = span.byte_range().unwrap_or_default();
    Span {
        start: number(chunk.start + bytes.start),
        end: number(chunk.start + bytes.end),
        line: number(chunk.lines + span.start.line()),
        column: number(span.start.col()).saturating_add(1),
    }
}
