//! The findings of one file.

use std::sync::Arc;

use super::finding::{Finding, Severity};
use super::location::{Source, Span};

/// Errors after which the rest of a file, and of all files, is not read: it is no manifest, or made
/// to be a burden.
pub(crate) const MAX_ERRORS: usize = 1_000;
/// Warnings kept of one file, and of all. An export of many clients has several a client.
pub(crate) const MAX_WARNINGS: usize = 20_000;

/// Collects the findings of one file.
pub(crate) struct Report {
    pub(crate) source: Arc<Source>,
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
