//! Mistakes that a parser stumbles over only later, or many times: found in the text of a file that
//! has errors, and reported once, in place of the errors that follow from them.

use std::sync::Arc;

use super::diagnostics::{Finding, Rule, Source, Span};
use crate::client::Field;

/// The findings that such a mistake can lead to.
const SYMPTOMS: [Rule; 12] = [
    Rule::InvalidSyntax,
    Rule::NotAClient,
    Rule::InvalidKey,
    Rule::InvalidMerge,
    Rule::DuplicateKey,
    Rule::YamlTag,
    Rule::UnknownAnchor,
    Rule::UnknownField,
    Rule::WrongType,
    Rule::SkippedResource,
    Rule::IncompleteResource,
    Rule::NoIdentity,
];

/// A mistake: its bytes, and what to say of it.
struct Slip {
    start: usize,
    end: usize,
    message: String,
    help: String,
}

impl Slip {
    fn new(start: usize, length: usize, message: &str, help: &str) -> Self {
        Self {
            start,
            end: start + length,
            message: message.to_owned(),
            help: help.to_owned(),
        }
    }

    fn moved(self, by: usize) -> Self {
        Self {
            start: self.start + by,
            end: self.end + by,
            ..self
        }
    }
}

/// The first mistake of a document, and the lines of what it spoils.
struct Spoiled {
    /// The first line of the document.
    first: usize,
    /// The line of the mistake.
    line: usize,
    /// The last line of the document, or of the file where all of it is spoiled.
    last: usize,
    slip: Slip,
}

impl Spoiled {
    /// Whether a finding follows from the mistake. What is wrong with an object as a whole is
    /// located at its start, before the mistake.
    fn explains(&self, finding: &Finding) -> bool {
        let is_of_whole = matches!(
            finding.rule,
            Rule::NotAClient | Rule::NoIdentity | Rule::SkippedResource | Rule::IncompleteResource
        );
        let first = if is_of_whole { self.first } else { self.line };
        let line = finding
            .location
            .as_ref()
            .map_or(0, |location| location.line);
        SYMPTOMS.contains(&finding.rule) && (first..=self.last).contains(&line)
    }

    fn finding(self, source: &Arc<Source>) -> Finding {
        let Slip {
            start,
            end,
            message,
            help,
        } = self.slip;
        let before = source.text[..start].chars().rev();
        let column = before.take_while(|char| *char != '\n').count() + 1;
        let span = Span::new(start..end, self.line, column);
        let finding = Finding::new(Rule::InvalidSyntax, message).help(help);
        finding.at(source, span)
    }
}

/// Replaces the errors that follow from such mistakes by one finding about each.
pub(super) fn explain(source: &Arc<Source>, findings: &mut Vec<Finding>) {
    if !findings
        .iter()
        .any(|finding| SYMPTOMS.contains(&finding.rule))
    {
        return;
    }
    for spoiled in slips(&source.text) {
        let before = findings.len();
        findings.retain(|finding| !spoiled.explains(finding));
        if findings.len() < before {
            findings.push(spoiled.finding(source));
        }
    }
}

/// The first mistake of each document of a text.
fn slips(text: &str) -> Vec<Spoiled> {
    let start = text.len() - text.trim_start().len();
    if let Some(slip) = other_format(&text[start..]) {
        let line = text[..start].matches('\n').count() + 1;
        let slip = slip.moved(start);
        return vec![Spoiled {
            first: 1,
            line,
            last: usize::MAX,
            slip,
        }];
    }
    let mut all: Vec<Spoiled> = Vec::new();
    let (mut first, mut at) = (1, 0);
    // The indentation of the line that a block scalar (`|` or `>`) starts in.
    let mut block: Option<usize> = None;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let number = index + 1;
        if line.starts_with("---") {
            if let Some(spoiled) = all.last_mut() {
                spoiled.last = spoiled.last.min(index);
            }
            (first, block) = (number, None);
        }
        let is_spoiled = all.last().is_some_and(|spoiled| spoiled.first == first);
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        let is_in_block = block.is_some_and(|start| content.is_empty() || indent > start);
        if !is_spoiled && !is_in_block {
            block = starts_block(content).then_some(indent);
            if let Some((slip, is_of_file)) = in_line(line.trim_end()) {
                let (slip, last) = (slip.moved(at), usize::MAX);
                all.push(Spoiled {
                    first,
                    line: number,
                    last,
                    slip,
                });
                if is_of_file {
                    break;
                }
            }
        }
        at += line.len();
    }
    all
}

