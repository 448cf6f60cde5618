//! What a shell is answered.

use std::ffi::OsString;
use std::io::Write as _;

use super::VARIABLE;
use super::safe::is_safe;
use super::script::completer;
use crate::cli::sources::variable;
use crate::exit_code::ExitCode;

/// Answers a shell, if it is one that runs this program: its name is in the variable, and the first
/// argument is `--`. Any other call is an ordinary one, though the variable may be set.
pub(crate) fn answer(
    arguments: &[OsString],
    command: impl FnOnce() -> clap::Command,
) -> Option<ExitCode> {
    let completer = completer(&variable(VARIABLE)?)?;
    let [_, escape, words @ ..] = arguments else {
        return None;
    };
    if escape != "--" {
        return None;
    }
    if words.is_empty() {
        return Some(ExitCode::Done);
    }
    let mut answer = Vec::new();
    let folder = std::env::current_dir().ok();
    let folder = folder.as_deref();
    let written = completer.write_complete(&mut command(), words.to_vec(), folder, &mut answer);
    if written.is_err() {
        // There is nothing to offer.
        return Some(ExitCode::Done);
    }
    // A control character in a name may cut it in two; each part is judged by itself.
    let separator = variable("_CLAP_IFS").unwrap_or_else(|| "\n".to_owned());
    let answer = String::from_utf8_lossy(&answer);
    let safe: Vec<&str> = answer
        .split(&separator)
        .filter(|line| !line.is_empty() && is_safe(candidate(line, completer.name())))
        .collect();
    // Nobody reads it where this fails.
    let _ = std::io::stdout().write_all(safe.join(&separator).as_bytes());
    Some(ExitCode::Done)
}

/// A line without its description, if the shell takes one.
fn candidate<'l>(line: &'l str, shell: &str) -> &'l str {
    let end = match shell {
        // It escapes the colons of the candidate itself.
        "zsh" => line.find(':'),
        "fish" | "powershell" => line.find('\t'),
        _ => None,
    };
    &line[..end.unwrap_or(line.len())]
}
