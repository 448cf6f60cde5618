//! Counts the outcomes of one-time creation, and reports failures.

use std::io;
use std::time::Duration;

use crate::cli::ui::Ui;
use crate::duration::show;
use crate::error::{Error, Hint, chain};
use crate::manifest::{Location, Manifest};
use crate::reconcile::Outcome;

/// How many clients had which outcome.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) created: usize,
    pub(super) skipped: usize,
    pub(super) failed: usize,
    /// How many of the created clients have a secret that nobody knows.
    pub(super) lost: usize,
}

/// Counts outcomes, and reports each failure as soon as it is known.
#[derive(Debug)]
pub(super) struct Tally<'u> {
    ui: &'u Ui,
    /// Whether existing clients are skipped instead of counted as failures.
    skip_existing: bool,
    /// Whether the clients come from files, whose locations help to find them.
    pub(super) in_files: bool,
    pub(super) counts: Counts,
    /// Hints that were already shown.
    given: Vec<Hint>,
}

impl<'u> Tally<'u> {
    pub(super) fn new(ui: &'u Ui, skip_existing: bool, in_files: bool) -> Self {
        Self {
            ui,
            skip_existing,
            in_files,
            counts: Counts::default(),
            given: Vec::new(),
        }
    }

    /// The client exists already, or this run describes it twice.
    pub(super) fn is_there(&mut self, what: String) {
        if self.skip_existing {
            self.counts.skipped += 1;
            self.ui.notice(&format!("skipped: {what}"));
            return;
        }
        let hint = match self.in_files {
            true => "an existing client is never changed; `--skip-existing` passes over it",
            false => "an existing client is never changed; give another `--id`",
        };
        self.fail(Error::unexpected(what), &[hint.into()]);
    }

    /// The client existed when its request arrived, and it is unknown whether a duplicate of that
    /// request created it.
    pub(super) fn raced(&mut self, who: &str) {
        let what = "was in Hydra when the request to create it arrived; nothing proves whether its secret is this one";
        let hint = "if nobody else created it, something on the way sent the request twice; try the secret at Hydra's token endpoint, or with `hydra-gitops secrets verify` where it is recorded";
        self.fail(Error::unexpected(format!("{who} {what}")), &[hint.into()]);
    }

    /// The client could not be created, or may have been created despite the error.
    pub(super) fn failed(&mut self, who: &str, error: &Error, may_exist: bool) {
        let what = match may_exist {
            true => "may have been created, or may be created later",
            false => "was not created",
        };
        let failed = Error::unexpected(format!("{who} {what}")).because(chain(error));
        self.fail(failed, error.hints());
    }

    /// The client's secret could not be printed and is stored nowhere else. If `arrives_within` is
    /// given, it can take that long until the client appears in Hydra.
    pub(super) fn lost(
        &mut self,
        outcome: &Outcome,
        error: io::Error,
        arrives_within: Option<Duration>,
    ) {
        self.counts.lost += 1;
        let who = name(outcome);
        let lost = format!("the secret of {who} could not be printed, and nobody knows it");
        let is_there = match arrives_within {
            Some(time) => format!("look in {} whether it is in Hydra: if so,", show(time)),
            None => "it is in Hydra:".to_owned(),
        };
        self.ui.error(&Error::secret(lost).because(error).hint(format!(
            "{is_there} delete it there and create it again, preferably with a recipient (`--pgp-key-file`), so that its secret is recorded"
        )));
    }

    /// Reports a failure, without the hints that were already shown.
    fn fail(&mut self, mut error: Error, hints: &[Hint]) {
        self.counts.failed += 1;
        for hint in hints {
            if !self.given.contains(hint) {
                self.given.push(hint.clone());
                error = error.hint(hint.clone());
            }
        }
        self.ui.error(&error);
    }

    /// A client that is not in the plan: its location, if it has one, and its id or name.
    pub(super) fn who(&self, manifest: &Manifest) -> String {
        let place = self.in_files.then_some(&manifest.location);
        let name = manifest.client.identity().map(|who| who.to_string());
        at(place, &quoted(name))
    }
}

/// The client of an outcome: its location, if it has one, and its id or name.
pub(super) fn who(outcome: &Outcome) -> String {
    at(outcome.place.as_ref(), &name(outcome))
}

fn name(outcome: &Outcome) -> String {
    let id = outcome.client_id.as_ref().map(ToString::to_string);
    quoted(id.or_else(|| outcome.client_name.clone()))
}

fn quoted(name: Option<String>) -> String {
    name.map_or("the client".to_owned(), |name| format!("`{name}`"))
}

fn at(place: Option<&Location>, name: &str) -> String {
    match place {
        Some(place) => format!("{}:{}: {name}", place.path, place.line),
        None => name.to_owned(),
    }
}
