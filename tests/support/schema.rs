//! The JSON Schemas that the program prints, read by another program's validator.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::program::PATH;

/// What there is a schema of, apart from manifests: documents named `hydra-gitops/NAME/1`.
pub(crate) const DOCUMENTS: [&str; 8] = [
    "plan", "apply", "create", "validate", "watch", "doctor", "secrets", "version",
];

/// Validators of all documents. They allow no member that the schema does not name.
static STRICT: LazyLock<BTreeMap<&str, Validator>> = LazyLock::new(|| {
    let strict = |name| {
        let mut schema = printed(name);
        forbid_others(&mut schema);
        (name, validator(&schema))
    };
    DOCUMENTS.into_iter().map(strict).collect()
});

/// The schema that the program prints.
pub(crate) fn printed(name: &str) -> Value {
    let output = Command::new(PATH).args(["schema", name]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A validator of a schema, which must be valid itself.
pub(crate) fn validator(schema: &Value) -> Validator {
    jsonschema::draft7::meta::validate(schema).unwrap();
    jsonschema::draft7::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap()
}

/// Asserts that a document of the program is as its schema says.
#[track_caller]
pub(crate) fn check(document: &Value) {
    let errors = errors(document);
    assert!(errors.is_empty(), "{errors:#?} in {document:#}");
}

/// What is wrong with a document of the program; nothing with any other document.
pub(crate) fn errors(document: &Value) -> Vec<String> {
    let format = document["format"].as_str().unwrap_or_default();
    let Some(name) = format.strip_prefix("hydra-gitops/") else {
        return Vec::new();
    };
    let name = name.strip_suffix("/1").unwrap_or(name);
    let Some(validator) = STRICT.get(name) else {
        return vec![format!("no schema describes `{format}`")];
    };
    let errors = validator.iter_errors(document);
    errors.map(|error| error.to_string()).collect()
}

fn forbid_others(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(forbid_others);
            if members.contains_key("required") {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(forbid_others),
        _ => {}
    }
}
