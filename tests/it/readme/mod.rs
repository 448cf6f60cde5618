//! The pages a newcomer reads are true: every command of the README, and of some other pages, is run
//! and its output compared, and every link, flag and exit code of the pages exists.
//!
//! Three things are not taken as they stand:
//! - `cargo run --release --` is replaced by the program that Cargo has built for the tests, which
//!   is the same program without the minutes that an optimized build takes;
//! - `cargo test` is what runs this, and is not run again from within;
//! - the ports 4444 and 4445 are replaced by free ones, so that tests can run side by side.

mod page;
mod pages;
mod shell;
mod shown;

use libtest_mimic::{Failed, Trial};

use self::page::{Page, Section};
use crate::support::load::Load;
use crate::support::requirement::{Missing, is_installed};
use crate::support::suite;

/// Sections that are read as one story: later ones go on where earlier ones ended.
struct Story {
    name: &'static str,
    page: &'static str,
    sections: &'static [&'static str],
    /// Programs that the story runs, each with an argument that it answers.
    needs: &'static [(&'static str, &'static str)],
}

const STORIES: &[Story] = &[
    Story {
        name: "a_newcomer_with_rust_alone",
        page: README,
        sections: &["Try it", "Write a manifest"],
        needs: &[],
    },
    Story {
        name: "a_real_hydra",
        page: README,
        sections: &[
            "Use a real Hydra",
            "Keep the secrets",
            "Come from Ory's command line",
            "Keep a Hydra filled",
            "Use it in CI",
        ],
        needs: &[
            ("go", "version"),
            ("cc", "--version"),
            ("gpg", "--version"),
            ("jq", "--version"),
            ("curl", "--version"),
        ],
    },
    Story {
        name: "several_environments",
        page: "docs/environments.md",
        sections: &["A settings file", "Files of variables"],
        needs: &[],
    },
    Story {
        name: "a_review",
        page: "docs/review.md",
        sections: &["On your own machine"],
        needs: &[],
    },
];

const README: &str = "README.md";

/// Fails with what is wrong with a page.
type Test = fn() -> Result<(), Failed>;

const TESTS: &[(&str, Test)] = &[("no_command_is_left_out", no_command_is_left_out)];

pub(crate) fn trials() -> Vec<Trial> {
    let stories = STORIES.iter().map(|story| {
        trial(story.name, || match missing(story) {
            Some(missing) => Err(missing),
            None => Ok(run(story)),
        })
    });
    let of_pages = TESTS.iter().chain(pages::TESTS);
    let of_pages = of_pages.map(|(name, test)| trial(name, || Ok(test())));
    stories.chain(of_pages).collect()
}

fn trial(
    name: &str,
    test: impl FnOnce() -> Result<Result<(), Failed>, Missing> + Send + 'static,
) -> Trial {
    suite::trial(format!("readme::{name}"), Load::Works, || {
        test()?.unwrap_or_else(|failed| panic!("{}", failed.message().unwrap_or_default()));
        Ok(())
    })
}

fn missing(story: &Story) -> Option<Missing> {
    let absent = story
        .needs
        .iter()
        .find(|(program, argument)| !is_installed(program, argument))?;
    Some(Missing(format!("`{}` is needed", absent.0)))
}

fn run(story: &Story) -> Result<(), Failed> {
    let page = Page::read(story.page);
    let mut commands = Vec::new();
    for title in story.sections {
        let section = page.section(title);
        let section = section.ok_or_else(|| format!("{} has no section `{title}`", story.page))?;
        commands.extend(section.commands.clone());
    }
    commands.retain(|command| command.text != "cargo test");
    shell::run(story.page, &commands)
}

/// A new section with commands has to be in a story.
fn no_command_is_left_out() -> Result<(), Failed> {
    let readme = Page::read(README);
    let told = |section: &&Section| {
        let stories = STORIES.iter().filter(|story| story.page == README);
        let mut titles = stories.flat_map(|story| story.sections);
        titles.any(|title| *title == section.title)
    };
    let (in_stories, rest): (Vec<_>, Vec<_>) = readme.sections.iter().partition(told);
    for section in rest {
        if let Some(command) = section.commands.first() {
            let message = format!("no story runs `{}` of `{}`", command.text, section.title);
            return Err(message.into());
        }
    }
    for section in in_stories {
        if section.commands.is_empty() {
            return Err(format!("no command was found in `{}`", section.title).into());
        }
    }
    Ok(())
}
