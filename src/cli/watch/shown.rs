//! How things stand: the status line, the totals, and the last words.

use super::findings::Findings;
use super::turn::Watch;
use crate::cli::manifest_args::or_default;
use crate::endpoint_name::same_endpoint;
use crate::report::events::still_open;
use crate::report::watch::Totals;
use crate::text::{count, safe_text};

impl Watch<'_> {
    pub(super) fn totals(&self) -> Totals {
        Totals {
            clients: self.files.count(),
            drifted: self.clients.drifted(),
            failed: self.clients.missing(),
            invalid: Findings::invalid(&self.files),
        }
    }

    /// The line at the bottom of a terminal.
    pub(super) fn status(&self) -> String {
        let Totals {
            clients,
            drifted,
            failed,
            invalid,
        } = self.totals();
        let creating = self.under_way.count();
        let failed = failed.saturating_sub(creating);
        let parts = [
            (creating, format!("{creating} being created")),
            (drifted, format!("{drifted} drifted")),
            (failed, format!("{failed} not in Hydra")),
            (invalid, format!("{} invalid", count(invalid, "file"))),
        ];
        let mut text = format!("watching {}", count(clients, "client"));
        for (_, part) in parts.iter().filter(|(number, _)| *number > 0) {
            text.push_str(&format!(", {part}"));
        }
        let version = self.hydra.version().unwrap_or("");
        let hydra = match self.hydra.is_down() {
            true => "waiting for Hydra".to_owned(),
            false => format!("Hydra {version}").trim_end().to_owned(),
        };
        safe_text(&format!("{text} | {hydra}")).into_owned()
    }

    /// Whether secrets wait for clients that may or may not be in this Hydra.
    pub(super) fn has_open_secrets(&self) -> bool {
        let open = self.closed.iter().flat_map(|closed| &closed.open);
        let mut endpoints = open.map(|intent| &intent.endpoint);
        endpoints.any(|endpoint| same_endpoint(endpoint, &self.hydra.connector.name))
    }

    /// Says what begins: it may be long until there is anything else to say.
    pub(super) fn say_start(&self) {
        let paths = or_default(&self.args.paths);
        let paths: Vec<_> = paths
            .iter()
            .map(|path| format!("`{}`", path.display()))
            .collect();
        let (paths, hydra) = (paths.join(", "), &self.hydra.connector.name);
        self.ui
            .notice(&format!("watching {paths}; asking Hydra at `{hydra}`"));
    }

    /// Says what was recorded and what is left.
    pub(super) fn close(&mut self) {
        let path = self.args.secrets.path();
        let (secrets, file) = (count(self.recorded, "secret"), path.display());
        if self.recorded > 0 && path.exists() {
            self.ui.notice(&format!("{secrets} recorded in `{file}`"));
        } else if self.recorded > 0 {
            self.ui.alarm(&format!(
                "`{file}` is gone, in which {secrets} of this run were recorded"
            ));
        }
        if let Some(closed) = &self.closed {
            for text in still_open(&closed.open, path, &self.hydra.connector.name) {
                self.ui.alarm(&text);
            }
        }
    }
}
