//! Comments that allow a rule for a line: `# hydra-gitops: allow RULE`.

use std::sync::Arc;

use serde_saphyr::granit_parser::{Event, Parser, options};

use super::finding::Finding;
use super::location::{Source, Span};
use super::policy::{Policy, did_you_mean, why};
use super::rule::Rule;
use super::shown::shown;

/// What such a comment starts with.
const MARKER: &str = "hydra-gitops:";

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
    for finding in findings.iter_mut() {
        let Some(location) = &finding.location else {
            continue;
        };
        for allowance in &mut allowances {
            if allowance.line == location.line && allowance.rule == finding.rule {
                allowance.is_used = true;
                finding.is_allowed = true;
            }
        }
    }
    if has_read_all {
        let unused = allowances.into_iter().filter(|allowance| {
            !allowance.is_used && !policy.allows(allowance.rule) && policy.checks(allowance.rule)
        });
        about_comments.extend(unused.map(|allowance| {
            let name = allowance.rule.name();
            let message = format!("no finding of `{name}` is in line {}", allowance.line);
            let finding = Finding::new(Rule::UnusedAllow, message);
            let help = "a comment counts for its own line, or above a line for that line; remove it if there is nothing to allow";
            finding.help(help).at(source, allowance.span)
        }));
    }
    findings.extend(about_comments);
}

/// The allowances of a file, and what is wrong with its comments. A text that is no YAML has none.
fn read(source: &Arc<Source>) -> (Vec<Allowance>, Vec<Finding>) {
    let mut allowances = Vec::new();
    let mut findings = Vec::new();
    let lines: Vec<&str> = source.text.lines().collect();
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
        let meant = meant_line(&lines, line);
        for rule in rules_of(asked) {
            match rule {
                Ok(rule) => allowances.push(Allowance {
                    rule,
                    line: meant,
                    span,
                    is_used: false,
                }),
                Err((message, help)) => {
                    let finding = Finding::new(Rule::UnusedAllow, message).help(help);
                    findings.push(finding.at(source, span));
                }
            }
        }
    }
    (allowances, findings)
}

/// The line that a comment is about: its own, or the next that is no comment where it has one for
/// itself.
fn meant_line(lines: &[&str], line: usize) -> usize {
    let is_alone = |line: &&str| line.trim_start().starts_with('#');
    let from = line.saturating_sub(1);
    let alone = lines
        .iter()
        .skip(from)
        .take_while(|line| is_alone(line) || line.trim().is_empty());
    line + alone.count()
}

/// The rules of `allow RULE[, RULE]`, each or what is wrong with it and what to do.
fn rules_of(asked: &str) -> Vec<Result<Rule, (String, String)>> {
    let Some(names) = asked.trim_start().strip_prefix("allow ") else {
        let message = "this comment is not understood".to_owned();
        let help = "write `# hydra-gitops: allow RULE`, or several rules with commas between";
        return vec![Err((message, help.to_owned()))];
    };
    let rule = |name: &str| match Rule::from_name(name) {
        Some(rule) if rule.can_be_allowed() => Ok(rule),
        Some(rule) => Err((
            format!("`{name}` cannot be allowed: {}", why(rule)),
            "remove this comment".to_owned(),
        )),
        None => Err((
            format!("there is no rule `{}`", shown(name)),
            did_you_mean(name),
        )),
    };
    names.split(',').map(|name| rule(name.trim())).collect()
}
