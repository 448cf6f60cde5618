//! The word that asks for Ory's v2 output.

use std::ffi::{OsStr, OsString};

const CREATE: &[&str] = &["client", "oauth2-client"];
const IMPORT: &[&str] = &["client", "clients", "oauth2-client", "oauth2-clients"];

/// Ory's v2 takes its common flags before the word as well: `create -e URL client`. Puts the word
/// first. All other arguments stay where they are.
pub(in crate::cli) fn word_first(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let is_global = |argument: &&OsString| {
        let text = argument.to_string_lossy();
        matches!(&*text, "-q" | "--quiet" | "-v" | "--verbose") || text.starts_with("--color=")
    };
    let globals = arguments.iter().skip(1).take_while(is_global).count();
    let command = globals + 1;
    let words = match arguments.get(command).and_then(|word| word.to_str()) {
        Some("create") => CREATE,
        Some("import") => IMPORT,
        _ => return arguments,
    };
    let mut at = command + 1;
    while let Some(length) = arguments.get(at).and_then(|argument| common_flag(argument)) {
        at += length;
    }
    let is_word = |argument: &OsString| words.iter().any(|word| argument == word);
    if arguments.get(at).is_some_and(is_word) {
        let word = arguments.remove(at);
        arguments.insert(command + 1, word);
    }
    arguments
}

/// How many arguments a flag takes that all of Ory's v2 commands have; `None` for any other argument.
fn common_flag(argument: &OsStr) -> Option<usize> {
    let text = argument.to_str()?;
    match text {
        "-q" | "--quiet" | "-v" | "--verbose" | "--skip-tls-verify" => Some(1),
        "-e" | "--endpoint" | "-H" | "--http-header" | "--format" => Some(2),
        _ => {
            let starts = ["-e", "--endpoint=", "-H", "--http-header=", "--format="];
            starts
                .iter()
                .any(|start| text.starts_with(start))
                .then_some(1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::word_first;

    #[test]
    fn the_word_comes_first_and_nothing_else_moves() {
        for (given, expected) in [
            ("create -e URL client -n x", "create client -e URL -n x"),
            (
                "-q import -eURL -H a:b clients f",
                "-q import clients -eURL -H a:b f",
            ),
            ("create client -e URL", "create client -e URL"),
            ("create --name client", "create --name client"),
            ("create -n client client", "create -n client client"),
            ("create clients", "create clients"),
            ("import a.json client", "import a.json client"),
            ("plan -q client", "plan -q client"),
            ("create", "create"),
        ] {
            let arguments = ["hydra-gitops"].into_iter().chain(given.split(' '));
            let sorted = word_first(arguments.map(Into::into).collect());
            let sorted: Vec<_> = sorted.iter().filter_map(|word| word.to_str()).collect();
            assert_eq!(sorted[1..].join(" "), expected);
        }
    }
}
