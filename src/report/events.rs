//! The events of a reconcile as messages for people.

use crate::duration;
use crate::endpoint_name::same_endpoint;
use crate::reconcile::{Event, Lack, Recovered, RecoveryOutcome, Shortfall};
use crate::shell;
use crate::text::count;
use crate::vault::{Closed, Intent, Outputs, Repair, SystemClock, count_intents};

/// How important a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Worth knowing.
    Notice,
    /// Something may be wrong. Not worth reporting if everything else succeeded.
    Warning,
    /// The result falls short of what was asked for.
    Shortfall,
    /// A secret may be lost, or may belong to no client. Always shown.
    Alarm,
}

impl Level {
    fn of(self, text: impl Into<String>) -> (Self, String) {
        (self, text.into())
    }
}

pub(crate) fn messages(event: &Event<'_>) -> Vec<(Level, String)> {
    match event {
        Event::Repaired(repair) => vec![repaired(repair)],
        Event::BrokenLine { number, why } => vec![Level::Alarm.of(format!(
            "line {number} of the secrets file cannot be read: {why}"
        ))],
        Event::Recovered {
            recovered,
            is_own,
            arrives_in,
        } => {
            let time = arrives_in.map_or("a minute".to_owned(), duration::show);
            let message = match recovered.has_secret {
                true => Some(recovered_secret(recovered, *is_own, &time)),
                false => recovered_create(recovered, &time),
            };
            message.into_iter().collect()
        }
        Event::Shortfall(shortfall) => vec![Level::Shortfall.of(shortfall_text(shortfall))],
        Event::Closed {
            closed,
            outputs,
            hydra,
        } => closed_messages(closed, outputs, hydra),
    }
}

fn repaired(repair: &Repair) -> (Level, String) {
    match repair {
        Repair::Completed => Level::Warning
            .of("the last line of the secrets file had lost its line break, which was added"),
        Repair::FromJournal => Level::Warning.of(
            "the last line of the secrets file was torn; the journal holds it whole, and the torn part was removed",
        ),
        Repair::MovedTo(path) => Level::Alarm.of(format!(
            "the last line of the secrets file was torn; what is left of it was moved to `{}`",
            path.display()
        )),
    }
}

/// The message for a recovered intent without a secret; `time` is how long its request may still
/// arrive.
fn recovered_create(recovered: &Recovered, time: &str) -> Option<(Level, String)> {
    let client = &recovered.client;
    match &recovered.outcome {
        RecoveryOutcome::Waiting => Some(Level::Notice.of(format!(
            "an interrupted run was about to create `{client}`, which is not in Hydra; its request may still arrive, and hydra-gitops retries the create only after that ({time})"
        ))),
        RecoveryOutcome::Unknown(why) => Some(Level::Warning.of(format!(
            "could not look up `{client}`, which an interrupted run was about to create: {why}"
        ))),
        _ => None,
    }
}

/// The same for an intent with a secret.
fn recovered_secret(recovered: &Recovered, is_own: bool, time: &str) -> (Level, String) {
    let client = &recovered.client;
    match &recovered.outcome {
        RecoveryOutcome::Recorded if is_own => Level::Notice.of(format!(
            "`{client}` was created after all, and its secret is recorded"
        )),
        RecoveryOutcome::Recorded => Level::Notice.of(format!(
            "recovered the secret of `{client}`, which an interrupted run had created"
        )),
        RecoveryOutcome::Unconfirmed if is_own => Level::Alarm.of(format!(
            "`{client}` is in Hydra after all; could not verify that the secret generated for it is its secret, so it is recorded as `unconfirmed`: try it with `hydra-gitops secrets verify`"
        )),
        RecoveryOutcome::Unconfirmed => Level::Alarm.of(format!(
            "recovered a secret of `{client}` from an interrupted run; could not verify that it is the client's, so it is recorded as `unconfirmed`: try it with `hydra-gitops secrets verify`"
        )),
        RecoveryOutcome::Dropped => Level::Notice.of(format!(
            "dropped a secret of `{client}` from an interrupted run: no client has it"
        )),
        RecoveryOutcome::Ambiguous => Level::Warning.of(format!(
            "several clients in Hydra could be `{client}`, so the secret that an interrupted run generated for it is kept: delete the clients that are not wanted, then run `hydra-gitops secrets recover`"
        )),
        RecoveryOutcome::Unknown(why) => Level::Warning.of(format!(
            "could not look up `{client}`, so the secret that an interrupted run generated for it is kept: {why}"
        )),
        RecoveryOutcome::Waiting => Level::Notice.of(format!(
            "an interrupted run was about to create `{client}`, which is not in Hydra; its secret is kept for {time}, because the request may still arrive"
        )),
    }
}

