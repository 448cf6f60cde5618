//! The loop: waits for events, asks the state machine what to do, and does it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;
use tokio::time::sleep_until;

use super::connection::Connection;
use super::event::{Action, BatchEnded, Comparison, Event, Planned};
use super::hint::Hint;
use super::in_flight::{Ended, Happened, InFlight};
use super::news::{News, Notice, Reloaded, Sink};
use super::reader::Reader;
use super::secrets_file::SecretsFile;
use super::state::{Config, State};
use crate::client::{ClientId, Identity};
use crate::endpoint_name::same_endpoint;
use crate::error::Result;
use crate::manifest::Manifest;
use crate::plan::{Change, IgnoredDrift, Plan};
use crate::reconcile::{
    Connector, Events, Limit, Report, SecretsSession, Stop, Target, plan, refuse, shortfalls,
};
use crate::vault::{Closed, Seal, has_journal};

/// What `watch` is to do, all of it resolved.
pub(crate) struct Settings<'a> {
    pub(crate) config: Config,
    pub(crate) reader: Reader<'a>,
    pub(crate) secrets: SecretsFile,
    pub(crate) connection: Connection,
    /// How many requests that change nothing run at once.
    pub(crate) look_ups: usize,
    pub(crate) ignored: IgnoredDrift,
    pub(crate) limit: Limit,
    /// Keys, tokens and certificates that were read again; `None` where that took too long.
    pub(crate) reloads: mpsc::UnboundedReceiver<Option<Reload>>,
}

/// Keys, tokens and certificates that were read again.
pub(crate) struct Reload {
    pub(crate) seal: Result<Option<Seal>>,
    /// `None` where the connection has nothing to read.
    pub(crate) connector: Option<Result<Connector>>,
}

/// How it ended.
pub(crate) struct WatchEnded {
    /// Whether anything was left to do, or the failure that ended it.
    pub(crate) is_pending: Result<bool>,
    /// How many secrets were recorded.
    pub(crate) recorded: usize,
    /// What the files held when they were closed last.
    pub(crate) closed: Option<Closed>,
}

/// Watches until `stop` is set, or until a failure that waiting does not cure.
pub(crate) async fn watch(
    settings: Settings<'_>,
    sink: &dyn Sink,
    events: Arc<dyn Events>,
    stop: &Stop,
) -> WatchEnded {
    let paths = settings.reader.paths.iter();
    sink.tell(&News::Notice(Notice::Start {
        paths: paths.map(|path| path.display().to_string()).collect(),
        endpoint: settings.config.endpoint.clone(),
    }));
    let is_polling = settings.config.poll.is_some();
    let state = Rc::new(RefCell::new(State::new(settings.config, Instant::now())));
    let mut watch = RunLoop {
        in_flight: InFlight::new(settings.limit, Rc::clone(&state)),
        state,
        sink,
        events,
        stop,
        reader: settings.reader,
        connection: settings.connection,
        secrets: settings.secrets,
        look_ups: settings.look_ups,
        ignored: settings.ignored,
        reloads: settings.reloads,
        session: None,
        recorded: 0,
        closed: None,
    };
    if !is_polling && let Err(error) = watch.reader.hints.listen() {
        watch.tell(Event::Deaf(error));
    }
    WatchEnded {
        is_pending: watch.run().await,
        recorded: watch.recorded,
        closed: watch.closed,
    }
}

struct RunLoop<'a> {
    state: Rc<RefCell<State>>,
    sink: &'a dyn Sink,
    events: Arc<dyn Events>,
    stop: &'a Stop,
    reader: Reader<'a>,
    connection: Connection,
    secrets: SecretsFile,
    look_ups: usize,
    ignored: IgnoredDrift,
    in_flight: InFlight,
    reloads: mpsc::UnboundedReceiver<Option<Reload>>,
    /// The secrets session of a plan, until its creates begin.
    session: Option<SecretsSession>,
    recorded: usize,
    closed: Option<Closed>,
}

