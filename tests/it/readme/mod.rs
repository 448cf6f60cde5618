//! The book and the README are true: every command in them is run and its output compared, or listed
//! with the reason why it cannot be; every link, flag, exit code and message exists; the pictures are
//! those of today's program.
//!
//! Three things are not taken as they stand:
//! - `cargo run --release --` is replaced by the program that Cargo has built for the tests, which
//!   is the same program without the minutes that an optimized build takes;
//! - `cargo test` is what runs this, and is not run again from within, nor is `cargo build`;
//! - the ports 4444 and 4445 are replaced by free ones, so that tests can run side by side.

mod book;
mod messages;
mod page;
mod pages;
mod pictures;
mod shell;
mod shown;
mod stories;

use libtest_mimic::{Failed, Trial};

use self::page::Page;
use self::stories::{STORIES, Story};
use crate::support::load::Load;
use crate::support::requirement::{Missing, is_installed};
use crate::support::suite;

/// Fails with what is wrong with a page.
type Test = fn() -> Result<(), Failed>;

pub(crate) fn trials() -> Vec<Trial> {
    let stories = STORIES.iter().map(|story| {
        trial(story.name, || match missing(story) {
            Some(missing) => Err(missing),
            None => Ok(run(story)),
        })
    });
    let tests = [book::TESTS, messages::TESTS, pages::TESTS, pictures::TESTS].concat();
    let of_pages = tests
        .into_iter()
        .map(|(name, test)| trial(name, move || Ok(test())));
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
        if section.commands.is_empty() {
            return Err(format!("no command was found in `{title}` of {}", story.page).into());
        }
        commands.extend(section.commands.clone());
    }
    commands.retain(|command| {
        !matches!(
            command.text.as_str(),
            "cargo test" | "cargo build --release"
        )
    });
    shell::run(story.page, story.setup, &commands)
}
