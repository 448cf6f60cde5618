//! The state machine's part about the files: when what was read is acted on, and what is told of it.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::State;
use crate::client::{ClientId, Identity};
use crate::error::Result;
use crate::manifest::Digest;
use crate::watch::event::Action;
use crate::watch::files::Files;
use crate::watch::news::{ClientNews, News, Subject};
use crate::watch::queue::Which;
use crate::watch::reading::Reading;
use crate::watch::tracked::Tracked;

/// Contents that were found without a hint are acted on when they stay the same for a moment, and
/// after this long in any case.
const NEVER_STILL: Duration = Duration::from_secs(10);

impl State {
    pub(in crate::watch) fn read(&mut self, reading: Result<Reading>, now: Instant) {
        self.timers.scanned = now;
        let mut is_different = false;
        match reading {
            Err(error) => self.trouble(error, now),
            Ok(reading) if self.is_settled(&reading, now) => is_different = self.take(reading),
            Ok(_) => self.actions.push(Action::ReadAgain),
        }
        let (is_start, began, which) = (self.turn.is_start, self.turn.began, self.turn.which);
        self.owes_idle |= is_start || is_different;
        if is_different {
            self.queue.withdraw(self.files.ready());
        }
        if is_start {
            self.tell_findings();
        } else if is_different {
            self.turn.is_different = true;
            self.note_news(now);
        }
        self.owes_look = self.turn.is_look && self.unheard.is_some();
        if self.owes_look {
            // What to compare is read again in a moment.
            self.timers.looked = now;
        } else if which == Which::All || self.turn.is_asked || is_different {
            self.reconcile(which, began, now);
        }
    }

    /// Whether what was read may be acted on. Otherwise nobody reported it, it is still changing, or
    /// it lies in a folder where nothing was heard of files that are being written.
    fn is_settled(&mut self, reading: &Reading, now: Instant) -> bool {
        let is_hinted = self.turn.is_hinted;
        let is_different = self.files.digest != Some(reading.digest);
        let is_still = (is_hinted && reading.is_listening && self.unheard.is_none())
            || self.is_still(reading.digest, now);
        let is_settled = self.turn.is_start
            || !is_different
            || (is_hinted && is_still && !reading.has_new_folder);
        self.unheard.take_if(|_| is_settled);
        is_settled
    }

    /// Whether contents that were found without a hint stayed the same for a moment.
    fn is_still(&mut self, digest: Digest, now: Instant) -> bool {
        let (before, since) = self.unheard.unzip();
        let since = since.unwrap_or(now);
        self.unheard = Some((digest, since));
        before == Some(digest) || now.saturating_duration_since(since) > NEVER_STILL
    }

    fn take(&mut self, reading: Reading) -> bool {
        // Without a hint, nothing is known of files that are being written.
        let is_same = self.files.digest == Some(reading.digest);
        (self.turn.is_hinted || !is_same) && self.files.take(reading, self.only.as_ref())
    }

    /// The manifests were calm for a while, unless a save has just begun.
    pub(in crate::watch) fn calm(&mut self, has_hints: bool, now: Instant) {
        if has_hints {
            return self.timers.put_off_calm(now);
        }
        self.tell_findings();
        let gone = self.queue.forget(now, is_gone(&self.files));
        if !gone.is_empty() {
            self.actions.push(Action::LookUpGone {
                clients: gone.iter().map(Tracked::subject).collect(),
                ask: !self.hydra.is_down(),
            });
        }
    }

    /// Findings do not wait for Hydra; which clients stay can only be told when it has answered.
    pub(in crate::watch) fn timer_while_asking(&mut self, has_hints: bool, now: Instant) {
        let is_calm = self.timers.calm_at().is_some_and(|calm| calm <= now);
        if has_hints || !is_calm {
            return self.timers.put_off_calm(now);
        }
        self.tell_findings();
        self.note_news(now);
    }

    fn tell_findings(&mut self) {
        self.timers.calm();
        let news = self.findings.tell(&self.files, &self.queue);
        self.tell(news);
    }

    /// What is wrong with manifests or gone is told when they are calm.
    pub(in crate::watch) fn note_news(&mut self, now: Instant) {
        let has_gone = self.queue.has_gone(is_gone(&self.files));
        if has_gone || self.findings.has_news(&self.files, &self.queue) {
            self.timers.wait_for_calm(now);
        } else {
            self.timers.calm();
        }
    }

    /// Tells which clients stay without a manifest, and which are gone as well.
    pub(in crate::watch) fn looked_up_gone(
        &mut self,
        clients: Vec<(Subject, Option<String>)>,
        in_hydra: Option<HashSet<ClientId>>,
    ) {
        let news = clients.into_iter().map(|(client, delete)| {
            // Nobody asked about one without an id.
            let asked = client.id.as_ref().zip(in_hydra.as_ref());
            let news = match asked.is_none_or(|(id, in_hydra)| in_hydra.contains(id)) {
                true => ClientNews::Unmanaged { delete },
                false => ClientNews::Gone,
            };
            (client, news)
        });
        self.tell([News::Clients(news.collect())]);
    }
}

/// Whether a client's manifest is gone.
fn is_gone(files: &Files) -> impl Fn(&Identity, &Tracked) -> bool {
    |identity, tracked| files.lacks(identity, &tracked.location.path)
}
