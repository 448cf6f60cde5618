//! Values that know their place.

use std::borrow::Cow;

use crate::manifest::diagnostics::Span;

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
    /// Text without quotes, of which [`super::scalar`] knows the resolve.
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
