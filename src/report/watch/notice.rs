//! Notices for people only, as lines for standard error.

use std::time::Duration;

use crate::duration;
use crate::error::{Error, chain};
use crate::report::events::{Level, shortfall_text};
use crate::watch::{Notice, Reloaded};

/// The lines of a notice. Totals, findings and failures are formatted elsewhere and have no lines
/// here.
pub(crate) fn notice(notice: &Notice) -> Vec<(Level, String)> {
    let line = |level, text: &str| vec![(level, text.to_owned())];
    match notice {
        Notice::FirstPlan(_) | Notice::Findings(_) | Notice::Failure(_) | Notice::Stopping => {
            Vec::new()
        }
        Notice::Start { paths, endpoint } => {
            let paths: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
            let paths = paths.join(", ");
            line(
                Level::Notice,
                &format!("watching {paths}; asking Hydra at `{endpoint}`"),
            )
        }
        Notice::NothingSelected => line(
            Level::Warning,
            "no manifest has a `client_id` that `--only` selects; waiting for one that has",
        ),
        Notice::Shortfall(shortfall) => line(Level::Warning, &shortfall_text(shortfall)),
        Notice::NoWarnings { path } => {
            let path = path.as_deref().unwrap_or("manifests");
            line(Level::Notice, &format!("{path}: no warnings any more"))
        }
        Notice::Polling { error, every } => polling(error, *every),
        Notice::CannotWrite {
            error,
            is_journaled,
        } => {
            let kept = match is_journaled {
                true => "the journal keeps what could not be written",
                false => "what could not be written is kept in memory",
            };
            let why = chain(error);
            line(
                Level::Alarm,
                &format!("{why}; {kept}, and the file is opened again"),
            )
        }
        Notice::FilesChanged(error) => {
            let why = format!("{}; the file is opened again", chain(error));
            with_hints(Level::Alarm, why, error)
        }
        Notice::Reloaded(Reloaded { keys, connection }) => {
            reloaded(keys.is_none(), connection.is_none())
        }
        Notice::NotReloaded => line(
            Level::Warning,
            "keys and tokens could not be read in time; the old ones stay in use",
        ),
    }
}

fn polling(error: &Error, every: Duration) -> Vec<(Level, String)> {
    let (why, every) = (chain(error), duration::show(every));
    let text = format!("{why}; the files are read every {every} instead");
    with_hints(Level::Warning, text, error)
}

fn reloaded(has_keys: bool, has_connection: bool) -> Vec<(Level, String)> {
    let read = match (has_keys, has_connection) {
        (true, true) => Some("keys and tokens were read again (SIGHUP)"),
        (true, false) => Some("only the keys were read again (SIGHUP)"),
        (false, true) => Some("only tokens and certificates were read again (SIGHUP)"),
        (false, false) => None,
    };
    let old = [
        (has_keys, "the old keys stay in use"),
        (has_connection, "the old connection stays in use"),
    ];
    let old = old.into_iter().filter(|(is_read, _)| !is_read);
    let old = old.map(|(_, text)| (Level::Warning, text));
    let lines = old.chain(read.map(|read| (Level::Notice, read)));
    lines
        .map(|(level, text)| (level, text.to_owned()))
        .collect()
}

fn with_hints(level: Level, text: String, error: &Error) -> Vec<(Level, String)> {
    let hints = error.hints().iter();
    let hints = hints.map(|hint| {
        (
            Level::Notice,
            format!("  hint: {}", hint.text_while_running()),
        )
    });
    [(level, text)].into_iter().chain(hints).collect()
}
