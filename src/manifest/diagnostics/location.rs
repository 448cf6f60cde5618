//! Where something stands in a file.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::text::safe_text;

/// A location in a manifest, as editors and CI annotations count: line and column from 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Location {
    /// The file's path as the user would type it, or `<stdin>`.
    pub path: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl Location {
    /// The start of a line.
    pub(crate) fn line(path: impl Into<Arc<str>>, line: usize) -> Self {
        Self {
            path: path.into(),
            line,
            column: 1,
        }
    }

    /// The start of a file, for what concerns the file as a whole.
    pub(crate) fn file(path: &Path) -> Self {
        Self::line(path.to_string_lossy(), 1)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", safe_text(&self.path), self.line, self.column)
    }
}

/// A range of a file: bytes from `start` to `end`, and where `start` is.
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

    /// A span at a line and column from 1. Files are too small for the numbers to overflow.
    pub(crate) fn new(bytes: std::ops::Range<usize>, line: usize, column: usize) -> Self {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            start: number(bytes.start),
            end: number(bytes.end),
            line: number(line),
            column: number(column),
        }
    }

    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A file's text with its path. The text may contain secrets, so `Debug` shows the path alone.
pub(crate) struct Source {
    pub(crate) path: Arc<str>,
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn location(&self, span: Span) -> Location {
        Location {
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
