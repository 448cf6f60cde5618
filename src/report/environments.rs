//! The plan of an environment, and several as one JSON array.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::safe_json::pretty;

/// The plan of one environment.
pub(crate) struct EnvironmentPlan<'e> {
    /// Its name: letters, digits, `-`, `_` and `.`.
    pub(crate) environment: &'e str,
    pub(crate) exit_code: u8,
    /// Why there is no plan, or none to apply.
    pub(crate) error: Option<String>,
    /// The plan in JSON or in Markdown; empty if there is none.
    pub(crate) document: Vec<u8>,
}

/// Writes one member for each plan: the document, and what belongs to its environment.
pub(crate) fn plans(plans: &[EnvironmentPlan<'_>], out: &mut dyn Write) -> io::Result<()> {
    let members = plans.iter().map(|plan| {
        let mut member = Map::new();
        member.insert("environment".to_owned(), plan.environment.into());
        member.insert("exit_code".to_owned(), plan.exit_code.into());
        member.insert("error".to_owned(), plan.error.clone().into());
        if let Ok(Value::Object(document)) = serde_json::from_slice(&plan.document) {
            member.extend(document);
        }
        member
    });
    pretty(&members.collect::<Vec<_>>(), out)
}
