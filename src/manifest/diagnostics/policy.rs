//! How manifests are judged: which level each finding gets, by the rule, by the version of Hydra and
//! by what the user asks, and what references stand for.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::finding::Finding;
use super::rule::{Basis, Rule, Severity};
use crate::client::{HydraVersion, Namespace, Since};
use crate::error::{Error, Result};
use crate::manifest::decode::closest;
use crate::manifest::values::Values;

/// What `--deny`, `--allow`, `--hydra-version` and `--namespace` ask for.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    denied: BTreeSet<Rule>,
    allowed: BTreeSet<Rule>,
    denies_warnings: bool,
    hydra: Hydra,
    values: Arc<Values>,
    namespace: Option<Namespace>,
}

/// What is known of the Hydra that the manifests are for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Hydra {
    /// No Hydra is asked.
    #[default]
    Unasked,
    /// It is asked later: until then, whatever depends on its version is kept.
    Awaited,
    /// Its version, if it told one.
    Known(Option<HydraVersion>),
}

impl Policy {
    /// A policy from the values of the flags.
    ///
    /// # Errors
    /// For an unknown rule, and for `--allow` of one that cannot be silenced (exit 64).
    pub fn new(deny: &[String], allow: &[String], hydra: Option<HydraVersion>) -> Result<Self> {
        let mut policy = Self::default();
        if hydra.is_some() {
            policy.hydra = Hydra::Known(hydra);
        }
        for name in deny {
            match name.as_str() {
                "warnings" => policy.denies_warnings = true,
                name => drop(policy.denied.insert(rule(name, "--deny")?)),
            }
        }
        for name in allow {
            let rule = rule(name, "--allow")?;
            if !rule.can_be_allowed() {
                let error = Error::usage(format!("`{name}` cannot be allowed: {}", why(rule)));
                return Err(error.hint(format!("`hydra-gitops rule {name}` tells how to fix it")));
            }
            policy.allowed.insert(rule);
        }
        Ok(policy)
    }

    /// The same, with what references in the manifests stand for.
    #[must_use]
    pub fn with_values(self, values: Values) -> Self {
        Self {
            values: Arc::new(values),
            ..self
        }
    }

    pub(crate) fn values(&self) -> &Arc<Values> {
        &self.values
    }

    /// The same, where Kubernetes resources without a namespace are in this one.
    #[must_use]
    pub fn in_namespace(self, namespace: Option<Namespace>) -> Self {
        Self { namespace, ..self }
    }

    /// The namespace of resources that do not name theirs.
    pub(crate) fn namespace(&self) -> Option<&Namespace> {
        self.namespace.as_ref()
    }

    /// Whether `--allow` silences the rule.
    pub(crate) fn allows(&self, rule: Rule) -> bool {
        self.allowed.contains(&rule)
    }

    /// The same for a Hydra that was asked, with its version if it told one.
    #[must_use]
    pub(crate) fn for_hydra(&self, version: Option<HydraVersion>) -> Self {
        Self {
            hydra: Hydra::Known(version),
            ..self.clone()
        }
    }

    /// The same where the version becomes known later: what depends on it is not silenced before.
    #[must_use]
    pub fn awaiting_hydra(self) -> Self {
        Self {
            hydra: Hydra::Awaited,
            ..self
        }
    }

    /// Whether the rule is checked at all.
    pub(crate) fn checks(&self, rule: Rule) -> bool {
        rule != Rule::DroppedField || self.hydra != Hydra::Unasked
    }

    /// The version of Hydra, where it is known.
    pub(crate) fn hydra(&self) -> Option<HydraVersion> {
        match self.hydra {
            Hydra::Known(version) => version,
            Hydra::Unasked | Hydra::Awaited => None,
        }
    }

    /// The level of a finding; `None` if it is silenced. `has_comment` is whether a comment in the
    /// file allows it.
    pub(crate) fn level(&self, finding: &Finding, has_comment: bool) -> Option<Severity> {
        let rule = finding.rule;
        if !self.checks(rule) {
            return None;
        }
        let own = self.own_level(finding);
        if self.denied.contains(&rule) {
            return Some(Severity::Error);
        }
        let is_over = |since: Since| self.hydra().is_some_and(|version| since.includes(version));
        if finding.until.is_some_and(is_over) {
            return None;
        }
        let can_be_allowed = own == Severity::Warning || rule.basis() == Basis::Heuristic;
        if can_be_allowed && (has_comment || self.allowed.contains(&rule)) {
            return None;
        }
        match own {
            Severity::Warning if self.denies_warnings => Some(Severity::Error),
            own => Some(own),
        }
    }

    /// What some versions refuse is an error for those, and a warning for the others and without a
    /// version. What every version refuses is as bad as the rule.
    fn own_level(&self, finding: &Finding) -> Severity {
        match (finding.refused, self.hydra()) {
            (Some(since), Some(version)) if since.includes(version) => Severity::Error,
            (Some(_), Some(_)) => Severity::Warning,
            (Some(since), None) if since != Since::V1 => Severity::Warning,
            _ if finding.is_mild => Severity::Warning,
            _ => finding.rule.severity(),
        }
    }

    /// Whether a finding is kept although it is silenced: this Hydra may refuse the client.
    pub(crate) fn keeps(&self, finding: &Finding) -> bool {
        self.hydra == Hydra::Awaited && finding.depends_on_version()
    }

    /// Gives each finding its level, and leaves out what is silenced.
    pub(crate) fn apply(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let apply = |mut finding: Finding| {
            finding.is_denied = self.denied.contains(&finding.rule);
            match self.level(&finding, finding.is_allowed) {
                Some(level) => finding.severity = level,
                None if self.keeps(&finding) => finding.is_silenced = true,
                None => return None,
            }
            Some(finding)
        };
        findings.into_iter().filter_map(apply).collect()
    }
}

fn rule(name: &str, flag: &str) -> Result<Rule> {
    Rule::from_name(name).ok_or_else(|| {
        let error = Error::usage(format!("`{flag} {name}`: there is no such rule"));
        error.hint(did_you_mean(name))
    })
}

/// Help for a name that no rule has.
pub(crate) fn did_you_mean(name: &str) -> String {
    match closest(name, Rule::ALL.iter().map(|rule| rule.name())) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`hydra-gitops rule` lists all rules".to_owned(),
    }
}

/// Why a rule cannot be silenced.
pub(crate) fn why(rule: Rule) -> &'static str {
    match rule.basis() {
        Basis::Promise => {
            "the rule prevents duplicate clients, misplaced secrets or harm to the server"
        }
        Basis::Refused(_) => "Hydra refuses such a client",
        _ => "the manifest could only be read by guessing",
    }
}
