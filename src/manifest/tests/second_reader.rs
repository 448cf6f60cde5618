//! Another YAML parser, libyaml, reads the same clients out of all manifests of this repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use serde_json::Value as Json;
use serde_norway::{Deserializer, Value as Yaml};

use super::every_rule::TEXTS;
use super::load_text;
use crate::client::{Client, Field, Shape, Value};

/// Texts that the other reader does not read as we do, by a part of them, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    (
        "apiVersion: ",
        "what a Kubernetes resource means is decided after YAML was read",
    ),
    ("${var:", "references are replaced after YAML was read"),
];

/// Every field of every client of a file without errors is the same, or the text is in the table.
#[test]
fn another_parser_reads_the_same_clients() {
    let (mut clients, mut different) = (0, Vec::new());
    for text in corpus() {
        let loaded = load_text(&text);
        if loaded.has_errors() {
            continue;
        }
        let ours: Vec<_> = loaded
            .manifests
            .iter()
            .map(|one| fields(&one.client))
            .collect();
        clients += ours.len();
        let theirs = read(&text);
        if theirs.as_ref() != Ok(&ours) {
            different.push(format!("{text}\n ours: {ours:?}\nother: {theirs:?}\n"));
        }
    }
    let is_listed = |text: &String| DIFFERENCES.iter().any(|(part, _)| text.contains(part));
    let unlisted: Vec<_> = different.iter().filter(|text| !is_listed(text)).collect();
    assert!(unlisted.is_empty(), "{}: {unlisted:#?}", unlisted.len());
    for (part, reason) in DIFFERENCES {
        assert!(
            different.iter().any(|text| text.contains(part)),
            "no longer: {reason}"
        );
    }
    assert!(clients > 150, "only {clients} clients");
}

/// Manifests, examples, the YAML and JSON in the documentation, and a text for each rule.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["manifests", "examples", "docs"] {
        find(&root.join(folder), &mut files);
    }
    files.push(root.join("README.md"));
    let mut texts: Vec<String> = TEXTS.iter().map(|(_, text)| (*text).to_owned()).collect();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        match file.extension().is_some_and(|name| name == "md") {
            true => texts.extend(blocks(&text)),
            false => texts.push(text),
        }
    }
    texts
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => find(&path, files),
            false => files.push(path),
        }
    }
}

/// The fenced blocks of YAML and JSON.
fn blocks(page: &str) -> Vec<String> {
    let fences = page.split("\n```");
    let starts = fences.filter_map(|fence| {
        let (kind, text) = fence.split_once('\n')?;
        ["yaml", "json"]
            .contains(&kind)
            .then(|| format!("{text}\n"))
    });
    starts.collect()
}

type Fields = BTreeMap<&'static str, Json>;

fn fields(client: &Client) -> Fields {
    let values = client.values();
    let json = |value: &Value| match value {
        Value::Text(text) => Json::from(text.as_str()),
        Value::Secret(_) => Json::from("a secret"),
        Value::List(list) => Json::from(list.clone()),
        Value::Flag(flag) => Json::from(*flag),
        Value::Number(number) => Json::from(*number),
        Value::Json(json) => Json::clone(json),
    };
    values
        .map(|(field, value)| (field.name(), json(value)))
        .collect()
}

/// The clients of a text, or why it cannot be read.
fn read(text: &str) -> Result<Vec<Fields>, String> {
    let mut clients = Vec::new();
    for document in Deserializer::from_str(text) {
        let mut value = Yaml::deserialize(document).map_err(|error| error.to_string())?;
        value.apply_merge().map_err(|error| error.to_string())?;
        let json = serde_json::to_value(value).map_err(|error| error.to_string())?;
        match json {
            Json::Null => {}
            Json::Array(items) => clients.extend(items.iter().filter_map(of_object)),
            client => clients.extend(of_object(&client)),
        }
    }
    Ok(clients)
}

fn of_object(client: &Json) -> Option<Fields> {
    let members = client.as_object()?.iter();
    let known = members.filter_map(|(name, value)| {
        let field = Field::from_name(name)?;
        let is_kept = !value.is_null() && field.shape() != Shape::ServerMade;
        let value = match (field.shape(), value) {
            (Shape::Secret, _) => Json::from("a secret"),
            (Shape::Scope, Json::String(scopes)) => scopes.split_whitespace().collect(),
            _ => value.clone(),
        };
        is_kept.then_some((field.name(), value))
    });
    Some(known.collect())
}
