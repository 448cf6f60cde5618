//! YAML as the library of Ory's v2 writes it: blocks, and plain strings wherever YAML 1.2 and 1.1
//! would read them as the same string.

use std::io::{self, Write};

use secrecy::ExposeSecret as _;
use serde_json::{Map, Value as Json};

use super::row::{Member, REST, Row, Rows};
use crate::text::must_escape;

pub(crate) fn yaml(rows: Rows<'_>, out: &mut dyn Write) -> io::Result<()> {
    match rows {
        Rows::One(row) => write_row(row, 0, "", out),
        Rows::Many([]) => writeln!(out, "[]"),
        Rows::Many(rows) => rows.iter().try_for_each(|row| write_row(row, 2, "- ", out)),
    }
}

/// Writes the members of a client, the first after `first` and the others below it.
fn write_row(row: &Row, indent: usize, first: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut start = first.to_owned();
    for (name, member) in row.members() {
        match member {
            Member::Plain(value) => write_member(&start, name, value, indent, out)?,
            Member::Secret(secret) => {
                let secret = scalar(secret.expose_secret());
                writeln!(out, "{start}{}: {secret}", scalar(name))?;
            }
        }
        start = " ".repeat(indent);
    }
    match row.has_rest() {
        true => writeln!(out, "{start}{REST}: {{}}"),
        false => Ok(()),
    }
}

fn write_member(
    start: &str,
    name: &str,
    value: &Json,
    indent: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = scalar(name);
    match value {
        Json::Object(members) if !members.is_empty() => {
            writeln!(out, "{start}{name}:")?;
            write_members(&" ".repeat(indent + 2), members, indent + 2, out)
        }
        Json::Array(items) if !items.is_empty() => {
            writeln!(out, "{start}{name}:")?;
            write_items(items, indent, out)
        }
        value => writeln!(out, "{start}{name}: {}", flow(value)),
    }
}

fn write_members(
    first: &str,
    members: &Map<String, Json>,
    indent: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut start = first.to_owned();
    for (name, value) in members {
        write_member(&start, name, value, indent, out)?;
        start = " ".repeat(indent);
    }
    Ok(())
}

fn write_items(items: &[Json], indent: usize, out: &mut dyn Write) -> io::Result<()> {
    let start = " ".repeat(indent) + "- ";
    items.iter().try_for_each(|item| match item {
        Json::Object(members) if !members.is_empty() => {
            write_members(&start, members, indent + 2, out)
        }
        // A list in a list: JSON is YAML as well.
        item => writeln!(out, "{start}{}", flow(item)),
    })
}

/// A value on one line.
fn flow(value: &Json) -> String {
    match value {
        Json::String(text) => scalar(text),
        value => value.to_string(),
    }
}

/// A string, plain if it stays a string. Otherwise quoted as in JSON, which YAML reads alike.
fn scalar(text: &str) -> String {
    match is_plain(text) {
        true => text.to_owned(),
        false => {
            let quoted = Json::from(text).to_string();
            let escape = |char: char| match must_escape(char) {
                true => char
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .map(|unit| format!("\\u{unit:04x}"))
                    .collect(),
                false => char.to_string(),
            };
            let quoted: String = quoted.chars().map(escape).collect();
            // A command to a CI runner, which reads lines and no YAML.
            quoted.replace("##", "#\\u0023")
        }
    }
}

fn is_plain(text: &str) -> bool {
    const INDICATORS: &[char] = &[
        '*', '&', '[', '{', '}', ']', ',', '!', '|', '>', '%', '\'', '"', '@', ' ', '`',
    ];
    !text.is_empty()
        && !is_keyword(text)
        && !is_number(text)
        && !text.starts_with(INDICATORS)
        && !(text.starts_with(['-', '?', ':']) && text[1..].starts_with([' '])
            || text.len() == 1 && "-?".contains(text))
        && !text.ends_with([':', ' '])
        && !text.contains(['#', '\\'])
        && !text.contains(": ")
        && !text.contains(must_escape)
        && text != "---"
        && text != "..."
}

/// What YAML 1.2 or 1.1 reads as null, a boolean or no number.
fn is_keyword(text: &str) -> bool {
    const WORDS: [&str; 11] = [
        "null", "~", "true", "false", "y", "n", "yes", "no", "on", "off", ".nan",
    ];
    let lower = text.to_ascii_lowercase();
    WORDS.contains(&&*lower) || matches!(&*lower, ".inf" | "-.inf" | "+.inf")
}

/// What some YAML parser reads as a number, or as a time in base 60.
fn is_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    let is_sexagesimal = text
        .chars()
        .all(|char| char.is_ascii_digit() || char == ':');
    let is_prefixed = ["0x", "0o", "0b"]
        .iter()
        .any(|start| digits.starts_with(start));
    let is_decimal = digits.starts_with(|char: char| char.is_ascii_digit() || char == '.')
        && digits.replace('_', "").parse::<f64>().is_ok();
    is_sexagesimal || is_prefixed || is_decimal
}
