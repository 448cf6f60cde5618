//! Values with their locations.

use std::borrow::Cow;

use crate::client::Field;
use crate::manifest::diagnostics::Span;

/// A value and its location.
#[derive(Debug, Clone)]
pub(crate) struct Node<'t> {
    pub(crate) span: Span,
    pub(crate) content: Content<'t>,
}

impl Node<'_> {
    /// A value that a finding has been reported for.
    pub(super) fn faulty(span: Span) -> Self {
        let content = Content::Faulty;
        Self { span, content }
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

impl Entry<'_> {
    /// Whether the key may be a secret itself: it has no value, as in `{"client_secret", "…"}`,
    /// where a comma was typed instead of a colon, or after an `&`, which makes an anchor of the
    /// name.
    pub(crate) fn may_be_secret(&self) -> bool {
        self.value.is_absent() && Field::from_name(&self.key).is_none()
    }
}