/// Describes what this Hydra would not do.
pub(crate) fn shortfall_text(shortfall: &Shortfall) -> String {
    let Shortfall {
        place,
        version,
        what,
    } = shortfall;
    let place = place
        .as_ref()
        .map(|place| format!("{place}: "))
        .unwrap_or_default();
    let hydra = match version {
        Some(version) => format!("Hydra {version}"),
        None => "this Hydra".to_owned(),
    };
    match what {
        Lack::DropsFields(names) => {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            let names = names.join(", ");
            format!("{place}{hydra} does not know {names} and would drop them without an error")
        }
        Lack::RefusesId(id) => format!(
            "{place}{hydra} chooses client ids itself and will refuse `{id}`; leave `client_id` out and give `client_name` and `owner`, or upgrade to v2.2"
        ),
    }
}

fn closed_messages(closed: &Closed, outputs: &Outputs, hydra: &str) -> Vec<(Level, String)> {
    let mut messages = Vec::new();
    if closed.recorded > 0 {
        let secrets = count(closed.recorded, "secret");
        let places = places(outputs);
        messages.push(Level::Notice.of(format!("{secrets} recorded in {places}")));
    }
    let open = still_open(&closed.open, outputs, hydra);
    messages.extend(open.into_iter().map(|text| Level::Alarm.of(text)));
    messages
}

/// Where secrets were written: `a.jsonl` and `folder`.
pub(crate) fn places(outputs: &Outputs) -> String {
    let folders = outputs.folders().iter().map(|output| &*output.folder);
    let paths = outputs.secrets_file().into_iter().chain(folders);
    let paths: Vec<_> = paths.map(|path| format!("`{}`", path.display())).collect();
    paths.join(" and ")
}

/// The messages about intents left in the journal: for this Hydra, and for others.
pub(crate) fn still_open(open: &[Intent], outputs: &Outputs, hydra: &str) -> Vec<String> {
    let (here, elsewhere): (Vec<_>, Vec<_>) = open
        .iter()
        .partition(|intent| same_endpoint(&intent.endpoint, hydra));
    let (journal, files) = (outputs.anchor().display(), outputs.arguments());
    let mut texts = Vec::new();
    if !here.is_empty() {
        let wait = if here.len() == 1 { "waits" } else { "wait" };
        let arrives_in = here.iter().filter_map(|one| one.arrives_in(&SystemClock));
        let later = arrives_in.max().map(duration::show);
        let later = later.map(|time| format!(", or in {time}"));
        texts.push(format!(
            "{} {wait} in `{journal}.journal` for clients that may or may not be in Hydra: run `hydra-gitops secrets recover {files}` when Hydra answers{}",
            count_intents(here),
            later.unwrap_or_default()
        ));
    }
    let mut others: Vec<&str> = elsewhere.iter().map(|intent| &*intent.endpoint).collect();
    others.sort_unstable();
    others.dedup();
    texts.extend(others.into_iter().map(|endpoint| {
        let flag = connection_flag(endpoint);
        format!(
            "secrets for another Hydra wait in `{journal}.journal`: run `hydra-gitops secrets recover {files} {flag}`"
        )
    }));
    texts
}

/// The flag that connects to the Hydra of that name.
pub(crate) fn connection_flag(name: &str) -> String {
    match name.strip_prefix("sandbox:") {
        Some(file) => format!("--sandbox={}", shell::word(file)),
        None if name == "sandbox" => "--sandbox".to_owned(),
        None => format!("--endpoint {}", shell::word(name)),
    }
}
