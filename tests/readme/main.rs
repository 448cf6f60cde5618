//! The pages a newcomer reads are true: every command of the README is run and its output compared,
//! and every link, flag and exit code of the pages exists.
//!
//! Three things are not taken as they stand:
//! - `cargo run --release --` is replaced by the program that Cargo has built for the tests, which
//!   is the same program without the minutes that an optimized build takes;
//! - `cargo test` is what runs this, and is not run again from within;
//! - the ports 4444 and 4445 are replaced by free ones, so that tests can run side by side.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

mod page;
mod pages;
#[path = "../support/requirement.rs"]
mod requirement;
mod shell;
mod shown;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use page::{Page, Section};
use requirement::{Missing, is_installed};

/// Sections that are read as one story: later ones go on where earlier ones ended.
struct Story {
    name: &'static str,
    sections: &'static [&'static str],
    /// Programs that the story runs, each with an argument that it answers.
    needs: &'static [(&'static str, &'static str)],
}

const STORIES: &[Story] = &[
    Story {
        name: "a_newcomer_with_rust_alone",
        sections: &["Try it", "Write a manifest"],
        needs: &[],
    },
    Story {
        name: "a_real_hydra",
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
];

fn main() {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = STORIES.iter().map(trial).collect();
    trials.push(Trial::test(
        "no_command_is_left_out",
        no_command_is_left_out,
    ));
    trials.extend(pages::trials());
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(story: &'static Story) -> Trial {
    let missing = missing(story);
    let test = move || match &missing {
        Some(missing) => missing.outcome(),
        None => run(story),
    };
    Trial::ignorable_test(story.name, test)
}

fn missing(story: &Story) -> Option<Missing> {
    let absent = story
        .needs
        .iter()
        .find(|(program, argument)| !is_installed(program, argument))?;
    Some(Missing(format!("`{}` is needed", absent.0)))
}

fn run(story: &Story) -> Result<Completion, Failed> {
    let readme = Page::read("README.md");
    let mut commands = Vec::new();
    for title in story.sections {
        let section = readme.section(title);
        let section = section.ok_or_else(|| format!("the README has no section `{title}`"))?;
        commands.extend(section.commands.clone());
    }
    commands.retain(|command| command.text != "cargo test");
    shell::run(&commands)?;
    Ok(Completion::Completed)
}

/// A new section with commands has to be in a story.
fn no_command_is_left_out() -> Result<(), Failed> {
    let readme = Page::read("README.md");
    let told = |section: &&Section| {
        let mut titles = STORIES.iter().flat_map(|story| story.sections);
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
