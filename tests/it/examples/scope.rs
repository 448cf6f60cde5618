//! Expressions of GitHub Actions, as far as the examples use them.

use std::collections::BTreeMap;

use serde_json::Value;

/// What expressions stand for.
#[derive(Clone, Default)]
pub(super) struct Scope {
    pub(super) values: BTreeMap<String, String>,
    /// Whether a step has failed.
    pub(super) failed: bool,
}

impl Scope {
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }

    /// A text with each `${{ … }}` replaced.
    pub(super) fn expand(&self, text: &str) -> String {
        let mut parts = text.split("${{");
        let mut expanded = parts.next().unwrap().to_owned();
        for part in parts {
            let (name, rest) = part.split_once("}}").unwrap();
            expanded.push_str(self.value(name.trim()));
            expanded.push_str(rest);
        }
        expanded
    }

    /// The members of a mapping such as `env` or `with`, expanded.
    pub(super) fn members(&self, mapping: &Value) -> Vec<(String, String)> {
        let members = mapping.as_object().into_iter().flatten();
        let text = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
        members
            .map(|(name, value)| (name.clone(), self.expand(&text(value))))
            .collect()
    }

    /// Whether a step or a job runs whose `if` is this.
    pub(super) fn allows(&self, condition: &Value) -> bool {
        let Some(condition) = condition.as_str() else {
            return !self.failed;
        };
        let condition = condition.trim_start_matches("${{").trim_end_matches("}}");
        let always = condition.contains("always()");
        let holds = condition.split("&&").all(|term| self.holds(term.trim()));
        holds && (always || !self.failed)
    }

    fn holds(&self, term: &str) -> bool {
        if term == "always()" {
            return true;
        }
        let words: Vec<_> = term.split(' ').collect();
        let [left, sign, right] = words[..] else {
            panic!("`{term}` is no condition that is known here");
        };
        (self.value(left) == self.value(right)) == (sign == "==")
    }

    fn value<'s>(&'s self, name: &'s str) -> &'s str {
        let literal = name
            .strip_prefix('\'')
            .and_then(|name| name.strip_suffix('\''));
        if let Some(literal) = literal {
            return literal;
        }
        match self.values.get(name) {
            Some(value) => value,
            // A step that was skipped has none, and an event has no inputs of another.
            None if name.starts_with("steps.") || name.starts_with("inputs.") => "",
            None => panic!("`{name}` is not known here"),
        }
    }
}
