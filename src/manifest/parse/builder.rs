//! Parser events → nodes.

use std::collections::HashMap;

use serde_saphyr::granit_parser::{self as yaml, Event, ScalarStyle, Tag};

use super::chunk::Chunk;
use super::node::{Content, Entry, Node};
use super::object::Object;
use super::parser::{MAX_REPEATED_BYTES, MAX_VALUES, NOT_READ};
use crate::manifest::diagnostics::{Finding, Report, Rule, Span};

/// A document that exceeds a limit, and where it does.
pub(super) struct Exceeded {
    pub(super) span: Span,
    limit: Limit,
}

#[derive(Clone, Copy)]
enum Limit {
    Values,
    Anchored,
    Repeated,
}

impl Exceeded {
    pub(super) fn finding(&self) -> Finding {
        let mebibytes = MAX_REPEATED_BYTES >> 20;
        let message = match self.limit {
            Limit::Values => format!("more than {MAX_VALUES} values in one client"),
            Limit::Anchored => {
                format!("the anchors of this document hold more than {mebibytes} MiB")
            }
            Limit::Repeated => format!("the aliases of this file repeat more than {mebibytes} MiB"),
        };
        Finding::new(Rule::LimitExceeded, message).help(NOT_READ)
    }
}

/// A list or object that is not complete yet.
struct Open<'t> {
    span: Span,
    anchor: usize,
    children: Children<'t>,
}

enum Children<'t> {
    List(Vec<Node<'t>>),
    Object(Object<'t>),
}

/// Receives the clients of a document, and the findings of the file so far.
type Visit<'v, 't> = &'v mut dyn FnMut(Node<'t>, &mut Report);

pub(super) struct Builder<'t> {
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
    /// A builder for the events of a chunk of text.
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

    /// Drops the current document.
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
    ) -> Result<(), Exceeded> {
        let span = span_of(at, self.chunk);
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
                report.add(span, unknown_anchor());
                Node::faulty(span)
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
    ) -> Result<(), Exceeded> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(Exceeded {
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

    /// Completes the innermost list or object. A top-level list yields none: its items were visited.
    fn close(&mut self, end: Span, report: &mut Report) -> Result<Option<Node<'t>>, Exceeded> {
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

    /// Keeps a copy of a node that has an anchor (0 means none) for its aliases. The limit applies
    /// to each document, because the file may be read in chunks.
    fn anchored(&mut self, anchor: usize, node: Node<'t>) -> Result<Node<'t>, Exceeded> {
        if anchor != 0 {
            let (_, bytes) = size(&node);
            self.anchored_bytes += bytes;
            within(self.anchored_bytes, Limit::Anchored, node.span)?;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn repeat(&mut self, id: usize, span: Span, report: &mut Report) -> Result<Node<'t>, Exceeded> {
        let Some(node) = self.anchors.remove(&id) else {
            let message = "the value refers to itself";
            report.add(span, Finding::new(Rule::RecursiveAlias, message));
            return Ok(Node::faulty(span));
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

/// Checks the memory that copies take.
fn within(bytes: usize, limit: Limit, span: Span) -> Result<(), Exceeded> {
    match bytes > MAX_REPEATED_BYTES {
        true => Err(Exceeded { span, limit }),
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
                    (0, size_of::<Entry<'_>>() + entry.key.len()),
                )
            })
            .fold(own, add),
        Content::Faulty => own,
    }
}

/// Whether a tag only confirms the type of the value: `!`, or YAML's own tag of that name.
fn fits(tag: &Tag, core: &str) -> bool {
    tag.is_yaml_core_schema_tag(core) || (tag.handle() == "!" && tag.suffix().is_empty())
}

fn refuse_tag<'t>(at: yaml::Span, chunk: Chunk, report: &mut Report) -> Content<'t> {
    let span = at.tag_span().unwrap_or(at);
    // The name is not shown: where a quote is missing, it may be a secret.
    let finding = Finding::new(Rule::YamlTag, "manifests do not support this YAML tag");
    let help = "a manifest has the types of JSON; text that starts with `!` needs quotes";
    report.add(span_of(span, chunk), finding.help(help));
    Content::Faulty
}

/// As for tags, the name is not shown.
fn unknown_anchor() -> Finding {
    let message = "the alias refers to an anchor that is not defined above it";
    Finding::new(Rule::UnknownAnchor, message).help(
        "define the anchor (`&name`) above its alias (`*name`) in the same document; text that starts with `*` needs quotes",
    )
}

/// The parser's position in a chunk as a span of the whole text.
fn span_of(span: yaml::Span, chunk: Chunk) -> Span {
    let bytes = span.byte_range().unwrap_or_default();
    let bytes = chunk.start + bytes.start..chunk.start + bytes.end;
    Span::new(bytes, chunk.lines + span.start.line(), span.start.col() + 1)
}
