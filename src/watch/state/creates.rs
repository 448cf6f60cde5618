//! The state machine's part about Hydra: what to compare, what to create, and what became of it.

use std::time::{Duration, Instant};

use super::{State, Writable};
use crate::client::Identity;
use crate::error::{Error, Kind};
use crate::plan::{self, Change, Drift, Plan};
use crate::reconcile::OutcomeKind;
use crate::watch::event::{Action, BatchEnded, Comparison, CreateEnded, Planned};
use crate::watch::news::{ClientNews, News, Notice, Subject};
use crate::watch::queue::Which;
use crate::watch::tracked::{Attempt, generates_secret};

impl State {
    /// Compares with Hydra, unless there is nothing to compare.
    pub(in crate::watch) fn reconcile(&mut self, which: Which, began: Instant, now: Instant) {
        if let Writable::Broken(_) = self.secrets {
            if !self.batches.is_empty() {
                // They share the broken files, and end first.
                return self.looked(which, now);
            }
            self.secrets = Writable::Reopened;
        }
        let manifests = self.queue.select(which, self.files.ready());
        self.queue.note_saved(&manifests, began);
        self.actions.push(Action::Reconcile(Comparison {
            which,
            began,
            is_needed: !manifests.is_empty() || self.hydra.is_down() || self.is_first,
            manifests,
        }));
    }

    /// Hydra was looked at, where all clients were compared with it.
    pub(in crate::watch) fn looked(&mut self, which: Which, now: Instant) {
        if which == Which::All {
            self.timers.looked = now;
        }
    }

    /// Tells what the plan shows, and creates what is missing and due.
    pub(in crate::watch) fn planned(&mut self, planned: Planned, now: Instant) {
        let (comparison, plan) = (planned.comparison, planned.plan);
        if let Some(news) = self.hydra.answers(planned.version, now) {
            self.queue.retry_all();
            self.tell([news]);
        }
        self.looked(comparison.which, now);
        self.queue.compare(&comparison.manifests);
        if std::mem::take(&mut self.is_first) {
            self.tell_first_plan(&plan);
            if let Some(error) = planned.refusal {
                return self.actions.push(Action::End(error));
            }
        }
        for shortfall in planned.shortfalls {
            if self.shortfalls.insert(shortfall.clone()) {
                self.notice(Notice::Shortfall(shortfall));
            }
        }
        let manifests = comparison.manifests.iter();
        let identities = manifests.filter_map(|one| one.client.identity());
        let mut changes: Vec<_> = identities.zip(plan.changes).collect();
        let took = now.saturating_duration_since(comparison.began);
        for (identity, change) in &changes {
            let news = self.note(identity, change, took, now);
            self.tell(news);
        }
        changes.retain(|(_, change)| matches!(change.action, plan::Action::Create(_)));
        if !matches!(comparison.which, Which::Retry(_)) {
            // They have a turn of their own: one that Hydra never answers for must not hold up the
            // others each time.
            changes.retain(|(identity, _)| !self.queue.is_backing_off(identity));
        }
        self.queue
            .leave_out_surfacing(&mut changes, planned.chooses_ids, now);
        if let Some(error) = planned.no_recipient {
            self.leave_out_generated(&mut changes, &error, took);
        }
        if self.turn.is_different {
            // Its clients come first, as far as a second is enough for that.
            self.note_news(now);
        }
        self.create(changes, comparison.began);
    }

    fn tell_first_plan(&mut self, plan: &Plan) {
        self.notice(Notice::FirstPlan(plan.summary()));
        if self.only.is_some() && plan.changes.is_empty() {
            self.notice(Notice::NothingSelected);
        }
    }

    fn create(&mut self, changes: Vec<(Identity, Change)>, began: Instant) {
        self.last_batch += 1;
        let batch = self.last_batch;
        self.queue.begin(&changes, batch, began);
        if !changes.is_empty() {
            self.batches.insert(batch);
        }
        self.actions.push(Action::Create { batch, changes });
    }

    /// Notes the phase of a client, and returns what is news.
    fn note(
        &mut self,
        identity: &Identity,
        change: &Change,
        took: Duration,
        now: Instant,
    ) -> Option<News> {
        let tracked = self.queue.get(identity)?;
        let id = change.client_id.as_ref();
        let news = match &change.action {
            plan::Action::Create(_) => {
                tracked.is_missing();
                None
            }
            plan::Action::Unchanged | plan::Action::Unmanaged => {
                tracked.is_in_sync(id).map(ClientNews::Unchanged)
            }
            plan::Action::Drifted(Drift { differences, .. }) => {
                let is_news = tracked.is_drifted(id, differences);
                is_news.then(|| ClientNews::Drifted(differences.clone()))
            }
            plan::Action::Failed(error) => {
                let backoff = tracked.backoff();
                let failed = tracked.has_failed(error, took);
                tracked.look_up_later(backoff, now);
                failed
            }
        };
        let subject = Subject {
            id: change.client_id.clone().or(tracked.id.clone()),
            ..tracked.subject()
        };
        news.map(|news| News::Client(subject, news))
    }

    /// Leaves out clients whose secret nobody could open; the others are created.
    fn leave_out_generated(
        &mut self,
        changes: &mut Vec<(Identity, Change)>,
        error: &Error,
        took: Duration,
    ) {
        for (identity, _) in changes.extract_if(.., |(_, change)| generates_secret(change)) {
            self.fails(&identity, error, took);
        }
    }

    /// A client could not be created, which is told, unless the same was told before.
    fn fails(&mut self, identity: &Identity, error: &Error, took: Duration) {
        if let Some(tracked) = self.queue.get(identity)
            && let Some(failed) = tracked.has_failed(error, took)
        {
            let subject = tracked.subject();
            self.tell([News::Client(subject, failed)]);
        }
    }

