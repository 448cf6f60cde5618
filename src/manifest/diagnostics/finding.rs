//! What is wrong with a manifest, and where.

use std::sync::Arc;

use super::location::{Location, Source, Span};
use super::rule::{Basis, Rule, Severity};
use super::shown::shown_name;
use crate::client::{Field, Since};
use crate::text::safe_text;

/// A range of a file to show with a finding.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) source: Arc<Source>,
    pub(crate) span: Span,
    pub(crate) label: &'static str,
}

/// A violation of a rule. `message` and `help` are safe to print and contain no secret.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule that is violated.
    pub rule: Rule,
    pub(crate) severity: Severity,
    /// The versions of Hydra that refuse the client because of it; `None` if the rule is not about
    /// that.
    pub(crate) refused: Option<Since>,
    /// The versions of Hydra where it is no problem any more; `None` if there are none.
    pub(crate) until: Option<Since>,
    /// Whether it is a warning, although its rule is an error.
    pub(crate) is_mild: bool,
    /// Whether a comment in the file allows it.
    pub(crate) is_allowed: bool,
    /// Whether `--deny` names its rule: it is an error in any case.
    pub(crate) is_denied: bool,
    /// Whether it is only kept because the version of Hydra is not known yet.
    pub(crate) is_silenced: bool,
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
    /// Where that manifest starts.
    pub(crate) manifest: Option<Location>,
    /// Where it is; `None` when it is not about a file that could be read.
    pub location: Option<Location>,
    /// What to show: the location first, then related ranges.
    pub(crate) marks: Vec<Mark>,
    /// The same problem, reported at the other location, where it concerns two.
    pub(crate) counterpart: Option<Box<Finding>>,
}

impl Finding {
    /// A finding without a location.
    pub(crate) fn new(rule: Rule, message: impl AsRef<str>) -> Self {
        let refused = match rule.basis() {
            Basis::Refused(since) => Some(since),
            _ => None,
        };
        Self {
            rule,
            severity: rule.severity(),
            refused,
            until: None,
            is_mild: false,
            is_allowed: false,
            is_denied: false,
            is_silenced: false,
            message: safe_text(message.as_ref()).into_owned(),
            help: None,
            field: None,
            names_field: false,
            client_id: None,
            manifest: None,
            location: None,
            marks: Vec::new(),
            counterpart: None,
        }
    }

    /// The same problem, reported at the other location, where it concerns two.
    #[must_use]
    pub fn counterpart(&self) -> Option<&Self> {
        self.counterpart.as_deref()
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Whether the message names the field that it is about.
    #[must_use]
    pub fn names_field(&self) -> bool {
        self.names_field
    }

    /// Whether nothing may be sent to Hydra because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }

    /// Whether it counts only if its client is created: Hydra never refuses what it has.
    pub(crate) fn guards_creating(&self) -> bool {
        let is_about_sending = [
            Rule::UnresolvedPlaceholder,
            Rule::HarmfulJwk,
            Rule::HarmfulLogoutUrl,
        ];
        let guards = self.depends_on_version() || is_about_sending.contains(&self.rule);
        guards && self.manifest.is_some()
    }

    /// Whether its level depends on the version of Hydra.
    pub(crate) fn depends_on_version(&self) -> bool {
        self.refused.is_some() || self.until.is_some() || self.rule == Rule::DroppedField
    }

    /// Makes a warning of it, unless its rule is denied.
    pub(crate) fn soften(&mut self) {
        if !self.is_denied {
            self.severity = Severity::Warning;
        }
    }

    /// Sets the location and shows the text there.
    pub(crate) fn at(self, source: &Arc<Source>, span: Span) -> Self {
        self.located(source.location(span)).also(source, span, "")
    }

    /// Sets the location without showing the text.
    pub(crate) fn located(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// Shows a related range with a label.
    pub(crate) fn also(mut self, source: &Arc<Source>, span: Span, label: &'static str) -> Self {
        self.marks.push(Mark {
            source: Arc::clone(source),
            span,
            label,
        });
        self
    }

    /// Says no more than what the rule is about, unless the message quotes no value.
    pub(crate) fn conceal(&mut self) {
        let quotes_nothing = [
            Rule::UnresolvedReference,
            Rule::UnresolvedPlaceholder,
            Rule::MalformedReference,
            Rule::SecretInIdentity,
            Rule::UnknownField,
            Rule::DroppedField,
        ];
        if !quotes_nothing.contains(&self.rule) {
            self.message = self.rule.summary().to_owned();
            let name = self.rule.name();
            self.help = Some(format!(
                "a value of this client is secret, so no more is shown; `hydra-gitops rule {name}` explains the rule"
            ));
            self.names_field = false;
        }
    }

    /// Makes a warning of it, where its rule is an error elsewhere.
    pub(crate) fn mild(mut self) -> Self {
        self.is_mild = true;
        self
    }

    /// Says which versions refuse the client, where the rule covers several cases.
    pub(crate) fn refused_since(mut self, since: Since) -> Self {
        self.refused = Some(since);
        self
    }

    /// Says from which versions on it is no problem any more.
    pub(crate) fn until(mut self, since: Since) -> Self {
        self.until = Some(since);
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
