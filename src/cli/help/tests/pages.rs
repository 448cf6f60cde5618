//! The pages say what the program does.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use std::collections::BTreeSet;

use clap::{Command, FromArgMatches as _};

use crate::cli::help::command;
use crate::cli::help::examples::PAGES;
use crate::cli::start::Cli;

/// The words of a shell line, with quotes resolved, as far as the examples need it.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        match index % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

/// The calls of this program in a line: behind a pipe, before a redirection, or in a line that is
/// echoed into another file.
fn calls(line: &str) -> Vec<Vec<String>> {
    let line = line.replace("echo 'source <(", "").replace(")' >>", " >");
    let parts = line.split(" | ").map(|part| {
        let (part, _) = part.split_once(" > ").unwrap_or((part, ""));
        words(part)
    });
    let is_ours = |words: &Vec<String>| words.first().is_some_and(|word| word == "hydra-gitops");
    parts.filter(is_ours).collect()
}

#[test]
fn every_example_is_understood() {
    for page in PAGES {
        assert!(!page.examples.is_empty(), "{:?}", page.command);
        for (line, _) in page.examples {
            let calls = calls(line);
            assert_eq!(calls.len(), 1, "{line}");
            for call in calls {
                let matches = command().try_get_matches_from(&call);
                assert!(matches.is_ok(), "{line}: {}", matches.unwrap_err());
                let cli = Cli::from_arg_matches_mut(&mut matches.unwrap());
                assert!(cli.is_ok(), "{line}");
                let own = page.command.iter().zip(&call[1..]);
                assert!(own.clone().all(|(word, typed)| word == typed), "{line}");
            }
        }
    }
}

#[test]
fn every_command_has_a_page() {
    fn collect(command: &Command, words: &[String], all: &mut BTreeSet<Vec<String>>) {
        all.insert(words.to_vec());
        let below = command.get_subcommands().filter(|one| !one.is_hide_set());
        for below in below.filter(|one| one.get_name() != "help") {
            let words = [words, &[below.get_name().to_owned()]].concat();
            collect(below, &words, all);
        }
    }
    let mut all = BTreeSet::new();
    collect(&command(), &[], &mut all);
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let described: BTreeSet<Vec<String>> = PAGES.iter().map(|page| owned(page.command)).collect();
    assert_eq!(all, described);
}

#[test]
fn exit_codes_rise_and_examples_come_last() {
    for page in PAGES {
        let codes: Vec<u8> = page.ends.iter().map(|(code, _)| code.code()).collect();
        assert!(codes.is_sorted(), "{:?}", page.command);
        let mut line = vec!["hydra-gitops"];
        line.extend(page.command);
        line.push("--help");
        let help = command()
            .try_get_matches_from(line)
            .unwrap_err()
            .to_string();
        let (_, end) = help.split_once("\nExamples:\n").unwrap();
        let (_, codes_told) = end.split_once("\nExit codes:\n").unwrap();
        let told = codes_told
            .lines()
            .filter_map(|line| line.split_whitespace().next());
        let told: Vec<u8> = told.filter_map(|word| word.parse().ok()).collect();
        assert_eq!(told, codes, "{:?}", page.command);
    }
}

/// A command's own flags come first, under a heading of their own, and those of all commands last.
#[test]
fn own_flags_come_first() {
    for page in PAGES {
        let mut line = vec!["hydra-gitops"];
        line.extend(page.command);
        line.push("-h");
        let help = command()
            .try_get_matches_from(line)
            .unwrap_err()
            .to_string();
        let headings: Vec<&str> = help
            .lines()
            .filter(|line| line.ends_with(':') && !line.starts_with(' '))
            .collect();
        let options = headings.iter().filter(|one| **one == "Options:").count();
        assert!(options <= 1, "{headings:?}");
        let place = |name: &str| headings.iter().position(|heading| *heading == name);
        let shared = [
            "Manifests:",
            "Rules:",
            "Values:",
            "Connection:",
            "Recipients:",
            "Secrets:",
        ];
        let first = shared.iter().filter_map(|name| place(name)).min();
        if let Some(first) = first {
            assert!(
                place("Options:").is_some_and(|own| own < first),
                "{headings:?}"
            );
        }
        assert_eq!(
            headings.last(),
            Some(&"Global options:"),
            "{:?}",
            page.command
        );
    }
}