    /// Notes and tells what became of a client. One whose manifest changed in the meantime has its
    /// turn now.
    pub(in crate::watch) fn create_ended(&mut self, ended: CreateEnded, now: Instant) {
        let was_down = self.hydra.is_down();
        let attempt = self.queue.leave_batch(&ended.identity, ended.batch);
        let is_outdated = attempt.is_some_and(|attempt| attempt.is_outdated);
        self.outcome(ended, attempt, now);
        // What a refusal gave back has its turn as soon as Hydra takes anything.
        let is_back = was_down && !self.hydra.is_down();
        if (is_outdated || is_back) && !self.is_stopping {
            self.after_create(now);
        }
    }

    /// Without its `attempt`, the client is in a newer batch or in none: what an earlier one told of
    /// it is not how it is now.
    fn outcome(&mut self, ended: CreateEnded, attempt: Option<Attempt>, now: Instant) {
        let since = |moment: Instant| now.saturating_duration_since(moment);
        let took = attempt.map_or(Duration::ZERO, |one| since(one.since));
        let (identity, outcome) = (ended.identity, ended.outcome);
        let subject = Subject {
            id: outcome.client_id,
            name: outcome.client_name,
            resource: outcome.resource,
            location: outcome.place,
        };
        // A request may arrive whatever batch the client is in now. What is in the journal is refused
        // by the journal, which tells why.
        let may_surface = ended.may_exist && !attempt.is_some_and(|one| one.is_journaled);
        let until = now + self.in_transit;
        if let Some(tracked) = self.queue.get(&identity).filter(|_| may_surface) {
            tracked.may_surface(subject.id.clone(), until, now);
        }
        let news = match outcome.kind {
            OutcomeKind::Created { unconfirmed } => {
                self.serves(now);
                ClientNews::Created { unconfirmed, took }
            }
            OutcomeKind::Raced { unconfirmed } => ClientNews::Raced { unconfirmed, took },
            OutcomeKind::Failed(error) if error.kind() == Kind::Hydra => {
                // Its batch sends nothing new; what waits in it is free for the next one.
                self.queue.give_back(ended.batch, false);
                let news = self.hydra.goes_down(error, true, now);
                return self.tell(news);
            }
            OutcomeKind::Failed(error) => {
                if let (Some(attempt), Some(tracked)) = (attempt, self.queue.get(&identity)) {
                    tracked.back_off(attempt.sent.map_or(Duration::ZERO, since), now);
                    self.fails(&identity, &error, took);
                }
                return;
            }
            // What was not tried is no news.
            OutcomeKind::NotTried | OutcomeKind::Unchanged | OutcomeKind::Drifted => return,
        };
        if let Some(tracked) = self.queue.get(&identity).filter(|_| attempt.is_some()) {
            // What is told now tells it all.
            let _ = tracked.is_in_sync(subject.id.as_ref());
        }
        self.tell([News::Client(subject, news)]);
    }

    /// Hydra did everything that was asked of it.
    fn serves(&mut self, now: Instant) {
        let news = self.hydra.serves(now);
        self.tell(news);
    }

    /// A batch ended: whether its secrets are in their place, and whether Hydra serves us.
    pub(in crate::watch) fn batch_ended(&mut self, ended: BatchEnded, now: Instant) {
        self.end_batch(ended.batch);
        if let Some(error) = ended.lost {
            self.notice(Notice::FilesChanged(error.clone()));
            self.breaks(error);
        } else if let Some(error) = ended.broken {
            if !self.is_interrupted && !matches!(self.secrets, Writable::Broken(_)) {
                self.notice(Notice::CannotWrite {
                    error: error.clone(),
                    is_journaled: ended.is_journaled,
                });
            }
            self.breaks(error);
        } else {
            if ended.has_recorded {
                self.secrets = Writable::Sound;
            }
            // Others that are under way may yet be refused.
            if !ended.is_refused && self.batches.is_empty() {
                self.serves(now);
            }
        }
        if let Some(error) = ended.unsettled {
            self.trouble(error, now);
        }
        let is_end = |action: &Action| matches!(action, Action::End(_));
        if ended.batch.is_some() && !self.actions.iter().any(is_end) && !self.is_stopping {
            self.after_create(now);
        }
    }

    pub(in crate::watch) fn end_batch(&mut self, batch: Option<usize>) {
        if let Some(batch) = batch {
            self.queue.give_back(batch, true);
            self.batches.remove(&batch);
        }
    }

    /// Compares what creates that ended made room for.
    fn after_create(&mut self, now: Instant) {
        self.note_news(now);
        let which = match self.secrets {
            // What could not be written is settled, and compared.
            Writable::Broken(_) => Which::All,
            Writable::Sound | Writable::Reopened => Which::Due,
        };
        if !self.hydra.is_down() {
            self.reconcile(which, now, now);
        }
    }

    /// Secrets could not be written. What is under way ends, and then the files are opened again.
    /// Where that did not help before, waiting does not either.
    fn breaks(&mut self, error: Error) {
        self.actions.push(Action::StopCreates);
        match &self.secrets {
            Writable::Reopened => self.actions.push(Action::End(error)),
            Writable::Sound => self.secrets = Writable::Broken(error),
            Writable::Broken(_) => {}
        }
    }

    /// At the end: why secrets are not where they belong, if so.
    pub(crate) fn unwritten(&mut self) -> Option<Error> {
        match std::mem::replace(&mut self.secrets, Writable::Sound) {
            Writable::Broken(error) => Some(error),
            Writable::Sound | Writable::Reopened => None,
        }
    }
}