fn starts_block(content: &str) -> bool {
    let ends = [": |", ": >", ": |-", ": >-", ": |+", ": >+", "- |", "- >"];
    ends.iter().any(|end| content.ends_with(end))
}

/// What a text is that is not even meant to be YAML or JSON.
fn other_format(text: &str) -> Option<Slip> {
    const IGNORE: &str = "if it belongs in this folder, name it in `.hydra-gitops-ignore`";
    let is_tag = |char: char| char.is_ascii_alphabetic() || matches!(char, '!' | '?');
    let (message, help) = if text
        .strip_prefix('<')
        .is_some_and(|text| text.starts_with(is_tag))
    {
        (
            "this is HTML or XML, not YAML or JSON",
            "a server or a proxy may have answered with a page instead of the file: fetch it again",
        )
    } else if text.starts_with("-----BEGIN") {
        ("this is a PEM file, not YAML or JSON", IGNORE)
    } else if text.starts_with("diff --git ") || text.starts_with("--- a/") {
        ("this is a patch, not YAML or JSON", IGNORE)
    } else if text.starts_with("CLIENT ID") {
        (
            "this is a table, as Ory's commands print it, not YAML or JSON",
            "let the command print JSON: `--format json`",
        )
    } else {
        return None;
    };
    Some(Slip::new(0, 1, message, help))
}

/// The mistake in a line that is part of no block scalar, and whether it spoils the whole file.
fn in_line(line: &str) -> Option<(Slip, bool)> {
    if let Some(slip) = conflict(line).or_else(|| template(line)) {
        return Some((slip, true));
    }
    if let Some(slip) = odd_space(line).or_else(|| comment(line)) {
        return Some((slip, false));
    }
    let item = line.trim_start().trim_start_matches("- ");
    let slip = fence(item)
        .or_else(|| curly_quote(item))
        .or_else(|| assignment(item))
        .or_else(|| missing_space(item))?;
    Some((slip.moved(line.len() - item.len()), false))
}

fn conflict(line: &str) -> Option<Slip> {
    let markers = ["<<<<<<< ", ">>>>>>> ", "||||||| "];
    markers.iter().find(|marker| line.starts_with(**marker))?;
    let help = "keep one of the two versions, and remove the lines of `<`, `=` and `>`";
    Some(Slip::new(0, 7, "a merge conflict is not resolved", help))
}

/// A space that is none to YAML, in the indentation or after the first colon.
fn odd_space(line: &str) -> Option<Slip> {
    let content = line.trim_start();
    let indent = line.len() - content.len();
    let after = line.find(':').map_or(line.len(), |colon| colon + 1);
    let (at, char) = line.char_indices().find(|(at, char)| {
        let is_odd = char.is_whitespace() && !matches!(char, ' ' | '\t' | '\r' | '\n');
        is_odd && (*at < indent || *at == after)
    })?;
    let message = format!(
        "the character U+{:04X} is not a space in YAML",
        u32::from(char)
    );
    Some(Slip::new(
        at,
        char.len_utf8(),
        &message,
        "write an ordinary space",
    ))
}

