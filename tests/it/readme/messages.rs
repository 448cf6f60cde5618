//! The messages of `docs/messages.md` are the program's.

use std::fs;
use std::path::Path;

use libtest_mimic::Failed;

use crate::readme::Test;
use crate::readme::page::{Page, root};

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("every_message_exists", every_message_exists),
    ("a_made_up_message_is_noticed", a_made_up_message_is_noticed),
];

const PAGE: &str = "docs/messages.md";

/// The fewest letters that tell a message from others.
const TELLING: usize = 12;

fn every_message_exists() -> Result<(), Failed> {
    let sources = sources(&root().join("src"))?;
    let page = Page::read(PAGE);
    let rows = page
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("| `"));
    let messages: Vec<&str> = rows
        .filter_map(|row| row.split_once("` |"))
        .map(|(m, _)| m)
        .collect();
    if messages.len() < 30 {
        return Err(format!("only {} messages were found", messages.len()).into());
    }
    for message in messages {
        if !is_said(message, &sources) {
            return Err(format!("{PAGE}: the program never says `{message}`").into());
        }
    }
    Ok(())
}

fn a_made_up_message_is_noticed() -> Result<(), Failed> {
    let sources = sources(&root().join("src"))?;
    for message in ["no Hydra answers anywhere", "… is in use by the moon"] {
        if is_said(message, &sources) {
            return Err(format!("`{message}` was found").into());
        }
    }
    Ok(())
}

/// Whether one file holds all parts of a message, in their order. `…` stands for what differs; around
/// it, the quotes of names are the source's matter.
fn is_said(message: &str, sources: &[String]) -> bool {
    let parts = message.split('…').map(|part| part.trim_matches(['`', ' ']));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let telling = parts.iter().any(|part| part.len() >= TELLING);
    telling
        && sources.iter().any(|source| {
            let mut rest = Some(source.as_str());
            for part in &parts {
                rest = rest.and_then(|rest| Some(rest.split_once(part)?.1));
            }
            rest.is_some()
        })
}

/// The text of each source file, with the strings that are broken over lines joined, and without its
/// tests.
fn sources(folder: &Path) -> Result<Vec<String>, Failed> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "tests") {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path)?;
            let product = text.split("#[cfg(test)]").next().unwrap_or_default();
            found.push(product.replace("\\\"", "\""));
        }
    }
    Ok(found)
}
