//! Mistakes that a parser stumbles over only later, or many times: found in the text of a file that
//! has errors, and reported once, in place of the errors that follow from them.

use std::collections::{BTreeMap, BTreeSet};
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

/// Slips looked for in a file: more than errors are shown.
const MOST_SLIPS: usize = 1_000;

/// How far a mistake reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The rest of the document.
    Document,
    /// The rest of the file.
    File,
    /// All of the file: it is of another format.
    Format,
}

/// The first mistake of a document, and the lines of what it spoils.
struct Spoiled {
    /// The first line of the document.
    first: usize,
    /// The line of the mistake.
    line: usize,
    /// The last line of the document, or of the file where all of it is spoiled.
    last: usize,
    reach: Reach,
    slip: Slip,
}

impl Spoiled {
    /// Whether a finding at a place follows from the mistake. What is wrong with an object as a
    /// whole is located at its start, before the mistake.
    fn explains(&self, rule: Rule, line: usize, place: Place, stop: Option<usize>) -> bool {
        if !SYMPTOMS.contains(&rule) || line > self.last {
            return false;
        }
        if self.reach == Reach::Format {
            return true;
        }
        if stop.is_none_or(|stop| stop < self.line) {
            // The parser read on after the mistake: what it found in other lines is true.
            let is_of_line = matches!(
                rule,
                Rule::NotAClient | Rule::UnknownField | Rule::InvalidKey
            ) || rule == Rule::WrongType && self.reach == Reach::File;
            return is_of_line && place.has_slip;
        }
        let is_of_whole = matches!(
            rule,
            Rule::NotAClient | Rule::NoIdentity | Rule::SkippedResource | Rule::IncompleteResource
        );
        line >= if is_of_whole { self.first } else { self.line }
    }

    /// Shows no text: which part of a line that is no YAML is secret, nobody knows.
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
        finding.located(source.location(span))
    }
}

/// A line with a finding.
#[derive(Clone, Copy)]
struct Place {
    /// The first line of its document.
    first: usize,
    /// Whether the line itself has a mistake.
    has_slip: bool,
}

/// The mistakes of a text, in order, and the lines that findings are about.
#[derive(Default)]
struct Scan {
    spoiled: Vec<Spoiled>,
    places: BTreeMap<usize, Place>,
}

impl Scan {
    /// The mistake that could explain a finding in this line: there is one for each document.
    fn before(&self, line: usize) -> Option<usize> {
        let next = self.spoiled.partition_point(|one| one.first <= line);
        next.checked_sub(1)
    }
}

fn line_of(finding: &Finding) -> usize {
    let location = finding.location.as_ref();
    location.map_or(0, |location| location.line)
}

/// Replaces the errors that follow from such mistakes by one finding about each.
pub(super) fn explain(source: &Arc<Source>, findings: &mut Vec<Finding>) {
    let symptoms = findings
        .iter()
        .filter(|finding| SYMPTOMS.contains(&finding.rule));
    let lines: BTreeSet<usize> = symptoms.map(line_of).collect();
    if lines.is_empty() {
        return;
    }
    let scan = slips(&source.text, &lines);
    // The last line of each document at which the parser stopped.
    let mut stops = BTreeMap::new();
    for finding in findings.iter() {
        let line = line_of(finding);
        if finding.rule == Rule::InvalidSyntax
            && let Some(place) = scan.places.get(&line)
        {
            let last = stops.entry(place.first).or_insert(line);
            *last = line.max(*last);
        }
    }
    let mut used = BTreeSet::new();
    findings.retain(|finding| {
        let line = line_of(finding);
        let explained = scan.places.get(&line).zip(scan.before(line));
        let explained = explained.filter(|(place, number)| {
            let stop = stops.get(&place.first).copied();
            let spoiled = scan.spoiled.get(*number);
            spoiled.is_some_and(|one| one.explains(finding.rule, line, **place, stop))
        });
        used.extend(explained.map(|(_, number)| number));
        explained.is_none()
    });
    let numbered = scan.spoiled.into_iter().enumerate();
    let used = numbered.filter(|(number, _)| used.contains(number));
    findings.extend(used.map(|(_, spoiled)| spoiled.finding(source)));
}

