//! What a reference stands for.

use std::path::Path;

use secrecy::ExposeSecret as _;

use super::file;
use super::given::Values;
use super::reference::Reference;
use crate::manifest::diagnostics::{Finding, Rule, shown};
use crate::manifest::parse::Origin;

/// The text that is put in the place of a reference.
pub(super) struct Value {
    pub(super) text: String,
    /// Whether it is a boolean or a number, which it stays in free JSON.
    pub(super) is_typed: bool,
    pub(super) origin: Origin,
}

impl Value {
    /// Text that everybody may see.
    pub(super) fn of_variable(text: String) -> Self {
        Self {
            text,
            is_typed: false,
            origin: Origin::Value,
        }
    }

    fn secret(text: &str) -> Self {
        Self {
            origin: Origin::Secret,
            ..Self::of_variable(text.to_owned())
        }
    }
}

/// What is wrong with a reference, and what to do about it.
pub(super) struct Problem {
    rule: Rule,
    what: String,
    help: String,
}

impl Problem {
    /// It stands for nothing.
    fn new(what: String, help: impl Into<String>) -> Self {
        let (rule, help) = (Rule::UnresolvedReference, help.into());
        Self { rule, what, help }
    }

    /// It is not complete.
    pub(super) fn malformed(why: &str) -> Self {
        let help =
            "write `${var:NAME}`, `${env:NAME}` or `${file:PATH}`; a dollar sign alone is `$$`";
        Self {
            rule: Rule::MalformedReference,
            ..Self::new(format!("this reference is not complete: {why}"), help)
        }
    }

    pub(super) fn finding(self) -> Finding {
        Finding::new(self.rule, self.what).help(self.help)
    }
}

/// Looks a reference up. `manifest` is the file that it stands in.
pub(super) fn resolve(
    reference: Reference<'_>,
    values: &Values,
    manifest: &Path,
) -> Result<Value, Problem> {
    match reference {
        Reference::Variable(name, default) => variable(name, default, values),
        Reference::Environment(name) => environment(name, values),
        Reference::File(path) => in_file(path, values, manifest),
    }
}

fn variable(name: &str, default: Option<&str>, values: &Values) -> Result<Value, Problem> {
    let given = values.variables.get(name);
    if let Some(given) = given.filter(|given| !given.text.is_empty()) {
        return Ok(Value {
            is_typed: given.is_typed,
            ..Value::of_variable(given.text.clone())
        });
    }
    let default = default.filter(|default| !default.is_empty());
    let default = default.map(|text| Value::of_variable(text.to_owned()));
    default.ok_or_else(|| {
        let what = format!("the variable `{name}` is undefined or empty");
        let help = format!(
            "define it with `--var {name}=VALUE` or in a `--var-file`, or write `${{var:{name}:-default}}`"
        );
        Problem::new(what, help)
    })
}

fn environment(name: &str, values: &Values) -> Result<Value, Problem> {
    let Some(value) = values.environment.get(name) else {
        let what = format!("the environment variable `{name}` may not be used");
        let help = format!("give `--allow-env {name}` if manifests may use it");
        return Err(Problem::new(what, help));
    };
    let text = value.as_ref().map_or("", |secret| secret.expose_secret());
    if text.is_empty() {
        let what = format!("the environment variable `{name}` is not set, or empty");
        return Err(Problem::new(what, "set it before you run the command"));
    }
    Ok(Value::secret(text))
}

fn in_file(path: &str, values: &Values, manifest: &Path) -> Result<Value, Problem> {
    let text = file::read(path, manifest, &values.folders).map_err(|why| {
        let what = format!("cannot use the file `{}`: {why}", shown(path));
        let help = "name a text file of at most 1 MiB in a folder that `--allow-file FOLDER` allows; a relative path starts at the manifest";
        Problem::new(what, help)
    })?;
    if text.is_empty() {
        let what = format!("the file `{}` is empty", shown(path));
        return Err(Problem::new(what, "write the value into it"));
    }
    Ok(Value::secret(&text))
}
