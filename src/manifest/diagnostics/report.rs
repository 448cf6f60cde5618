//! The findings of one file.

use std::sync::Arc;

use super::finding::Finding;
use super::location::{Source, Span};
use super::policy::Policy;
use super::rule::{Rule, Severity};
use super::shown::shown_id;
use crate::client::{ClientId, Field};

/// After this many errors the rest of a file, and of all files, is not read: either it is not a
/// manifest, or it was made to exhaust resources.
pub(crate) const MAX_ERRORS: usize = 1_000;
/// Warnings kept per file, and of all files. An export of many clients has several per client.
pub(crate) const MAX_WARNINGS: usize = 20_000;

/// How messages name a field: by its name, or by the flag that sets it.
pub type Label = fn(Field) -> String;

/// Names a field as Hydra does.
pub(crate) fn by_name(field: Field) -> String {
    format!("`{}`", field.name())
}

/// Collects the findings of one file.
pub(crate) struct Report {
    pub(crate) source: Arc<Source>,
    pub(crate) label: Label,
    pub(crate) policy: Arc<Policy>,
    pub(crate) findings: Vec<Finding>,
    errors: usize,
    /// Errors of the present client that Hydra refuses: in all, there may be as many as clients.
    refusals: usize,
    warnings: usize,
    is_given_up: bool,
    /// How many findings have been attributed to a client, or to none.
    attributed: usize,
}

impl Report {
    pub(crate) fn new(source: Arc<Source>, policy: Arc<Policy>) -> Self {
        Self {
            source,
            label: by_name,
            policy,
            findings: Vec::new(),
            errors: 0,
            refusals: 0,
            warnings: 0,
            is_given_up: false,
            attributed: 0,
        }
    }

    /// Adds a finding and shows the text at `span`.
    pub(crate) fn add(&mut self, span: Span, finding: Finding) {
        self.push(finding.at(&self.source, span));
    }

    /// Adds a finding located at `span` without showing the text, which may be long or a secret.
    pub(crate) fn add_hidden(&mut self, span: Span, finding: Finding) {
        self.push(finding.located(self.source.location(span)));
    }

    /// Adds a finding that has its location.
    pub(crate) fn push(&mut self, finding: Finding) {
        let level = match self.policy.level(&finding, false) {
            Some(level) => level,
            None if self.policy.keeps(&finding) => Severity::Warning,
            None => return,
        };
        match level {
            Severity::Error if self.is_full() => return,
            Severity::Error if finding.refused.is_some() => self.refusals += 1,
            Severity::Error => self.errors += 1,
            // One more is kept to show that there are more.
            Severity::Warning if self.warnings > MAX_WARNINGS => return,
            Severity::Warning => self.warnings += 1,
        }
        self.findings.push(finding);
    }

    /// Adds an error and stops reading the file.
    pub(crate) fn give_up(&mut self, span: Span, finding: Finding) {
        self.findings.push(finding.at(&self.source, span));
        self.is_given_up = true;
    }

    /// Whether there are so many errors that no more should be looked for.
    pub(crate) fn is_full(&self) -> bool {
        self.errors + self.refusals >= MAX_ERRORS || self.is_given_up
    }

    /// Whether reading was stopped, and a finding says so.
    pub(crate) fn is_given_up(&self) -> bool {
        self.is_given_up
    }

    /// Whether a finding since the last client that findings were attributed to is of a rule.
    pub(crate) fn has_in_client(&self, rule: Rule) -> bool {
        let mut own = self.findings.iter().skip(self.attributed);
        own.any(|finding| finding.rule == rule)
    }

    /// Whether there is an error since the last client that findings were attributed to.
    pub(crate) fn has_error_in_client(&self) -> bool {
        let mut own = self.findings.iter().skip(self.attributed);
        own.any(Finding::is_error)
    }

    /// Quotes nothing in the findings since the last client: a value of it is secret.
    pub(crate) fn conceal(&mut self) {
        for finding in self.findings.iter_mut().skip(self.attributed) {
            finding.conceal();
        }
    }

    /// Attributes all findings since the last client to this one, except those located before it.
    pub(crate) fn attribute(&mut self, span: Span, client_id: Option<&ClientId>) {
        let start = self.source.location(span);
        for finding in self.findings.iter_mut().skip(self.attributed) {
            let location = finding.location.as_ref();
            let is_before =
                location.is_some_and(|at| (at.line, at.column) < (start.line, start.column));
            // What only Hydra refuses was found in a client, which may share it with another.
            if !is_before || finding.refused.is_some() {
                finding.client_id = client_id.map(|id| shown_id(id.as_str()));
                finding.manifest = Some(start.clone());
            }
        }
        self.attributed = self.findings.len();
        if self.refusals < MAX_ERRORS {
            self.refusals = 0;
        }
    }
}