/// The first mistake of each document of a text, up to the last of these lines.
fn slips(text: &str, lines: &BTreeSet<usize>) -> Scan {
    let start = text.len() - text.trim_start().len();
    if let Some(slip) = other_format(&text[start..]) {
        return of_format(slip.moved(start), &text[..start], lines);
    }
    let last = lines.last().copied().unwrap_or_default();
    let mut scan = Scan::default();
    let (mut first, mut at) = (1, 0);
    // The indentation of the line that a block scalar (`|` or `>`) starts in.
    let mut block: Option<usize> = None;
    for (line, number) in text.split_inclusive('\n').zip(1..=last) {
        if starts_document(line) {
            if let Some(spoiled) = scan.spoiled.last_mut() {
                spoiled.last = match spoiled.reach {
                    Reach::Document => spoiled.last.min(number - 1),
                    _ => spoiled.last,
                };
            }
            (first, block) = (number, None);
        }
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        let is_in_block = block.is_some_and(|start| content.is_empty() || indent > start);
        let has_finding = lines.contains(&number);
        let is_spoiled = scan.spoiled.last().is_some_and(|one| one.last >= number);
        let mut found = None;
        if !is_in_block {
            block = starts_block(content).then_some(indent);
            if !is_spoiled || has_finding {
                found = in_line(line.trim_end());
            }
        }
        if has_finding {
            let has_slip = found.is_some();
            scan.places.insert(number, Place { first, has_slip });
        }
        if let Some((slip, reach)) = found.filter(|_| !is_spoiled) {
            scan.spoiled.push(Spoiled {
                first,
                line: number,
                last: usize::MAX,
                reach,
                slip: slip.moved(at),
            });
            if scan.spoiled.len() == MOST_SLIPS {
                break;
            }
        }
        at += line.len();
    }
    scan
}

fn of_format(slip: Slip, before: &str, lines: &BTreeSet<usize>) -> Scan {
    let place = Place {
        first: 1,
        has_slip: true,
    };
    let spoiled = Spoiled {
        first: 0,
        line: before.matches('\n').count() + 1,
        last: usize::MAX,
        reach: Reach::Format,
        slip,
    };
    Scan {
        spoiled: vec![spoiled],
        places: lines.iter().map(|line| (*line, place)).collect(),
    }
}

fn starts_document(line: &str) -> bool {
    let after = line.strip_prefix("---");
    after.is_some_and(|after| after.is_empty() || after.starts_with([' ', '\t', '\r', '\n']))
}

/// Whether a line ends in `|` or `>`, with or without indicators and a comment.
fn starts_block(content: &str) -> bool {
    let content = without_comment(content).trim_end();
    let Some((before, header)) = content.rsplit_once([' ', '\t']) else {
        return false;
    };
    let before = before.trim_end();
    let word = before.rsplit([' ', '\t']).next().unwrap_or_default();
    let starts_value = before.ends_with([':', '-']) || word.starts_with(['!', '&']);
    let indicators = header.strip_prefix(['|', '>']);
    let is_header = |rest: &str| {
        rest.chars()
            .all(|char| char.is_ascii_digit() || "+-".contains(char))
    };
    starts_value && indicators.is_some_and(is_header)
}

/// A line up to a comment. What is cut off in quotes could only have hidden a mistake.
fn without_comment(line: &str) -> &str {
    if line.trim_start_matches([' ', '\t']).starts_with('#') {
        return "";
    }
    let ends = [" #", "\t#"].map(|start| line.find(start));
    let end = ends.into_iter().flatten().min();
    end.map_or(line, |end| line[..end].trim_end())
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

/// The mistake in a line that is part of no block scalar, and how far it reaches.
fn in_line(line: &str) -> Option<(Slip, Reach)> {
    let line = without_comment(line);
    if let Some(slip) = conflict(line).or_else(|| template(line)) {
        return Some((slip, Reach::File));
    }
    if let Some(slip) = odd_space(line).or_else(|| comment(line)) {
        return Some((slip, Reach::Document));
    }
    let item = line.trim_start().trim_start_matches("- ");
    let slip = fence(item)
        .or_else(|| curly_quote(item))
        .or_else(|| assignment(item))
        .or_else(|| missing_space(item))
        .or_else(|| wide_colon(item))?;
    Some((slip.moved(line.len() - item.len()), Reach::Document))
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

/// `field：value`, with the colon of a Chinese or Japanese keyboard.
fn wide_colon(item: &str) -> Option<Slip> {
    let (name, _) = item.split_once('：')?;
    let field = Field::from_name(name.trim_end())?;
    let help = format!("write `{}: …`", field.name());
    let message = "`：` is not a colon in YAML or JSON";
    Some(Slip::new(name.len(), '：'.len_utf8(), message, &help))
}

#[cfg(test)]
mod tests;
