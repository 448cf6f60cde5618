//! Values with their locations. The keys of an object are text, each once, with merge keys resolved.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::client::Field;
use crate::manifest::diagnostics::{Finding, Report, Rule, Span, shown_name};

#[derive(Debug, Clone)]
pub(crate) struct Node<'t> {
    pub(crate) span: Span,
    pub(crate) content: Content<'t>,
    pub(crate) origin: Origin,
}

/// Where the text of a scalar comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// It stands in the manifest.
    Manifest,
    /// A reference in it was replaced.
    Value,
    /// The same, by something that nobody may see.
    Secret,
}

impl<'t> Node<'t> {
    pub(crate) fn new(span: Span, content: Content<'t>) -> Self {
        let origin = Origin::Manifest;
        Self {
            span,
            content,
            origin,
        }
    }

    /// Whether any scalar in it is secret.
    pub(crate) fn is_secret(&self) -> bool {
        match &self.content {
            Content::List(items) => items.iter().any(Self::is_secret),
            Content::Object(entries) => entries.iter().any(|entry| entry.value.is_secret()),
            _ => self.origin == Origin::Secret,
        }
    }

    /// Whether there is no text at all where a value could be.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self.content, Content::Plain(_)) && self.span.start == self.span.end
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Content<'t> {
    /// Quoted text, a block scalar, or text tagged `!!str`.
    Text(Cow<'t, str>),
    /// Unquoted text, which [`super::resolve`] interprets.
    Plain(Cow<'t, str>),
    List(Vec<Node<'t>>),
    Object(Vec<Entry<'t>>),
    /// A value that a finding has been reported for.
    Faulty,
}

/// A key of an object and its value. The value of a repeated key is faulty.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'t> {
    pub(crate) key: Cow<'t, str>,
    pub(crate) key_span: Span,
    pub(crate) value: Node<'t>,
}

impl<'t> Entry<'t> {
    pub(crate) fn new(key: impl Into<Cow<'t, str>>, key_span: Span, value: Node<'t>) -> Self {
        Self {
            key: key.into(),
            key_span,
            value,
        }
    }

    pub(crate) fn renamed(self, field: Field) -> Self {
        let key = field.name().into();
        Self { key, ..self }
    }

    /// Whether the key may be a secret itself: it has no value, as in `{"client_secret", "…"}`,
    /// where a comma was typed instead of a colon, or after an `&`, which makes an anchor of the
    /// name.
    pub(crate) fn may_be_secret(&self) -> bool {
        self.value.is_absent() && Field::from_name(&self.key).is_none()
    }
}

/// A key whose value has not been read yet.
enum Key<'t> {
    Text(Cow<'t, str>, Span),
    /// `<<` without quotes.
    Merge,
    Faulty(Span),
}

/// An object that is not complete yet.
#[derive(Default)]
pub(super) struct Object<'t> {
    entries: Vec<Entry<'t>>,
    key: Option<Key<'t>>,
    merges: Vec<Node<'t>>,
    /// Values without a key, kept so that they are masked where their line is shown.
    lost: Vec<Entry<'t>>,
}

impl<'t> Object<'t> {
    /// Takes the next key, or the value of the last one.
    pub(super) fn put(&mut self, node: Node<'t>, report: &mut Report) {
        match self.key.take() {
            None => self.key = Some(key(node, report)),
            Some(Key::Text(key, span)) => self.entries.push(Entry::new(key, span, node)),
            Some(Key::Merge) => self.merges.push(node),
            Some(Key::Faulty(span)) => {
                let value = Node::new(node.span, Content::Faulty);
                self.lost.push(Entry::new("", span, value));
            }
        }
    }

    /// The entries. A repeated key is a finding, and its later values are faulty. A merged key is
    /// used only if the object does not have it; the first merge wins.
    pub(super) fn finish(mut self, report: &mut Report) -> Vec<Entry<'t>> {
        let mut seen: HashMap<Cow<'t, str>, Span> = HashMap::with_capacity(self.entries.len());
        for entry in &mut self.entries {
            let Some(first) = seen.get(&entry.key) else {
                seen.insert(entry.key.clone(), entry.key_span);
                continue;
            };
            let message = format!("`{}` is given twice", shown_name(&entry.key));
            let finding = Finding::new(Rule::DuplicateKey, message).field_named(&entry.key);
            let finding = finding.help(match &*entry.key {
                "client_id" => {
                    "remove one of the two; if two clients are meant, write `---` between them"
                }
                _ => "remove one of the two",
            });
            let finding = finding.at(&report.source, entry.key_span);
            report.push(finding.also(&report.source, *first, "first here"));
            entry.value.content = Content::Faulty;
        }
        for merge in self.merges {
            for entry in merged(merge, report) {
                if !seen.contains_key(&entry.key) {
                    seen.insert(entry.key.clone(), entry.key_span);
                    self.entries.push(entry);
                }
            }
        }
        self.entries.append(&mut self.lost);
        self.entries
    }
}

fn key<'t>(node: Node<'t>, report: &mut Report) -> Key<'t> {
    if node.is_absent() {
        let message = "a value has no name before its colon";
        report.add(node.span, Finding::new(Rule::InvalidKey, message));
        return Key::Faulty(node.span);
    }
    match node.content {
        Content::Plain(text) if text == "<<" => Key::Merge,
        Content::Text(text) | Content::Plain(text) => Key::Text(text, node.span),
        Content::List(_) | Content::Object(_) => {
            let message = "a name before a colon must be text, not a list or an object";
            let finding = Finding::new(Rule::InvalidKey, message);
            let help = "text that starts with `{` or `[` needs quotes";
            // Not shown: it may contain anything.
            report.add_hidden(node.span, finding.help(help));
            Key::Faulty(node.span)
        }
        Content::Faulty => Key::Faulty(node.span),
    }
}

/// The entries that a merge key adds: those of an object, or of a list of objects
/// (<https://yaml.org/type/merge.html>).
fn merged<'t>(node: Node<'t>, report: &mut Report) -> Vec<Entry<'t>> {
    match node.content {
        Content::Object(entries) => entries,
        Content::List(items) => {
            let items = items.into_iter();
            items.flat_map(|item| merged(item, report)).collect()
        }
        Content::Faulty => Vec::new(),
        Content::Text(_) | Content::Plain(_) => {
            let message = "`<<` merges an object, or a list of objects";
            let finding = Finding::new(Rule::InvalidMerge, message);
            let help = "write `<<: *name`, where `&name` is set on an object";
            report.add(node.span, finding.help(help));
            Vec::new()
        }
    }
}
