//! Comments that allow a rule for a line: `# hydra-gitops: allow RULE`.

use std::collections::HashMap;
use std::sync::Arc;

use serde_saphyr::granit_parser::{Event, Parser, options};

use super::finding::Finding;
use super::location::{Source, Span};
use super::policy::{Policy, did_you_mean, why};
use super::rule::Rule;
use super::shown::shown;

/// What such a comment starts with.
const MARKER: &str = "hydra-gitops:";

/// The most rules that the comments of a file may name, known or not.
const MOST: usize = 1_000;

/// A rule that a comment allows.
struct Allowance {
    rule: Rule,
    /// The line whose findings it silences, from 1.
    line: usize,
    span: Span,
    is_used: bool,
}

/// Marks the findings that comments of the file allow, and adds findings about the comments
/// themselves. `has_read_all` is whether every rule has been checked: a comment about a line that
/// was not read is not useless.
pub(crate) fn allow(
    source: &Arc<Source>,
    findings: &mut Vec<Finding>,
    has_read_all: bool,
    policy: &Policy,
) {
    if !source.text.contains(MARKER) {
        return;
    }
    let (mut allowances, mut about_comments) = read(source);
    let mut by_line: HashMap<(usize, Rule), Vec<&mut Allowance>> = HashMap::new();
    for allowance in &mut allowances {
        let key = (allowance.line, allowance.rule);
        by_line.entry(key).or_default().push(allowance);
    }
    for finding in findings.iter_mut() {
        let line = finding
            .location
            .as_ref()
            .map_or(0, |location| location.line);
        for allowance in by_line.get_mut(&(line, finding.rule)).into_iter().flatten() {
            allowance.is_used = true;
            finding.is_allowed = true;
        }
    }
    // Some rules are not about every version.
    if has_read_all && policy.hydra().is_none() {
        let is_unused =
            |one: &Allowance| !one.is_used && !policy.allows(one.rule) && policy.checks(one.rule);
        let unused = allowances.into_iter().filter(is_unused);
        about_comments.extend(unused.map(|allowance| {
            let message = format!("the line has no finding of `{}`", allowance.rule.name());
            complaint(source, allowance.span, message, "a comment applies to the line it is on, or, if it stands alone, to the next line; remove it if there is nothing to allow")
        }));
    }
    findings.extend(about_comments);
}

fn complaint(source: &Arc<Source>, span: Span, message: String, help: &str) -> Finding {
    let finding = Finding::new(Rule::UnusedAllow, message).help(help);
    finding.located(source.location(span))
}

/// The allowances of a file, and what is wrong with its comments. A text that is no YAML has none.
fn read(source: &Arc<Source>) -> (Vec<Allowance>, Vec<Finding>) {
    let mut allowances = Vec::new();
    let mut findings = Vec::new();
    let meant = meant_lines(&source.text);
    let options = options! { emit_comments: true, emit_unresolved_aliases: true };
    let mut parser = Parser::new_from_str_with_options(&source.text, options);
    while let Some(Ok((event, span))) = parser.next_event() {
        let Event::Comment(text, _) = event else {
            continue;
        };
        let Some(asked) = text.trim().strip_prefix(MARKER) else {
            continue;
        };
        let line = span.start.line();
        let start = span.start.byte_offset().unwrap_or_default();
        let span = Span::new(start..start + text.len() + 1, line, span.start.col() + 1);
        let meant = meant.get(line.saturating_sub(1)).copied().unwrap_or(line);
        for rule in rules_of(asked) {
            if allowances.len() + findings.len() == MOST {
                let message = format!("more than {MOST} rules in comments");
                let help =
                    "the rest are ignored; use `--allow` for rules that the whole file violates";
                findings.push(complaint(source, span, message, help));
                return (allowances, findings);
            }
            match rule {
                Ok(rule) => allowances.push(Allowance {
                    rule,
                    line: meant,
                    span,
                    is_used: false,
                }),
                Err((message, help)) => findings.push(complaint(source, span, message, &help)),
            }
        }
    }
    (allowances, findings)
}

/// For each line, the line that a comment in it is about: its own, or the next that is no comment
/// where it has one for itself.
fn meant_lines(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let mut next = lines.len() + 1;
    let mut meant = vec![next; lines.len()];
    for (index, line) in lines.iter().enumerate().rev() {
        let line = line.trim_start();
        if !line.starts_with('#') && !line.is_empty() {
            next = index + 1;
        }
        meant[index] = next;
    }
    meant
}

/// The rules of `allow RULE[, RULE]`, each or what is wrong with it and what to do.
fn rules_of(asked: &str) -> impl Iterator<Item = Result<Rule, (String, String)>> {
    let names = asked.trim_start().strip_prefix("allow ");
    let is_unknown = names.is_none().then(|| {
        let help = "write `# hydra-gitops: allow RULE`, or several rules with commas between";
        Err(("this comment is not understood".to_owned(), help.to_owned()))
    });
    let names = names.into_iter().flat_map(|names| names.split(','));
    is_unknown
        .into_iter()
        .chain(names.map(|name| rule_of(name.trim())))
}

fn rule_of(name: &str) -> Result<Rule, (String, String)> {
    match Rule::from_name(name) {
        Some(rule) if rule.can_be_allowed() && rule != Rule::UnusedAllow => Ok(rule),
        Some(rule) if rule.can_be_allowed() => Err((
            format!("`{name}` cannot be allowed by a comment"),
            "remove the comments that it is about".to_owned(),
        )),
        Some(rule) => Err((
            format!("`{name}` cannot be allowed: {}", why(rule)),
            "remove this comment".to_owned(),
        )),
        None => Err((
            format!("there is no rule `{}`", shown(name)),
            did_you_mean(name),
        )),
    }
}
