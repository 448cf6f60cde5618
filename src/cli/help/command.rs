//! The command line with its pages.

use std::fmt::Write as _;

use clap::builder::StyledStr;
use clap::builder::styling::Styles;
use clap::{Command, CommandFactory as _};

use super::examples::{PAGES, Page};
use crate::cli::start::Cli;

/// The whole command line, with examples and exit codes below each long help.
pub(crate) fn command() -> Command {
    let with_page = |command, page: &Page| with_text(command, page.command, page);
    PAGES.iter().fold(Cli::command(), with_page)
}

fn with_text(command: Command, words: &[&str], page: &Page) -> Command {
    match words {
        [] => command.after_long_help(text(page)),
        [word, more @ ..] => command.mut_subcommand(word, |below| with_text(below, more, page)),
    }
}

fn text(page: &Page) -> StyledStr {
    let styles = Styles::styled();
    let (heading, literal) = (styles.get_header(), styles.get_literal());
    let mut text = StyledStr::new();
    // Writing to memory cannot fail.
    let _ = write!(text, "{heading}Examples:{heading:#}");
    for (line, what) in page.examples {
        let _ = write!(text, "\n  {literal}{line}{literal:#}\n          {what}\n");
    }
    let _ = write!(text, "\n{heading}Exit codes:{heading:#}");
    for (code, meaning) in page.ends {
        let _ = write!(text, "\n  {literal}{:<5}{literal:#} {meaning}", code.code());
    }
    text
}
