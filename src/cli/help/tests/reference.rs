//! The generated parts of `docs/cli.md`: a table of what `--help` says, for people who read.
//!
//! `HYDRA_GITOPS_UPDATE=1 cargo test up_to_date` writes them anew. Each part stands between
//! `<!-- generated: WHAT -->` and `<!-- end -->`, where WHAT is one of
//! - `commands`, `exit codes`
//! - `flags COMMAND`: the arguments of a command itself
//! - `flags COMMAND: HEADING`: those that it shares with others, under that heading of `--help`

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may end at the first surprise"
)]

use clap::{Arg, Command};

use crate::cli::help::command;
use crate::cli::help::ends::ALL;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/cli.md");
const START: &str = "<!-- generated: ";
const END: &str = "<!-- end -->";

#[test]
fn the_reference_is_up_to_date() {
    let text = std::fs::read_to_string(PAGE).unwrap();
    let new = rewritten(&text);
    if std::env::var_os("HYDRA_GITOPS_UPDATE").is_some() {
        std::fs::write(PAGE, new).unwrap();
        return;
    }
    let hint = "`HYDRA_GITOPS_UPDATE=1 cargo test up_to_date` writes it anew";
    for (old, new) in text.lines().zip(new.lines()) {
        assert_eq!(old, new, "docs/cli.md is out of date: {hint}");
    }
    assert_eq!(text.len(), new.len(), "docs/cli.md is out of date: {hint}");
}

/// The page with all generated parts made anew.
fn rewritten(page: &str) -> String {
    let mut whole = command().disable_help_subcommand(true);
    whole.build();
    let mut parts = page.split(START);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (what, rest) = part.split_once(" -->").unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        text += &format!("{START}{what} -->\n{}{END}{after}", generated(what, &whole));
    }
    text
}

fn generated(what: &str, whole: &Command) -> String {
    let rows = match (what, what.strip_prefix("flags")) {
        ("commands", _) => commands(whole, &[]),
        ("exit codes", _) => ALL
            .iter()
            .map(|(code, meaning)| row(&code.code().to_string(), meaning))
            .collect(),
        (_, Some(rest)) => {
            let (words, heading) = match rest.split_once(": ") {
                Some((words, heading)) => (words, Some(heading)),
                None => (rest, None),
            };
            let below = |command: &Command, word| command.find_subcommand(word).cloned();
            let command = words
                .split_whitespace()
                .try_fold(whole.clone(), |c, w| below(&c, w));
            let command = command.unwrap_or_else(|| panic!("no command `{words}`"));
            flags(&command, heading)
        }
        _ => panic!("nothing generates `{what}`"),
    };
    assert!(!rows.is_empty(), "`{what}` has no row");
    let head = match what {
        "commands" => row("command", "does"),
        "exit codes" => row("exit code", "meaning"),
        _ => row("flag", "means"),
    };
    format!("{head}| --- | --- |\n{}", rows.concat())
}

fn row(left: &str, right: &str) -> String {
    format!("| {left} | {right} |\n")
}

/// The commands below this one, those that only lead to others left out.
fn commands(above: &Command, words: &[&str]) -> Vec<String> {
    let visible = above.get_subcommands().filter(|one| !one.is_hide_set());
    let rows = visible.flat_map(|command| {
        let words = [words, &[command.get_name()]].concat();
        let about = command.get_about().map(ToString::to_string);
        let arguments = command.get_positionals().map(positional);
        let names: Vec<String> = words
            .iter()
            .map(|word| (*word).to_owned())
            .chain(arguments)
            .collect();
        let leads_on = command.is_subcommand_required_set() || command.get_name() == "secrets";
        let own = row(
            &format!("`{}`", names.join(" ")),
            &about.unwrap_or_default(),
        );
        let own = (!leads_on).then_some(own);
        own.into_iter().chain(commands(command, &words))
    });
    rows.collect()
}

fn flags(command: &Command, heading: Option<&str>) -> Vec<String> {
    let is_meant = |arg: &&Arg| {
        let is_help = matches!(arg.get_id().as_str(), "help" | "version");
        !arg.is_hide_set() && !is_help && arg.get_help_heading() == heading
    };
    let meant = command.get_arguments().filter(is_meant);
    meant.map(|arg| row(&names(arg), &meaning(arg))).collect()
}

fn names(arg: &Arg) -> String {
    if arg.is_positional() {
        return format!("`{}`", positional(arg));
    }
    let long = arg.get_long().map(|long| format!("--{long}"));
    let short = arg.get_short().map(|short| format!("-{short}"));
    let aliases = arg.get_visible_aliases().unwrap_or_default();
    let aliases = aliases.into_iter().map(|alias| format!("--{alias}"));
    let names: Vec<String> = long.into_iter().chain(short).chain(aliases).collect();
    format!("`{}{}`", names.join("`, `"), value(arg))
}

fn value_name(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    names
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

fn value(arg: &Arg) -> String {
    if !arg.get_action().takes_values() {
        return String::new();
    }
    match arg
        .get_num_args()
        .is_some_and(|range| range.min_values() == 0)
    {
        true => format!("[={}]", value_name(arg)),
        false => format!(" {}", value_name(arg)),
    }
}

fn positional(arg: &Arg) -> String {
    let several = arg
        .get_num_args()
        .is_some_and(|range| range.max_values() > 1);
    let name = format!("{}{}", value_name(arg), if several { "…" } else { "" });
    match arg.is_required_set() {
        true => name,
        false => format!("[{name}]"),
    }
}

/// The help, with the values that are allowed and the one that counts without the flag.
fn meaning(arg: &Arg) -> String {
    let help = arg.get_long_help().or(arg.get_help());
    let mut text = help
        .map(ToString::to_string)
        .unwrap_or_default()
        .replace('\n', " ");
    if !arg.get_action().takes_values() {
        return text;
    }
    let code = |words: Vec<String>| format!("`{}`", words.join("`, `"));
    let allowed = arg.get_possible_values();
    let allowed = allowed.iter().filter(|value| !value.is_hide_set());
    let allowed: Vec<String> = allowed.map(|value| value.get_name().to_owned()).collect();
    if !allowed.is_empty() && arg.get_id() != "help" {
        text += &format!(": {}", code(allowed));
    }
    let defaults = arg.get_default_values();
    let defaults: Vec<_> = defaults
        .iter()
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    if !defaults.is_empty() {
        text += &format!("; default {}", code(defaults));
    }
    text.replace('|', "\\|")
}
