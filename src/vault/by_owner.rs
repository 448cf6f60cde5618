//! Which recipients can open the secret of a client: its owner decides.

use std::sync::Arc;

use globset::GlobMatcher;

use crate::recipients::Recipients;

/// The recipients for clients whose owner matches a glob.
#[derive(Debug, Clone)]
pub struct OwnerRule {
    /// Matches the owner as a whole; `*` matches a `/`, too.
    pub owner: GlobMatcher,
    /// Who can open their secrets, and nobody else.
    pub to: Recipients,
}

/// Recipients by owner. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ByOwner {
    rules: Arc<[OwnerRule]>,
    others: Option<Recipients>,
}

impl ByOwner {
    /// The first rule that matches counts; where none does, `others`.
    pub fn new(rules: Vec<OwnerRule>, others: Option<Recipients>) -> Self {
        Self {
            rules: rules.into(),
            others,
        }
    }

    /// Who can open the secret of a client of that owner. A client without one matches no rule.
    pub fn recipients(&self, owner: Option<&str>) -> Option<&Recipients> {
        let owner = owner.filter(|owner| !owner.is_empty());
        let is_meant = |rule: &&OwnerRule| owner.is_some_and(|owner| rule.owner.is_match(owner));
        let rule = self.rules.iter().find(is_meant);
        rule.map(|rule| &rule.to).or(self.others.as_ref())
    }

    /// All recipients, with the glob of the owners whose secrets they can open; without one those of
    /// all others.
    pub fn groups(&self) -> impl Iterator<Item = (Option<&str>, &Recipients)> {
        let rules = self.rules.iter();
        let rules = rules.map(|rule| (Some(rule.owner.glob().glob()), &rule.to));
        rules.chain(self.others.iter().map(|others| (None, others)))
    }
}
