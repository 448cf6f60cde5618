//! Notices for people only, as lines for standard error.

use crate::duration;
use crate::error::{Error, chain};
use crate::report::events::{Level, shortfall_text};
use crate::watch::{Notice, Reloaded};

const NOTHING_SELECTED: &str =
    "no manifest has a `client_id` that `--only` selects; waiting for one that has";
const NOT_RELOADED: &str = "keys and tokens could not be read in time; the old ones stay in use";

/// The lines of a notice. Totals, findings and failures are formatted elsewhere and have no lines
/// here.
pub(crate) fn notice(notice: &Notice) -> Vec<(Level, String)> {
    let (level, text) = match notice {
        Notice::FirstPlan(_) | Notice::Findings(_) | Notice::Failure(_) | Notice::Stopping => {
            return Vec::new();
        }
        Notice::Start { paths, endpoint } => {
            let paths: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
            let paths = paths.join(", ");
            let text = format!("watching {paths}; asking Hydra at `{endpoint}`");
            (Level::Notice, text)
        }
        Notice::NothingSelected => (Level::Warning, NOTHING_SELECTED.to_owned()),
        Notice::Shortfall(shortfall) => (Level::Warning, shortfall_text(shortfall)),
        Notice::NoWarnings(path) => {
            let path = path.as_deref().unwrap_or("manifests");
            (Level::Notice, format!("{path}: no warnings any more"))
        }
        Notice::Polling { error, every } => {
            let (why, every) = (chain(error), duration::show(*every));
            let text = format!("{why}; the files are read every {every} instead");
            return with_hints(Level::Warning, text, error);
        }
        Notice::CannotWrite {
            error,
            is_journaled,
        } => {
            let kept = match is_journaled {
                true => "the journal keeps what could not be written",
                false => "what could not be written is kept in memory",
            };
            let why = chain(error);
            (
                Level::Alarm,
                format!("{why}; {kept}, and the file is opened again"),
            )
        }
        Notice::FilesChanged(error) => {
            let why = format!("{}; the file is opened again", chain(error));
            return with_hints(Level::Alarm, why, error);
        }
        Notice::Reloaded(reloaded) => return self::reloaded(reloaded),
        Notice::NotReloaded => (Level::Warning, NOT_RELOADED.to_owned()),
    };
    vec![(level, text)]
}

fn reloaded(Reloaded { keys, connection }: &Reloaded) -> Vec<(Level, String)> {
    let old_keys = (Level::Warning, "the old keys stay in use");
    let old_connection = (Level::Warning, "the old connection stays in use");
    let read = |text| (Level::Notice, text);
    let lines = match (keys, connection) {
        (None, None) => vec![read("keys and tokens were read again (SIGHUP)")],
        (None, Some(_)) => vec![
            old_connection,
            read("only the keys were read again (SIGHUP)"),
        ],
        (Some(_), None) => {
            let new = "only tokens and certificates were read again (SIGHUP)";
            vec![old_keys, read(new)]
        }
        (Some(_), Some(_)) => vec![old_keys, old_connection],
    };
    let lines = lines.into_iter();
    lines
        .map(|(level, text)| (level, text.to_owned()))
        .collect()
}

fn with_hints(level: Level, text: String, error: &Error) -> Vec<(Level, String)> {
    let hints = error.hints().iter();
    let hints = hints.map(|hint| format!("  hint: {}", hint.text_while_running()));
    let hints = hints.map(|hint| (Level::Notice, hint));
    [(level, text)].into_iter().chain(hints).collect()
}
