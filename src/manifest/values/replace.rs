//! Puts values in the place of references.

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use super::file;
use super::given::{Demand, Values};
use super::reference::{Part, Reference, parts};
use crate::manifest::diagnostics::{Finding, Report, Rule, Span, shown};
use crate::manifest::parse::{Content, Node, Origin};

/// The key whose value a plan does not need.
const SECRET: &str = "client_secret";

/// Replaces the references in all scalars of a document. What cannot be resolved is reported, and
/// faulty from then on: nothing is generated in its place.
pub(crate) fn replace(node: &mut Node<'_>, report: &mut Report) {
    in_node(node, "", report);
}

fn in_node(node: &mut Node<'_>, key: &str, report: &mut Report) {
    match &mut node.content {
        Content::List(items) => items.iter_mut().for_each(|item| in_node(item, key, report)),
        Content::Object(entries) => {
            for entry in entries {
                in_node(&mut entry.value, &entry.key, report);
            }
        }
        Content::Text(text) | Content::Plain(text) => {
            let replaced = match parts(text) {
                Ok(None) => return,
                Ok(Some(parts)) => in_scalar(&parts, key, node.span, report),
                Err(why) => {
                    let finding = Finding::new(
                        Rule::MalformedReference,
                        format!("this reference is not complete: {why}"),
                    );
                    report.add_hidden(node.span, finding.help("write `${var:NAME}`, `${env:NAME}` or `${file:PATH}`; a dollar sign alone is `$$`"));
                    None
                }
            };
            match replaced {
                Some(Replaced {
                    text,
                    origin,
                    is_typed,
                }) => {
                    let text = text.into();
                    node.content = if is_typed {
                        Content::Plain(text)
                    } else {
                        Content::Text(text)
                    };
                    node.origin = origin;
                }
                None => node.content = Content::Faulty,
            }
        }
        Content::Faulty => {}
    }
}

struct Replaced {
    text: String,
    origin: Origin,
    is_typed: bool,
}

/// `None` if a finding was reported, or the field is to stay unchecked.
fn in_scalar(parts: &[Part<'_>], key: &str, span: Span, report: &mut Report) -> Option<Replaced> {
    let values = std::sync::Arc::clone(report.policy.values());
    let mut replaced = Replaced {
        text: String::new(),
        origin: Origin::Value,
        is_typed: false,
    };
    for part in parts {
        match part {
            Part::Text(text) => replaced.text.push_str(text),
            Part::Reference(reference) => {
                if key == SECRET && values.demand == Demand::AllButSecrets {
                    // Never sent: a plan cannot write.
                    return Some(Replaced {
                        text: "(not resolved)".to_owned(),
                        origin: Origin::Secret,
                        is_typed: false,
                    });
                }
                match value(*reference, &values, Path::new(&*report.source.path)) {
                    Ok(found) => {
                        replaced.text.push_str(found.text());
                        replaced.is_typed = parts.len() == 1 && found.is_typed();
                        replaced.origin = replaced.origin.max(found.origin());
                    }
                    Err(_) if values.demand == Demand::Given => return None,
                    Err((message, help)) => {
                        let finding = Finding::new(Rule::UnresolvedReference, message);
                        report.add(span, finding.help(help));
                        return None;
                    }
                }
            }
        }
    }
    Some(replaced)
}

/// What a reference stands for.
enum Found<'v> {
    Variable(&'v str, bool),
    Secret(SecretString),
}

impl Found<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Variable(text, _) => text,
            Self::Secret(secret) => secret.expose_secret(),
        }
    }

    fn is_typed(&self) -> bool {
        matches!(self, Self::Variable(_, true))
    }

    fn origin(&self) -> Origin {
        match self {
            Self::Variable(..) => Origin::Value,
            Self::Secret(_) => Origin::Secret,
        }
    }
}

/// The value, or what is wrong and what to do about it.
fn value<'v>(
    reference: Reference<'v>,
    values: &'v Values,
    manifest: &Path,
) -> Result<Found<'v>, (String, String)> {
    match reference {
        Reference::Variable(name, default) => {
            let given = values.variables.get(name);
            let given = given.filter(|given| !given.text.is_empty());
            let given = given.map(|given| Found::Variable(&given.text, given.is_typed));
            let default = default.filter(|default| !default.is_empty());
            given.or_else(|| default.map(|text| Found::Variable(text, false))).ok_or_else(|| {
                (format!("the variable `{name}` is undefined or empty"), format!("define it with `--var {name}=VALUE` or in a `--var-file`, or write `${{var:{name}:-default}}`"))
            })
        }
        Reference::Environment(name) => match values.environment.get(name) {
            Some(Some(secret)) if !secret.expose_secret().is_empty() => Ok(Found::Secret(secret.clone())),
            Some(_) => Err((format!("the environment variable `{name}` is not set, or empty"), "set it before you run the command".to_owned())),
            None => Err((format!("the environment variable `{name}` may not be used"), format!("give `--allow-env {name}` if manifests may use it"))),
        },
        Reference::File(path) => match file::read(path, manifest, &values.folders) {
            Ok(text) if !text.is_empty() => Ok(Found::Secret(SecretString::from(text.as_str()))),
            Ok(_) => Err((format!("the file `{}` is empty", shown(path)), "write the value into it".to_owned())),
            Err(why) => Err((format!("cannot use the file `{}`: {why}", shown(path)), "allow its folder with `--allow-file FOLDER`; a relative path starts at the manifest".to_owned())),
        },
    }
}
