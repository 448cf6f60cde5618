//! What is wrong with a manifest, and where.

use std::fmt;
use std::sync::Arc;

use crate::client::Field;
use crate::text::safe_text;

use super::shown::shown_name;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing is sent to Hydra until this is put right.
    Error,
    /// Worth a look; the run goes on.
    Warning,
}

impl Severity {
    /// As in results for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

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

/// A stretch of a file to show with a finding.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) source: Arc<Source>,
    pub(crate) span: Span,
    pub(crate) label: &'static str,
}

/// Something wrong with a manifest. `message` and `help` are safe to print, and show no secret.
#[derive(Debug, Clone)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in a lowercase sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The field it is about, as the manifest names it.
    pub field: Option<String>,
    /// Whether the message names that field.
    pub(crate) names_field: bool,
    /// The `client_id` of the manifest it is about.
    pub client_id: Option<String>,
    /// Where; `None` when it is about no file that could be read.
    pub place: Option<Place>,
    /// What to show: the place first, then places that help to understand.
    pub(crate) marks: Vec<Mark>,
    /// The same as told of the other place, where it is about two.
    pub(crate) counterpart: Option<Box<Finding>>,
    /// Whether a path that was named leads nowhere, so that there is no place to show.
    pub(crate) is_absent: bool,
}

impl Finding {
    /// A finding that shows nothing of the file.
    pub(crate) fn new(severity: Severity, message: impl AsRef<str>) -> Self {
        Self {
            severity,
            message: safe_text(message.as_ref()).into_owned(),
            help: None,
            field: None,
            names_field: false,
            client_id: None,
            place: None,
            marks: Vec::new(),
            counterpart: None,
            is_absent: false,
        }
    }

    /// The same as told of the other place, where it is about two.
    #[must_use]
    pub fn counterpart(&self) -> Option<&Self> {
        self.counterpart.as_deref()
    }

    /// Whether it says that a path leads nowhere.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.is_absent
    }

    /// Whether the message names the field that it is about.
    #[must_use]
    pub fn names_field(&self) -> bool {
        self.names_field
    }

    /// Whether nothing may be sent to Hydra because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    pub(crate) fn error(message: impl AsRef<str>) -> Self {
        Self::new(Severity::Error, message)
    }

    pub(crate) fn warning(message: impl AsRef<str>) -> Self {
        Self::new(Severity::Warning, message)
    }

    /// Says where, and shows the text there.
    pub(crate) fn at(mut self, source: &Arc<Source>, span: Span) -> Self {
        self.place = Some(source.place(span));
        self.also(source, span, "")
    }

    /// Says where, without showing the text.
    pub(crate) fn placed(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Shows another place, with a word on it.
    pub(crate) fn also(mut self, source: &Arc<Source>, span: Span, label: &'static str) -> Self {
        self.marks.push(Mark {
            source: Arc::clone(source),
            span,
            label,
        });
        self
    }

    pub(crate) fn help(mut self, help: impl AsRef<str>) -> Self {
        self.help = Some(safe_text(help.as_ref()).into_owned());
        self
    }

    /// Says that the message names the field that it is about.
    pub(crate) fn naming_field(mut self) -> Self {
        self.names_field = true;
        self
    }

    pub(crate) fn field(self, field: Field) -> Self {
        self.field_named(field.name())
    }

    pub(crate) fn field_named(mut self, name: &str) -> Self {
        self.field = Some(safe_text(&shown_name(name)).into_owned());
        self
    }
}

/// Errors after which the rest of a file, and of all files, is not read: it is no manifest, or made
/// to be a burden.
pub(super) const MAX_ERRORS: usize = 1_000;
/// Warnings kept of one file, and of all. An export of many clients has several a client.
pub(super) const MAX_WARNINGS: usize = 20_000;

/// How messages call a field: by its name, or by the flag that sets it.
pub type Label = fn(Field) -> String;

/// Collects the findings of one file.
pub(crate) struct Report {
    pub(crate) source: Arc<Source>,
    pub(crate) label: Label,
    pub(crate) findings: Vec<Finding>,
    errors: usize,
    is_given_up: bool,
    /// How many findings are known to be about a client, or about none.
    attributed: usize,
}

impl Report {
    pub(crate) fn new(source: Arc<Source>) -> Self {
        Self {
            source,
            label: |field| format!("`{}`", field.name()),
            findings: Vec::new(),
            errors: 0,
            is_given_up: false,
            attributed: 0,
        }
    }

    /// Adds a finding, placed at `span`.
    pub(crate) fn add(&mut self, span: Span, finding: Finding) {
        self.push(finding.at(&self.source, span));
    }

    /// Adds a finding that has its place.
    pub(crate) fn push(&mut self, finding: Finding) {
        match finding.severity {
            Severity::Error if self.errors >= MAX_ERRORS => return,
            Severity::Error => self.errors += 1,
            // One more is kept, so that it is seen that there are more.
            Severity::Warning if self.findings.len() > MAX_WARNINGS => return,
            Severity::Warning => {}
        }
        self.findings.push(finding);
    }

    /// Adds an error that ends the reading of the file.
    pub(crate) fn give_up(&mut self, span: Span, finding: Finding) {
        self.findings.push(finding.at(&self.source, span));
        self.is_given_up = true;
    }

    /// Whether there are so many errors that no more should be looked for.
    pub(crate) fn is_full(&self) -> bool {
        self.errors >= MAX_ERRORS || self.is_given_up
    }

    /// Whether the reading was ended, and that was said.
    pub(crate) fn is_given_up(&self) -> bool {
        self.is_given_up
    }

    /// Says of all findings since the last client that they are about this one, but for those that
    /// lie before it.
    pub(crate) fn attribute(&mut self, span: Span, client_id: Option<&str>) {
        let since = self.findings.get_mut(self.attributed..);
        for finding in since.into_iter().flatten() {
            let is_before = match (finding.marks.first(), &finding.place) {
                (Some(mark), _) => mark.span.start < span.start,
                (None, Some(place)) => {
                    (place.line, place.column) < (span.line as usize, span.column as usize)
                }
                (None, None) => false,
            };
            if !is_before {
                finding.client_id = client_id.map(str::to_owned);
            }
        }
        self.attributed = self.findings.len();
    }
}
