//! The keys of an object: text, each once, with merge keys resolved.

use super::fault;
use super::node::{Content, Entry, Node};
use crate::manifest::diagnostics::{Report, Span};
use std::borrow::Cow;
use std::collections::HashMap;

/// A key whose value was not seen yet.
pub(super) enum Key<'t> {
    Text(Cow<'t, str>, Span),
    /// `<<` without quotes.
    Merge,
    /// Reported already.
    Faulty(Span),
}

/// An object whose end was not seen yet.
#[derive(Default)]
pub(super) struct Object<'t> {
    entries: Vec<Entry<'t>>,
    key: Option<Key<'t>>,
    merges: Vec<Node<'t>>,
    /// Values without a key. Kept, so that they can be masked where their line is shown.
    lost: Vec<Entry<'t>>,
}

impl<'t> Object<'t> {
    /// Takes the next key, or the value of the last one.
    pub(super) fn put(&mut self, node: Node<'t>, report: &mut Report) {
        match self.key.take() {
            None => self.key = Some(key(node, report)),
            Some(Key::Text(key, key_span)) => self.entries.push(Entry {
                key,
                key_span,
                value: node,
            }),
            Some(Key::Merge) => self.merges.push(node),
            Some(Key::Faulty(key_span)) => {
                let value = Node {
                    span: node.span,
                    content: Content::Faulty,
                };
                self.lost.push(Entry {
                    key: Cow::Borrowed(""),
                    key_span,
                    value,
                });
            }
        }
    }

    /// The entries. A key said again is a finding, and its later values are faulty; a merged key
    /// counts only where the object does not say it itself, the first merge winning.
    pub(super) fn finish(mut self, report: &mut Report) -> Vec<Entry<'t>> {
        let mut seen: HashMap<Cow<'t, str>, Span> = HashMap::with_capacity(self.entries.len());
        for entry in &mut self.entries {
            let Some(first) = seen.get(&entry.key) else {
                seen.insert(entry.key.clone(), entry.key_span);
                continue;
            };
            let finding = fault::duplicate_key(&entry.key).at(&report.source, entry.key_span);
            report
                .findings
                .push(finding.also(&report.source, *first, "first here"));
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
        report.add(node.span, fault::empty_key());
        return Key::Faulty(node.span);
    }
    match node.content {
        Content::Plain(text) if text == "<<" => Key::Merge,
        Content::Text(text) | Content::Plain(text) => Key::Text(text, node.span),
        Content::List(_) | Content::Object(_) => {
            // Not shown: nothing is known of what is in it.
            let place = report.source.place(node.span);
            report.push(fault::complex_key().placed(place));
            Key::Faulty(node.span)
        }
        Content::Faulty => Key::Faulty(node.span),
    }
}

/// What a merge key brings: an object's entries, or those of a list of objects
/// (<https://yaml.org/type/merge.html>).
fn merged<'t>(node: Node<'t>, report: &mut Report) -> Vec<Entry<'t>> {
    match node.content {
        Content::Object(entries) => entries,
        Content::List(items) => items
            .into_iter()
            .flat_map(|item| merged(item, report))
            .collect(),
        Content::Faulty => Vec::new(),
        Content::Text(_) | Content::Plain(_) => {
            report.add(node.span, fault::merge_of_no_object());
            Vec::new()
        }
    }
}
