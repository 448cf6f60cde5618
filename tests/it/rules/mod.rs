//! `docs/rules.md`: each rule has a page, whose wrong example violates it and whose right one does
//! not. A test a rule.

mod page;

use std::path::Path;
use std::process::{Command, Stdio};

use hydra_gitops::manifest::{Rule, Severity};
use libtest_mimic::Trial;

use self::page::{Example, Page, pages};
use crate::support::load::Load;
use crate::support::suite;
use crate::support::workspace::Workspace;

/// Errors that an example cannot avoid besides its own.
const UNAVOIDABLE: &[(Rule, Rule)] = &[
    (Rule::IncompleteResource, Rule::NoIdentity),
    (Rule::TooManyErrors, Rule::UnknownField),
];

pub(crate) fn trials() -> Vec<Trial> {
    let of_rule = |rule: &'static Rule| {
        let name = format!("rules::page::{}", rule.name());
        suite::trial(name, Load::Waits, || {
            check(*rule);
            Ok(())
        })
    };
    let order = suite::trial("rules::order".to_owned(), Load::Waits, || {
        order();
        Ok(())
    });
    Rule::ALL.iter().map(of_rule).chain([order]).collect()
}

/// The pages stand in the order of the table, and there are no others.
fn order() {
    let names: Vec<_> = pages().iter().map(|page| page.name.clone()).collect();
    let rules: Vec<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    assert_eq!(names, rules);
}

fn check(rule: Rule) {
    let page = Page::of(rule.name()).unwrap();
    let level = rule.severity().name();
    assert_eq!(page.about, format!("**{level}**: {}", rule.summary()));
    assert!(!page.reason.is_empty(), "the page does not tell why");
    assert!(rule.page().starts_with(&page.about), "{}", rule.page());
    wrong(rule, &page.wrong);
    right(rule, &page.right);
}

fn wrong(rule: Rule, example: &Example) {
    let (output, _) = run(example);
    let (name, level) = (rule.name(), rule.severity().name());
    let sign = match rule {
        // `create` names no rules, and `validate` has no place to show this one.
        Rule::InvalidJson => "error: `--metadata` must be JSON".to_owned(),
        Rule::UnreadableManifests => format!("\"rule\": \"{name}\""),
        _ => format!("{level}[{name}]"),
    };
    assert!(output.contains(&sign), "no `{sign}`:\n{output}");
    let others = Rule::ALL.iter().filter(|&&other| {
        other != rule
            && output.contains(&format!("error[{}]", other.name()))
            && !UNAVOIDABLE.contains(&(rule, other))
    });
    let others: Vec<_> = others.map(|other| other.name()).collect();
    assert!(others.is_empty(), "other errors, too: {others:?}\n{output}");
}

fn right(rule: Rule, example: &Example) {
    let (output, is_success) = run(example);
    assert!(is_success, "it fails:\n{output}");
    let found = Rule::ALL.iter().filter(|found| {
        let levels = [Severity::Error.name(), Severity::Warning.name()];
        levels
            .iter()
            .any(|level| output.contains(&format!("{level}[{}]", found.name())))
    });
    let found: Vec<_> = found.map(|found| found.name()).collect();
    assert!(
        found.is_empty(),
        "findings {found:?} beside {}:\n{output}",
        rule.name()
    );
}

/// What an example prints, and whether it succeeds.
fn run(example: &Example) -> (String, bool) {
    let workspace = Workspace::new();
    let program = Path::new(env!("CARGO_BIN_EXE_hydra-gitops"));
    let script = match example {
        Example::Script(script) => script.as_str(),
        Example::File { extension, text } => {
            workspace.write(&format!("manifests/example.{extension}"), text);
            "hydra-gitops validate"
        }
    };
    let path = std::env::var("PATH").unwrap_or_default();
    let folder = program.parent().unwrap().display();
    let output = Command::new("sh")
        .args(["-c", script])
        .current_dir(workspace.path())
        .env_clear()
        .env("PATH", format!("{folder}:{path}"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        String::from_utf8_lossy(&text).into_owned(),
        output.status.success(),
    )
}
