//! What is wrong with a manifest, and where.

use std::sync::Arc;

use super::location::{Place, Source, Span};
use super::shown::shown_name;
use crate::client::Field;
use crate::output::safe_text;

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

    pub(crate) fn field(self, field: Field) -> Self {
        self.field_named(field.name())
    }

    pub(crate) fn field_named(mut self, name: &str) -> Self {
        self.field = Some(safe_text(&shown_name(name)).into_owned());
        self
    }
}
