//! The state machine: what happened, and when → what to do. No input or output, and no clock.

mod creates;
mod files_read;

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use globset::GlobSet;

use super::availability::Availability;
use super::batch::Batch;
use super::event::{Action, Event};
use super::files::Files;
use super::findings::ToldFindings;
use super::news::{News, Notice, Reloaded, Status, Totals};
use super::queue::{Queue, Which};
use super::timers::{POLL, SCAN, Timers};
use super::tracked::Tracked;
use crate::error::{Error, ErrorKey, Kind};
use crate::manifest::Digest;
use crate::reconcile::Shortfall;

/// Everything that is known while `watch` runs.
#[derive(Debug)]
pub(crate) struct State {
    pub(super) only: Option<GlobSet>,
    poll: Duration,
    /// How long a request may take to arrive after it was given up.
    in_transit: Duration,
    pub(super) files: Files,
    pub(super) findings: ToldFindings,
    pub(super) queue: Queue,
    pub(super) hydra: Availability,
    pub(super) timers: Timers,
    pub(super) secrets: Writable,
    /// The batches of creates that are under way.
    pub(super) batches: BTreeSet<usize>,
    pub(super) last_batch: usize,
    pub(super) turn: Turn,
    /// What to do after the event that is being handled.
    pub(super) actions: Vec<Action>,
    /// Contents that were found without a hint, and when the first of them were.
    pub(super) unheard: Option<(Digest, Instant)>,
    /// Whether Hydra was to be looked at when the files had just changed.
    pub(super) owes_look: bool,
    /// Whether something was told or changed since everything was done.
    pub(super) owes_idle: bool,
    /// Whether no plan was made yet.
    pub(super) is_first: bool,
    /// The failures that were told, and are not told again.
    told: Vec<ErrorKey>,
    /// The same of what this Hydra would not do.
    pub(super) shortfalls: HashSet<Shortfall>,
    pub(super) is_stopping: bool,
    /// Whether creates were under way when it was to end.
    pub(super) is_interrupted: bool,
}

/// What the event that is being handled asked for.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) began: Instant,
    pub(super) which: Which,
    pub(super) is_start: bool,
    /// Whether it was heard that files may have changed.
    pub(super) is_hinted: bool,
    pub(super) is_look: bool,
    /// Whether to compare what is due even where no file is different.
    pub(super) is_asked: bool,
    /// Whether it has work to do that somebody waits for.
    is_work: bool,
    /// Whether what was read is different from before.
    pub(super) is_different: bool,
    /// Files that are being written.
    pub(super) unfinished: BTreeSet<PathBuf>,
}

/// Whether secrets can be written.
#[derive(Debug)]
pub(super) enum Writable {
    /// As far as is known.
    Sound,
    /// Not into the files that are open: another one took their place, or the disk is full.
    Broken(Error),
    /// They were opened again after that, and nothing was written since.
    Reopened,
}

/// What to watch, and how often.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) endpoint: String,
    /// How often to look at Hydra, if at all.
    pub(crate) interval: Option<Duration>,
    /// How often to read the files, where the system is not to report changes.
    pub(crate) poll: Option<Duration>,
    pub(crate) only: Option<GlobSet>,
    /// How long a request may take to arrive after it was given up.
    pub(crate) in_transit: Duration,
}

impl Config {
    /// The longest that the loop waits while nothing happens.
    pub(crate) fn longest_wait(&self) -> Duration {
        self.poll.unwrap_or(SCAN).max(SCAN)
    }
}

impl State {
    pub(crate) fn new(config: Config, now: Instant) -> Self {
        Self {
            only: config.only,
            poll: config.poll.unwrap_or(POLL),
            in_transit: config.in_transit,
            files: Files::default(),
            findings: ToldFindings::default(),
            queue: Queue::default(),
            hydra: Availability::new(config.endpoint),
            timers: Timers::new(config.interval, config.poll.unwrap_or(SCAN), now),
            secrets: Writable::Sound,
            batches: BTreeSet::new(),
            last_batch: 0,
            // A signal before the first reading ends it with work to do.
            turn: Turn {
                is_work: true,
                ..Turn::new(Which::Due, now)
            },
            actions: Vec::new(),
            unheard: None,
            owes_look: false,
            owes_idle: false,
            is_first: true,
            told: Vec::new(),
            shortfalls: HashSet::new(),
            is_stopping: false,
            is_interrupted: false,
        }
    }

