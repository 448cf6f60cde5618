//! Puts values in the place of references.

use std::path::Path;
use std::sync::Arc;

use super::given::{Demand, Values};
use super::reference::{Part, Reference, parts};
use super::resolve::{Problem, Value, resolve};
use crate::manifest::diagnostics::Report;
use crate::manifest::parse::{Content, Node, Origin};

/// The key whose value a plan does not need.
const SECRET: &str = "client_secret";

/// Replaces the references in all scalars of a document. What cannot be resolved is reported, and
/// faulty from then on: nothing is generated in its place.
pub(crate) fn replace(node: &mut Node<'_>, report: &mut Report) {
    in_node(node, "", report);
}

/// The key is that of the innermost member around the node.
fn in_node(node: &mut Node<'_>, key: &str, report: &mut Report) {
    let replaced = match &mut node.content {
        Content::List(items) => {
            return items.iter_mut().for_each(|item| in_node(item, key, report));
        }
        Content::Object(entries) => {
            let entries = entries.iter_mut();
            return entries.for_each(|entry| in_node(&mut entry.value, &entry.key, report));
        }
        Content::Faulty => return,
        Content::Text(text) | Content::Plain(text) => {
            let (values, path) = (Arc::clone(report.policy.values()), &*report.source.path);
            match parts(text) {
                Ok(None) => return,
                Ok(Some(parts)) => in_scalar(&parts, key, &values, Path::new(path)),
                Err(why) => Err(Some(Problem::malformed(why))),
            }
        }
    };
    match replaced {
        Ok(value) => {
            node.origin = value.origin;
            node.content = match value.is_typed {
                true => Content::Plain(value.text.into()),
                false => Content::Text(value.text.into()),
            };
        }
        Err(problem) => {
            if let Some(problem) = problem {
                report.add(node.span, problem.finding());
            }
            node.content = Content::Faulty;
        }
    }
}

/// The value of a scalar. The error is what is wrong, or none where the scalar is to stay unchecked.
fn in_scalar(
    parts: &[Part<'_>],
    key: &str,
    values: &Values,
    manifest: &Path,
) -> Result<Value, Option<Problem>> {
    if let [Part::Reference(reference)] = parts {
        return in_reference(*reference, key, values, manifest);
    }
    let mut whole = Value::of_variable(String::new());
    for part in parts {
        match part {
            Part::Text(text) => whole.text.push_str(text),
            Part::Reference(reference) => {
                let value = in_reference(*reference, key, values, manifest)?;
                whole.text.push_str(&value.text);
                whole.origin = whole.origin.max(value.origin);
            }
        }
    }
    Ok(whole)
}

fn in_reference(
    reference: Reference<'_>,
    key: &str,
    values: &Values,
    manifest: &Path,
) -> Result<Value, Option<Problem>> {
    match values.demand {
        // Never sent: a plan cannot write.
        Demand::AllButSecrets if key == SECRET => Ok(Value {
            text: "(not resolved)".to_owned(),
            is_typed: false,
            origin: Origin::Secret,
        }),
        Demand::Given => resolve(reference, values, manifest).map_err(|_| None),
        Demand::All | Demand::AllButSecrets => resolve(reference, values, manifest).map_err(Some),
    }
}