impl RunLoop<'_> {
    async fn run(&mut self) -> Result<bool> {
        let ended = self.turns().await;
        let finished = self.finish().await;
        ended.and(finished)?;
        let unwritten = self.state.borrow_mut().unwritten();
        if let Some(error) = unwritten {
            return Err(self.secrets.unwritten(error));
        }
        Ok(self.state.borrow().is_pending()
            || self.reader.hints.is_dirty()
            || self.reader.hints.heard().batching.has_unfinished()
            || self.has_open_secrets())
    }

    /// Event for event.
    async fn turns(&mut self) -> Result<()> {
        let (mut event, mut now) = (Event::Start, Instant::now());
        while !self.stop.is_set() {
            self.handle(event, now).await?;
            if self.stop.is_set() {
                break;
            }
            let has_hints = self.reader.hints.is_dirty();
            self.tell(Event::Settled { has_hints });
            self.sink.show(&self.state.borrow().status());
            let Some(next) = self.next().await? else {
                break;
            };
            (event, now) = next;
        }
        Ok(())
    }

    /// Lets creates that are under way be finished, and sends nothing new.
    async fn finish(&mut self) -> Result<()> {
        let mut result = self.handle(Event::Stop, Instant::now()).await;
        while !self.in_flight.is_empty() {
            let happened = self.in_flight.next().await?;
            let (event, now) = self.happened(happened).await;
            result = result.and(self.handle(event, now).await);
        }
        result
    }

    /// Waits for whatever comes first, and when it came; `None` where it is to end.
    async fn next(&mut self) -> Result<Option<(Event, Instant)>> {
        let timer = self.state.borrow().next_timer();
        let event = tokio::select! {
            biased;
            () = self.stop.wait() => return Ok(None),
            happened = self.in_flight.next() => {
                return Ok(Some(self.happened(happened?).await));
            }
            Some(reload) = self.reloads.recv() => {
                Event::Reloaded(reload.map(|reload| self.reload(reload)))
            }
            (batch, since) = self.reader.hints.batch() => {
                let since = since.into_std();
                Event::Hinted { batch, since }
            }
            () = sleep_until(timer.into()) => Event::Timer {
                has_hints: self.reader.hints.is_dirty(),
            },
        };
        Ok(Some((event, Instant::now())))
    }

    async fn happened(&mut self, happened: Happened) -> (Event, Instant) {
        match happened {
            Happened::CreateEnded(ended, at) => (Event::CreateEnded(*ended), at),
            Happened::BatchEnded(ended) => (self.close(*ended).await, Instant::now()),
        }
    }

    /// Does what the state machine asks for, and what it asks for after that.
    async fn handle(&mut self, event: Event, now: Instant) -> Result<()> {
        let mut actions = VecDeque::from(self.decide(event, now));
        while let Some(action) = actions.pop_front() {
            if let Some(event) = self.act(action).await? {
                actions.extend(self.decide(event, Instant::now()));
            }
        }
        Ok(())
    }

    /// Does what asks for nothing but to be told.
    fn tell(&self, event: Event) {
        for action in self.decide(event, Instant::now()) {
            if let Action::Tell(news) = action {
                self.sink.tell(&news);
            }
        }
    }

    fn decide(&self, event: Event, now: Instant) -> Vec<Action> {
        self.sink.hear(&event);
        self.state.borrow_mut().on_event(event, now)
    }

    /// Does an action. Returns its result; none where it is to end before that.
    async fn act(&mut self, action: Action) -> Result<Option<Event>> {
        let stop = self.stop;
        match action {
            Action::Tell(news) => self.sink.tell(&news),
            Action::StopCreates => self.in_flight.stop(),
            Action::ReadAgain => self.reader.hints.hear(Hint::Changed),
            Action::End(error) => return Err(error),
            Action::Read => return Ok(stop.guard(self.read()).await),
            Action::Reconcile(comparison) => {
                return Ok(stop.guard(self.reconcile(comparison)).await);
            }
            Action::Create { batch, changes } => return Ok(self.create(batch, changes).await),
            Action::LookUpGone { clients, ask } => {
                let look_up = self.connection.look_up_gone(clients, ask, self.look_ups);
                return Ok(stop.guard(look_up).await);
            }
        }
        Ok(None)
    }

    async fn read(&mut self) -> Event {
        loop {
            match self.reader.read(&self.state).await {
                Err(error) if self.reader.is_deaf => self.tell(Event::Deaf(error)),
                read => return Event::Read(read),
            }
        }
    }

    /// Asks which Hydra answers, settles what earlier runs left, and compares.
    async fn reconcile(&mut self, comparison: Comparison) -> Event {
        // What creates under way have in the journal is nothing that was left.
        let is_left =
            self.in_flight.files().is_none() && has_journal(self.secrets.outputs.anchor());
        if !comparison.is_needed && !is_left {
            return Event::NothingToDo(comparison.which);
        }
        let failed = |error, compared| Event::Failed {
            error,
            compared,
            batch: None,
        };
        let lock = match self.secrets.lock() {
            Ok(lock) => lock,
            Err(error) => return failed(error, None),
        };
        let manifests = &comparison.manifests;
        let mut ids = manifests.iter().filter_map(|one| one.client.client_id());
        let target = match self.ask(ids.next().as_ref()).await {
            Some(Ok(target)) => Arc::new(target),
            Some(Err(error)) => return failed(error, None),
            None => return Event::Abandoned(None),
        };
        self.connection.dialect = Some(target.dialect().clone());
        let (outputs, seal) = (&self.secrets.outputs, self.secrets.seal.clone());
        let session = SecretsSession::new(outputs, seal, &target, Arc::clone(&self.events));
        let mut session = session.under(lock, self.secrets.told);
        match self.plan(&mut session, &target, manifests).await {
            Ok(plan) => {
                self.session = Some(session);
                Event::Planned(self.planned(comparison, plan, &target))
            }
            Err(error) => failed(error, Some(comparison.which)),
        }
    }

    /// Asks which Hydra answers, which may take seconds. Findings do not wait for that; and a change
    /// of the files goes before a Hydra that is down.
    async fn ask(&self, probe: Option<&ClientId>) -> Option<Result<Target>> {
        let is_down = self.state.borrow().hydra.is_down();
        let mut asking = pin!(self.connection.connect(probe));
        loop {
            let calm = self.state.borrow().timers.calm_at();
            tokio::select! {
                biased;
                target = &mut asking => return Some(target),
                () = self.reader.hints.due(), if is_down => return None,
                () = sleep_until(calm.unwrap_or_else(Instant::now).into()), if calm.is_some() => {}
            }
            let has_hints = self.reader.hints.is_dirty();
            self.tell(Event::TimerWhileAsking { has_hints });
        }
    }

    async fn plan(
        &mut self,
        session: &mut SecretsSession,
        target: &Target,
        manifests: &[Manifest],
    ) -> Result<Plan> {
        match self.in_flight.files() {
            Some(files) => session.share(files),
            None => {
                session.recover().await?;
                self.secrets.told.waiting = session.is_waiting();
                self.secrets.told.unknown = session.has_unknown();
            }
        }
        let (manifests, look_ups) = (manifests.to_vec(), self.look_ups);
        let mut plan = plan(manifests, target, &self.ignored, false, look_ups).await?;
        let guards = self.state.borrow().files.guards.clone();
        let version = target.version().and_then(|version| version.parse().ok());
        refuse(&mut plan, guards, &self.reader.policy, version);
        Ok(plan)
    }

    fn planned(&self, comparison: Comparison, mut plan: Plan, target: &Target) -> Planned {
        let dialect = target.dialect();
        let refusal = self.secrets.refusal(&plan);
        self.secrets.leave_out(&mut plan);
        Planned {
            comparison,
            version: dialect.version.clone(),
            chooses_ids: dialect.chooses_ids(),
            shortfalls: shortfalls(&plan, target),
            refusal,
            no_recipient: self.secrets.check().err(),
            plan,
        }
    }

    /// Begins a batch; where there is nothing to create, its files are closed.
    async fn create(&mut self, batch: usize, changes: Vec<(Identity, Change)>) -> Option<Event> {
        let mut session = self.session.take()?;
        let (identities, changes): (Vec<_>, Vec<_>) = changes.into_iter().unzip();
        let plan = Plan { changes };
        let Some(ready) = self.stop.guard(session.make_ready(&plan)).await else {
            return Some(Event::Abandoned(Some(batch)));
        };
        if let Err(error) = ready {
            return Some(Event::Failed {
                error: session.close().err().unwrap_or(error),
                compared: None,
                batch: Some(batch),
            });
        }
        if plan.changes.is_empty() {
            let ended = Ended {
                session,
                report: Report::default(),
                batch: None,
            };
            return Some(self.close(ended).await);
        }
        self.in_flight.begin(batch, identities, plan, session);
        None
    }

    /// Settles what arrived late, and closes the files of a batch.
    async fn close(&mut self, ended: Ended) -> Event {
        let (session, report) = (ended.session, ended.report);
        let mut unsettled = None;
        let is_ending = self.state.borrow().is_stopping;
        let may_settle = report.broken.is_none() && self.in_flight.is_empty() && !is_ending;
        if self.secrets.told.waiting && may_settle {
            // The journal keeps what is not settled.
            let settled = self.stop.guard(session.settle_late()).await;
            unsettled = settled.and_then(Result::err);
        }
        // Others may have them open for longer: whether they are sound is asked before that.
        let is_journaled = session.files().is_none_or(|files| files.has_its_journal());
        let (closed, lost) = match session.close() {
            Ok(closed) => (closed, None),
            Err(lost) => (None, Some(lost)),
        };
        let recorded = closed.as_ref().map_or(0, |closed| closed.recorded);
        // What could not be written is not over yet.
        if report.broken.is_none() {
            self.recorded += recorded;
            self.closed = closed.or(self.closed.take());
        }
        Event::BatchEnded(BatchEnded {
            batch: ended.batch,
            is_refused: report.refused,
            broken: report.broken,
            is_journaled,
            has_recorded: recorded > 0,
            lost,
            unsettled,
        })
    }

    /// Uses new keys, tokens and certificates. What could not be read stays as it is.
    fn reload(&mut self, reload: Reload) -> Reloaded {
        let keys = reload.seal.map(|seal| {
            // Creates under way as well make their secrets for the new keys.
            if let Some(files) = self.in_flight.files() {
                files.vault.seal_with(seal.clone());
            }
            self.secrets.seal = seal;
        });
        let connection = reload.connector.and_then(|read| {
            let used = read.map(|connector| self.connection.connector = connector);
            used.err()
        });
        Reloaded {
            keys: keys.err(),
            connection,
        }
    }

    /// Whether secrets wait for clients that may or may not be in this Hydra.
    fn has_open_secrets(&self) -> bool {
        let open = self.closed.iter().flat_map(|closed| &closed.open);
        let mut endpoints = open.map(|intent| &intent.endpoint);
        endpoints.any(|endpoint| same_endpoint(endpoint, &self.connection.connector.name))
    }
}