/// `{{ .Values.x }}` or `{% if x %}` outside quotes.
fn template(line: &str) -> Option<Slip> {
    let content = line.trim_start();
    let ends = |open: &str| {
        let close = if open == "{{" { "}}" } else { "%}" };
        let (before, inside) = line.split_once(open)?;
        let starts_value = matches!(before.trim_start(), "" | "-")
            || before.ends_with(": ")
            || before.ends_with("- ");
        let inside = inside.strip_prefix('-').unwrap_or(inside).trim_start();
        let is_action =
            inside.starts_with(|char: char| char.is_alphabetic() || ".$/(".contains(char));
        let is_control = content.starts_with(open) && inside.starts_with("/*");
        let is_template = inside.contains(close) && (is_action || is_control);
        (starts_value && is_template).then_some(before.len())
    };
    let at = ends("{{").or_else(|| ends("{%"))?;
    let message = "this is a template, and was not rendered";
    let help = "render it first, for example with `helm template`; if it is not meant to be read here, name it in `.hydra-gitops-ignore`";
    Some(Slip::new(at, 2, message, help))
}

/// `//` or `/*` at the start of a line, or after a value of JSON.
fn comment(line: &str) -> Option<Slip> {
    let mut quote = None;
    // The last character that is no space, and the last of all.
    let (mut last, mut previous) = (None, ' ');
    let mut chars = line.char_indices();
    let at = loop {
        let (at, char) = chars.next()?;
        let starts_value = previous.is_whitespace() || "[{,:".contains(previous);
        match char {
            '\\' if quote == Some('"') => drop(chars.next()),
            _ if quote == Some(char) => quote = None,
            '"' if quote.is_none() => quote = Some(char),
            '\'' if quote.is_none() && starts_value => quote = Some(char),
            '/' if quote.is_none() && line[at + 1..].starts_with(['/', '*']) => break at,
            _ => {}
        }
        if !char.is_whitespace() {
            last = Some(char);
        }
        previous = char;
    };
    let follows_value = last.is_none_or(|last| ",[]{}\"".contains(last));
    let open = &line[at..at + 2];
    let message = format!("`{open}` does not start a comment in YAML or JSON");
    let help = "JSON has no comments: remove it; in YAML, a comment starts with `#`";
    follows_value.then(|| Slip::new(at, 2, &message, help))
}

fn fence(item: &str) -> Option<Slip> {
    item.starts_with("```").then(|| {
        let help = "keep the text between the two lines of backticks, and remove the rest";
        Slip::new(0, 3, "this is Markdown, not YAML or JSON", help)
    })
}

/// A typographic quote before a name.
fn curly_quote(item: &str) -> Option<Slip> {
    let name = item.trim_start_matches(['{', '[', ' ']);
    let char = name
        .chars()
        .next()
        .filter(|char| "“”„‟‘’«".contains(*char))?;
    let message = format!("`{char}` is not a quote in YAML or JSON");
    let help = "write `\"`";
    Some(Slip::new(
        item.len() - name.len(),
        char.len_utf8(),
        &message,
        help,
    ))
}

/// `name = value`, as in TOML, INI and environment files.
fn assignment(item: &str) -> Option<Slip> {
    let (name, value) = item.split_once('=')?;
    let name = name.trim_end();
    let bare = name.strip_prefix("export ").unwrap_or(name);
    let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
    if bare.is_empty() || !bare.chars().all(is_name) || matches!(value, "" | "=" | "==") {
        return None;
    }
    let at = item.len() - value.len() - 1;
    let help = match Field::from_name(bare) {
        Some(field) => format!("write `{}: …`, with a colon and a space", field.name()),
        None => "write `name: value`; a file that is no manifest, such as a TOML or an environment file, can be named in `.hydra-gitops-ignore`".to_owned(),
    };
    let message = "not valid YAML: `=` does not separate a name from its value";
    Some(Slip::new(at, 1, message, &help))
}

/// `field:value`.
fn missing_space(item: &str) -> Option<Slip> {
    let (name, value) = item.split_once(':')?;
    let field = Field::from_name(name)?;
    let is_missing = value.starts_with(|char: char| !char.is_whitespace());
    let message = "not valid YAML: a space is missing after the colon";
    let help = format!("write `{}: …`", field.name());
    is_missing.then(|| Slip::new(name.len(), 1, message, &help))
}
