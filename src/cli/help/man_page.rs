//! Manual pages (roff), one a command.

use std::io;

use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::command;
use super::examples::{PAGES, Page};

/// When the pages changed last. It is fixed, so that a program always writes the same pages.
const DATE: &str = "2026-11-29";

const MANUAL: &str = "hydra-gitops manual";

/// A page, and the file that it belongs into.
pub(crate) struct ManPage {
    pub(crate) file: String,
    pub(crate) text: Vec<u8>,
}

/// The page of the command with these words, such as `secrets verify`; `None` if there is no such
/// command.
///
/// # Errors
/// None that can happen: it is written to memory.
pub(crate) fn man_page(words: &[String]) -> Option<io::Result<ManPage>> {
    let page = PAGES.iter().find(|page| page.command == words)?;
    Some(render(&whole(), page))
}

/// All pages.
///
/// # Errors
/// None that can happen: they are written to memory.
pub(crate) fn all_man_pages() -> io::Result<Vec<ManPage>> {
    let command = whole();
    PAGES.iter().map(|page| render(&command, page)).collect()
}

/// The command line as the pages describe it.
fn whole() -> Command {
    let mut command = with_aliases(command().disable_help_subcommand(true));
    command.build();
    command
}

/// The pages would leave out other names of flags.
fn with_aliases(command: Command) -> Command {
    let with_aliases_of = |arg: Arg| {
        let aliases = arg.get_visible_aliases().unwrap_or_default();
        let flags: Vec<_> = aliases.iter().map(|alias| format!("--{alias}")).collect();
        match arg.get_long_help().or(arg.get_help()) {
            Some(help) if !flags.is_empty() => {
                let help = format!("{help} [alias: {}]", flags.join(", "));
                arg.long_help(help)
            }
            _ => arg,
        }
    };
    command
        .mut_args(with_aliases_of)
        .mut_subcommands(with_aliases)
}

fn render(whole: &Command, page: &Page) -> io::Result<ManPage> {
    let below = |command: &Command, word: &&str| command.find_subcommand(word).cloned();
    let start = Some(whole.clone());
    let command = page.command.iter().fold(start, |command, word| {
        command.as_ref().and_then(|command| below(command, word))
    });
    let mut command = command.ok_or_else(|| io::Error::other("a page of no command"))?;
    let synopsis = synopsis(&mut command);
    let has_commands = command.get_subcommands().next().is_some();
    let source = format!("hydra-gitops {}", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command).date(DATE).source(source).manual(MANUAL);
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    text.extend(synopsis.to_roff().into_bytes());
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if has_commands {
        man.render_subcommands_section(&mut text)?;
    }
    text.extend(examples(page).to_roff().into_bytes());
    text.extend(ends(page).to_roff().into_bytes());
    text.extend(see_also(page).to_roff().into_bytes());
    Ok(ManPage {
        file: man.get_filename(),
        text: without_repetitions(text),
    })
}

/// Each part begins with the same lines, which count for all of the page. Old formatters read ASCII
/// only.
fn without_repetitions(text: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&text).replace('…', "...");
    let is_head = |line: &&str| line.starts_with(".ie ") || line.starts_with(".el ");
    let head = text.lines().take_while(is_head).count();
    let rest = text.lines().skip(head).filter(|line| !is_head(line));
    let lines = text.lines().take(head).chain(rest);
    lines
        .flat_map(|line| [line, "\n"])
        .collect::<String>()
        .into_bytes()
}

/// As the usage in the help: a list of all flags would hide the arguments.
fn synopsis(command: &mut Command) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]);
    let usage = command.render_usage().to_string();
    for line in usage.trim_start_matches("Usage:").lines() {
        roff.text([roman(line.trim())]);
        roff.control("br", []);
    }
    roff
}

fn examples(page: &Page) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXAMPLES"]);
    for (line, what) in page.examples {
        roff.control("TP", []);
        roff.text([bold(*line)]);
        roff.text([roman(*what)]);
    }
    roff
}

fn ends(page: &Page) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in page.ends {
        roff.control("TP", []);
        roff.text([bold(code.code().to_string())]);
        roff.text([roman(*meaning)]);
    }
    roff
}

/// The page above, or that of the program.
fn see_also(page: &Page) -> Roff {
    let mut roff = Roff::new();
    let above = match page.command {
        [] => return roff,
        [above @ .., _] => above,
    };
    roff.control("SH", ["SEE ALSO"]);
    let name = [&["hydra-gitops"], above].concat().join("-");
    roff.text([bold(name), roman("(1)")]);
    roff
}
