//! Where something stands in a file.

use std::fmt;
use std::sync::Arc;

use crate::output::safe_text;

/// A place in a manifest, as editors and CI annotations count: line and column from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file's path as the user would type it, or `<stdin>`.
    pub path: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", safe_text(&self.path), self.line, self.column)
    }
}

/// A stretch of a file: bytes from `start` to `end`, and where `start` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// From 1.
    pub(crate) line: u32,
    /// In characters, from 1.
    pub(crate) column: u32,
}

impl Span {
    /// The start of a file, for what concerns the file as a whole.
    pub(crate) const FILE: Self = Self {
        start: 0,
        end: 0,
        line: 1,
        column: 1,
    };

    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A file's text with its path. It may hold secrets, so that `Debug` shows the path alone.
pub(crate) struct Source {
    pub(crate) path: Arc<str>,
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn place(&self, span: Span) -> Place {
        Place {
            path: Arc::clone(&self.path),
            line: span.line as usize,
            column: span.column as usize,
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({})", self.path)
    }
}
