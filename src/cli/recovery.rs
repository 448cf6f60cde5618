//! What is said of secrets that an interrupted run left behind.

use std::path::Path;

use jiff::Timestamp;

use super::connection::Connected;
use super::ui::Ui;
use crate::duration;
use crate::endpoint_name::same_endpoint;
use crate::error::Result;
use crate::reconcile::{Fate, Recovered, recover};
use crate::shell;
use crate::vault::{Intent, Repair, SystemClock, VaultFiles, count_intents};

/// Says how the secrets file was found.
pub(super) fn say_repair(repair: Option<&Repair>, broken: &[(usize, String)], ui: &Ui) {
    match repair {
        Some(Repair::Completed) => ui.warning("the secrets file's last line had lost its line break, which is back"),
        Some(Repair::FromJournal) => ui.warning("the secrets file's last line was torn; the journal holds it whole, and the torn part was removed"),
        Some(Repair::MovedTo(path)) => ui.alarm(&format!("the secrets file's last line was torn; what is left of it was moved to `{}`", path.display())),
        None => {}
    }
    for (line, why) in broken {
        ui.alarm(&format!(
            "line {line} of the secrets file cannot be read: {why}"
        ));
    }
}

/// What does not have to be said.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Said {
    /// Whether it was said that requests may still arrive.
    pub(super) waiting: bool,
    /// When the newest secret was made that was left before this program began, where it goes on
    /// after creates that failed. It said so of them, and no run was interrupted.
    pub(super) own_after: Option<Timestamp>,
}

/// Settles what earlier runs left open, and says what became of it.
pub(super) async fn settle(
    files: &VaultFiles,
    connected: &Connected,
    said: Said,
    ui: &Ui,
) -> Result<Vec<Recovered>> {
    let session = &connected.session;
    let recovered = recover(&files.vault, &session.reader, session).await?;
    for Recovered {
        client,
        has_secret,
        made_at,
        fate,
    } in &recovered
    {
        if !has_secret {
            if *fate == Fate::Waiting && !said.waiting {
                ui.notice(&format!(
                    "an interrupted run was about to create `{client}`, which is not in Hydra; it is not created again before that request can no longer arrive"
                ));
            }
            continue;
        }
        let is_own = said.own_after.is_some_and(|left| *made_at > left);
        match fate {
            Fate::Dropped | Fate::Waiting if is_own => {}
            Fate::Recorded if is_own => ui.notice(&format!("`{client}` was created after all, and its secret is recorded")),
            Fate::Unconfirmed if is_own => ui.alarm(&format!(
                "`{client}` is in Hydra after all; nothing proves that the secret made for it is its own, and its record says so (`unconfirmed`): `hydra-gitops secrets verify` tries it"
            )),
            Fate::Recorded => ui.notice(&format!("recovered the secret of `{client}`, which an interrupted run had created")),
            Fate::Unconfirmed => ui.alarm(&format!(
                "recovered a secret of `{client}` from an interrupted run; nothing proves that it is the client's, and its record says so (`unconfirmed`): `hydra-gitops secrets verify` tries it"
            )),
            Fate::Dropped => ui.notice(&format!("dropped a secret of `{client}` from an interrupted run: it is no client's")),
            Fate::Ambiguous => ui.warning(&format!(
                "several clients in Hydra have the name and owner of `{client}`, so an interrupted run's secret for it is kept: delete the ones that are not wanted, then run `hydra-gitops secrets recover`"
            )),
            Fate::Waiting if said.waiting => {}
            Fate::Waiting => ui.notice(&format!(
                "an interrupted run was about to create `{client}`, which is not in Hydra; its secret is kept for {}, because the request may still arrive",
                duration::show(files.vault.last_arrives_in().unwrap_or_default())
            )),
        }
    }
    Ok(recovered)
}

/// Says which secrets still wait in the journal.
pub(super) fn say_open(open: &[Intent], secrets: &Path, hydra: &str, ui: &Ui) {
    let here: Vec<_> = open
        .iter()
        .filter(|intent| same_endpoint(&intent.endpoint, hydra))
        .collect();
    if !here.is_empty() {
        let wait = if here.len() == 1 { "waits" } else { "wait" };
        let arrives_in = here.iter().filter_map(|one| one.arrives_in(&SystemClock));
        let later = arrives_in.max().map(duration::show);
        let later = later.map(|time| format!(", or in {time}"));
        ui.alarm(&format!(
            "{} {wait} in `{1}.journal`, for clients that may or may not be in Hydra: run `hydra-gitops secrets recover --secrets-out {2}` when it answers{3}",
            count_intents(here),
            secrets.display(),
            shell::path(secrets),
            later.unwrap_or_default()
        ));
    }
    let mut others: Vec<&str> = open
        .iter()
        .map(|intent| &*intent.endpoint)
        .filter(|endpoint| !same_endpoint(endpoint, hydra))
        .collect();
    others.sort_unstable();
    others.dedup();
    for endpoint in others {
        ui.alarm(&format!(
            "secrets for another Hydra wait in `{0}.journal`: run `hydra-gitops secrets recover --secrets-out {1} {2}`",
            secrets.display(),
            shell::path(secrets),
            connection_flag(endpoint)
        ));
    }
}

/// The flag that leads to a Hydra of that name.
fn connection_flag(name: &str) -> String {
    match name.strip_prefix("sandbox:") {
        Some(file) => format!("--sandbox={}", shell::word(file)),
        None => format!("--endpoint {}", shell::word(name)),
    }
}
