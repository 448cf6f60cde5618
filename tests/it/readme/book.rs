//! The book is whole: its index names every page once, and no command in it is left out.

use std::collections::BTreeSet;

use libtest_mimic::Failed;

use crate::readme::Test;
use crate::readme::page::{self, Page};
use crate::readme::stories::{NOT_RUN, README, STORIES};

pub(crate) const TESTS: &[(&str, Test)] = &[
    (
        "every_page_is_in_the_index_once",
        every_page_is_in_the_index_once,
    ),
    ("no_command_is_left_out", no_command_is_left_out),
    ("what_is_not_run_is_there", what_is_not_run_is_there),
    ("the_readme_is_short", the_readme_is_short),
];

const INDEX: &str = "docs/README.md";

/// What a reader of the README reads before the first command runs.
const README_LINES: usize = 200;

/// Its examples are run by `tests/it/rules`, each in a folder of its own.
const RULES: &str = "docs/rules.md";

fn every_page_is_in_the_index_once() -> Result<(), Failed> {
    let index = Page::read(INDEX);
    let links: Vec<String> = index
        .links()
        .filter(|link| !link.starts_with("../"))
        .map(|link| format!("docs/{link}"))
        .collect();
    let once: BTreeSet<String> = links.iter().cloned().collect();
    if once.len() != links.len() {
        return Err(format!("{INDEX} names a page twice: {links:?}").into());
    }
    let pages = page::all().into_iter();
    let pages: BTreeSet<String> = pages
        .filter(|page| page.starts_with("docs/") && page != INDEX)
        .collect();
    let missing: Vec<_> = pages.difference(&once).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(format!("{INDEX} has no place for {missing:?}").into()),
    }
}

/// Each command is in a story; each block of `sh` is listed with the reason.
fn no_command_is_left_out() -> Result<(), Failed> {
    for name in page::all().iter().filter(|name| *name != RULES) {
        let page = Page::read(name);
        for section in &page.sections {
            let title = section.title.as_str();
            let mut stories = STORIES.iter().filter(|story| story.page == page.name);
            let is_told = stories.any(|story| story.sections.contains(&title));
            if let Some(command) = section.commands.first().filter(|_| !is_told) {
                let at = format!("{name}:{}", command.line);
                return Err(format!("{at}: no story runs `{}`", command.text).into());
            }
            let is_listed = NOT_RUN
                .iter()
                .any(|(page, section, _)| page == name && *section == title);
            if let Some(line) = section.scripts.first().filter(|_| !is_listed) {
                return Err(format!("{name}:{line}: nothing says why this is not run").into());
            }
            if let Some(line) = section.strays.first() {
                let message = "a command belongs in a block of `console` or `sh`";
                return Err(format!("{name}:{line}: {message}").into());
            }
        }
    }
    Ok(())
}

fn what_is_not_run_is_there() -> Result<(), Failed> {
    for (name, title, why) in NOT_RUN {
        let page = Page::read(name);
        let section = page.section(title);
        if section.is_none_or(|section| section.scripts.is_empty()) {
            return Err(format!("{name} has nothing in `{title}` that is not run ({why})").into());
        }
    }
    Ok(())
}

fn the_readme_is_short() -> Result<(), Failed> {
    let lines = Page::read(README).text.lines().count();
    match lines < README_LINES {
        true => Ok(()),
        false => Err(format!("{README} has {lines} lines; the book is the place for more").into()),
    }
}