    /// What to do after an event. The last action may have a result, which is the next event.
    pub(crate) fn on_event(&mut self, event: Event, now: Instant) -> Vec<Action> {
        match event {
            Event::Start => self.start(now),
            Event::Hinted { batch, since } => self.hinted(batch, since),
            Event::Timer { has_hints } => self.timer(has_hints, now),
            Event::TimerWhileAsking { has_hints } => self.timer_while_asking(has_hints, now),
            Event::Reloaded(reloaded) => self.reloaded(reloaded, now),
            Event::Deaf(error) => self.deaf(error, now),
            Event::Read(reading) => self.read(reading, now),
            Event::Planned(planned) => self.planned(planned, now),
            Event::NothingToDo(which) => self.looked(which, now),
            Event::Failed {
                error,
                compared,
                batch,
            } => {
                self.end_batch(batch);
                if let Some(which) = compared {
                    self.looked(which, now);
                }
                self.trouble(error, now);
            }
            Event::Abandoned(batch) => self.end_batch(batch),
            Event::CreateEnded(ended) => self.create_ended(ended, now),
            Event::BatchEnded(ended) => self.batch_ended(ended, now),
            Event::LookedUpGone { clients, in_hydra } => self.looked_up_gone(clients, in_hydra),
            Event::Settled { has_hints } => self.settled(has_hints),
            Event::Stop => self.stop(),
        }
        std::mem::take(&mut self.actions)
    }

    pub(super) fn tell(&mut self, news: impl IntoIterator<Item = News>) {
        for news in news {
            // Somebody waits to hear that everything is done after that.
            self.owes_idle |= !matches!(news, News::Idle(_) | News::Notice(_));
            self.actions.push(Action::Tell(news));
        }
    }

    pub(super) fn notice(&mut self, notice: Notice) {
        self.tell([News::Notice(notice)]);
    }

    fn start(&mut self, now: Instant) {
        self.begin_turn(Turn {
            is_start: true,
            is_hinted: true,
            is_work: true,
            ..Turn::new(Which::All, now)
        });
    }

    fn hinted(&mut self, batch: Batch, since: Instant) {
        self.begin_turn(Turn {
            unfinished: batch.unfinished,
            // Where hints were lost, nobody knows which files are unfinished.
            is_hinted: !batch.is_lossy,
            is_look: self.owes_look,
            is_work: true,
            ..Turn::new(self.due_or_all(self.owes_look), since)
        });
    }

    /// What a Hydra lost that was down is not known, so that all clients are compared.
    fn due_or_all(&self, is_look: bool) -> Which {
        match is_look || self.hydra.is_down() {
            true => Which::All,
            false => Which::Due,
        }
    }

    /// When to send [`Event::Timer`]. While Hydra is down, the only question to it is whether it is
    /// back.
    pub(crate) fn next_timer(&self) -> Instant {
        let (retry, look, backoff) = self.timers_of_hydra();
        let timers = [retry, self.timers.calm_at(), look, backoff];
        let timers = timers.into_iter().flatten();
        timers.fold(self.timers.scan_at(), Instant::min)
    }

    /// When to ask a Hydra again that is down; when to look at one that is not, and when to retry.
    fn timers_of_hydra(&self) -> (Option<Instant>, Option<Instant>, Option<Instant>) {
        match self.hydra.retry_at() {
            Some(retry) => (Some(retry), None, None),
            None => (None, self.timers.look_at(), self.queue.next_retry()),
        }
    }

    fn timer(&mut self, has_hints: bool, now: Instant) {
        let is_over = |moment: Option<Instant>| moment.is_some_and(|moment| moment <= now);
        let (retry, look, backoff) = self.timers_of_hydra();
        if is_over(retry) {
            self.hydra.is_asked(now);
            self.begin_turn(Turn::new(Which::All, now));
        } else if is_over(self.timers.calm_at()) {
            self.calm(has_hints, now);
        } else if is_over(look) {
            self.begin_turn(Turn {
                is_look: true,
                ..Turn::new(Which::All, now)
            });
        } else if self.timers.scan_at() <= now {
            self.begin_turn(Turn::new(self.due_or_all(false), now));
        } else if is_over(backoff) {
            self.turn = Turn::new(Which::Retry(now), now);
            self.reconcile(Which::Retry(now), now, now);
            self.queue.had_turn(now);
        }
    }

    fn begin_turn(&mut self, turn: Turn) {
        self.turn = turn;
        self.actions.push(Action::Read);
    }

    /// The new keys and tokens may be what was lacking.
    fn reloaded(&mut self, reloaded: Option<Reloaded>, now: Instant) {
        if reloaded.is_some() {
            self.queue.retry_all();
        }
        self.notice(reloaded.map_or(Notice::NotReloaded, Notice::Reloaded));
        self.begin_turn(Turn {
            is_asked: true,
            is_work: true,
            ..Turn::new(self.due_or_all(false), now)
        });
    }

    fn deaf(&mut self, error: Error, now: Instant) {
        let every = self.poll;
        (self.timers.scan_every, self.timers.scanned) = (every, now);
        self.notice(Notice::Polling { error, every });
    }

    /// An action failed. What waiting does not cure ends the program.
    pub(super) fn trouble(&mut self, error: Error, now: Instant) {
        match error.kind() {
            Kind::Hydra => {
                let news = self.hydra.goes_down(error, false, now);
                self.tell(news);
            }
            Kind::Secret | Kind::Usage | Kind::TooManyCreates | Kind::OtherPlan => {
                self.actions.push(Action::End(error));
            }
            Kind::Manifest | Kind::Unexpected => {
                if !self.told.contains(&error.key()) {
                    self.told.push(error.key());
                    self.notice(Notice::Failure(error));
                }
            }
        }
    }

    /// Everything is done, if there was something to do since that was told last.
    fn settled(&mut self, has_hints: bool) {
        (self.turn.is_work, self.turn.is_different) = (false, false);
        let is_busy = self.hydra.is_down() || has_hints || !self.batches.is_empty();
        if !is_busy && std::mem::take(&mut self.owes_idle) {
            self.tell([News::Idle(self.totals())]);
        }
    }

    /// Lets requests that were sent be finished, and sends nothing new.
    fn stop(&mut self) {
        self.is_stopping = true;
        self.is_interrupted = !self.batches.is_empty();
        if self.is_interrupted {
            self.actions.push(Action::StopCreates);
            self.notice(Notice::Stopping);
        }
    }

    /// Whether something is left to do.
    pub(crate) fn is_pending(&self) -> bool {
        self.turn.is_work
            || self.is_interrupted
            || self.hydra.is_down()
            || self.queue.count(Tracked::is_lacking) > 0
    }

    fn totals(&self) -> Totals {
        Totals {
            clients: self.files.manifests.len(),
            drifted: self.queue.count(Tracked::is_drifting),
            failed: self.queue.count(Tracked::is_lacking),
            invalid: ToldFindings::count_invalid(&self.files),
        }
    }

    pub(crate) fn status(&self) -> Status {
        Status {
            totals: self.totals(),
            creating: self.queue.count(|one| one.attempt().is_some()),
            is_down: self.hydra.is_down(),
            version: self.hydra.version(),
        }
    }
}

impl Turn {
    pub(super) fn new(which: Which, began: Instant) -> Self {
        Self {
            began,
            which,
            is_start: false,
            is_hinted: false,
            is_look: false,
            is_asked: false,
            is_work: false,
            is_different: false,
            unfinished: BTreeSet::new(),
        }
    }
}
