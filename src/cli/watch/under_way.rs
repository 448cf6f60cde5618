//! Creates that are under way. They run beside the loop: a client that Hydra is slow to answer for
//! holds up no other.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::busy::Busy;
use crate::client::Identity;
use crate::error::{Error, Result};
use crate::plan::{Action, Plan};
use crate::reconcile::{Limit, Limiter, Outcome, Report, Run, SecretsSession, Stop, create};
use crate::vault::VaultFiles;

/// All creates that are under way.
#[derive(Debug)]
pub(super) struct UnderWay {
    batches: JoinSet<Ended>,
    /// One for each batch since none was under way.
    stops: Vec<Stop>,
    /// Whose creates they are.
    busy: Rc<Busy>,
    /// How many requests there are at once, of all batches.
    limiter: Rc<Limiter>,
    begun: usize,
    tell: mpsc::UnboundedSender<Done>,
    done: mpsc::UnboundedReceiver<Done>,
    /// A batch that ended, until all is told of what it did.
    ended: Option<Ended>,
    /// The files of the secrets, which all batches share.
    files: Weak<VaultFiles>,
}

/// What happened to creates under way.
#[derive(Debug)]
pub(super) enum Happened {
    Done(Done),
    Ended(Ended),
}

/// A create that is over.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) identity: Option<Identity>,
    pub(super) batch: usize,
    pub(super) outcome: Outcome,
    /// How long it took since its manifest was saved.
    pub(super) took: Duration,
    ended: Instant,
    /// How long its requests took.
    pub(super) tried: Duration,
    may_exist: bool,
    /// The name of the client whose request may still arrive, where no journal knows of it.
    pub(super) late: Option<Identity>,
}

/// A batch that is over. Its files are still open.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) session: SecretsSession,
    pub(super) report: Report,
    batch: usize,
}

impl Ended {
    /// A batch without creates.
    pub(super) fn at_once(session: SecretsSession) -> Self {
        Self {
            session,
            report: Report::default(),
            batch: 0,
        }
    }
}

impl UnderWay {
    pub(super) fn new(limit: Limit) -> Self {
        let (tell, done) = mpsc::unbounded_channel();
        Self {
            busy: Rc::default(),
            limiter: Rc::new(Limiter::new(limit)),
            batches: JoinSet::new(),
            stops: Vec::new(),
            begun: 0,
            tell,
            done,
            ended: None,
            files: Weak::new(),
        }
    }

    /// Begins the creates of a plan, which has nothing else. They began at that moment, or when they
    /// came to be `wanted`.
    pub(super) fn begin(
        &mut self,
        plan: Plan,
        session: SecretsSession,
        began: Instant,
        wanted: HashMap<Identity, Instant>,
    ) {
        self.begun += 1;
        let batch = self.begun;
        let clients: Vec<Option<Identity>> = plan
            .changes
            .iter()
            .map(|change| self.take(&change.action, batch))
            .collect();
        if let Some(files) = session.files() {
            self.files = Arc::downgrade(files);
        }
        let (tell, stop) = (self.tell.clone(), Stop::default());
        self.stops.push(stop.clone());
        let (busy, limiter) = (Rc::clone(&self.busy), Rc::clone(&self.limiter));
        self.batches.spawn_local(async move {
            let client = |index: usize| clients.get(index)?.as_ref();
            let run = Run {
                limiter: &limiter,
                fail_fast: false,
                begins: &|index| client(index).is_none_or(|client| busy.begins(client, batch)),
            };
            let report = create(plan, &session, run, &stop, |finished| {
                let identity = client(finished.index).cloned();
                let since = identity.as_ref().and_then(|client| wanted.get(client));
                let done = Done {
                    took: since.unwrap_or(&began).elapsed(),
                    identity,
                    batch,
                    outcome: finished.outcome.clone(),
                    ended: Instant::now(),
                    tried: Duration::ZERO,
                    may_exist: finished.may_exist,
                    late: None,
                };
                // Whoever listens waits for the end of this.
                let _ = tell.send(done);
            })
            .await;
            Ended {
                session,
                report,
                batch,
            }
        });
    }

    /// Notes whose create that is.
    fn take(&self, action: &Action, batch: usize) -> Option<Identity> {
        let Action::Create(creation) = action else {
            return None;
        };
        let identity = creation.client.identity()?;
        self.busy.insert(creation, identity.clone(), batch);
        Some(identity)
    }

    /// Takes back the creates that wait for their turn, unless they are still wanted as they are.
    pub(super) fn withdraw(&self, wanted: &HashSet<Identity>) {
        self.busy.withdraw(wanted);
    }

    /// Whether none is.
    pub(super) fn is_empty(&self) -> bool {
        self.batches.is_empty() && self.ended.is_none()
    }

    /// Gives back the clients of a batch that sends nothing new and whose turn did not come.
    pub(super) fn give_back(&self, batch: usize) {
        self.busy.give_back(batch);
    }

    /// How many clients are being created.
    pub(super) fn count(&self) -> usize {
        self.busy.count()
    }

    /// The client that is being created and that this identity means, if there is one.
    pub(super) fn meant_by(&self, identity: &Identity) -> Option<Identity> {
        self.busy.meant_by(identity)
    }

    /// The files of the secrets, where creates under way keep secrets in them.
    pub(super) fn files(&self) -> Option<Arc<VaultFiles>> {
        self.files.upgrade()
    }

    /// Lets what was sent be finished, and sends nothing new.
    pub(super) fn stop(&self) {
        self.stops.iter().for_each(Stop::interrupt);
    }

    /// The next thing that happens; nothing ever does where nothing is under way.
    ///
    /// # Errors
    /// When a batch ended without a report, which is a fault of this program.
    pub(super) async fn next(&mut self) -> Result<Happened> {
        if self.ended.is_none() {
            tokio::select! {
                biased;
                Some(done) = self.done.recv() => return Ok(self.is_done(done)),
                Some(ended) = self.batches.join_next() => {
                    let broke = |error| Error::unexpected("creating clients broke off").because(error);
                    self.ended = Some(ended.map_err(broke)?);
                }
            }
        }
        // What it told before it ended comes first.
        if let Ok(done) = self.done.try_recv() {
            return Ok(self.is_done(done));
        }
        match self.ended.take() {
            Some(ended) => Ok(self.has_ended(ended)),
            None => std::future::pending().await,
        }
    }

    fn is_done(&mut self, mut done: Done) -> Happened {
        let client = done.identity.as_ref();
        if let Some(one) = client.and_then(|client| self.busy.remove(client, done.batch)) {
            done.tried = one.sent.map_or(Duration::ZERO, |sent| done.ended - sent);
            done.late = one.name.filter(|_| done.may_exist && !one.is_journaled);
        }
        Happened::Done(done)
    }

    fn has_ended(&mut self, ended: Ended) -> Happened {
        self.busy.end(ended.batch);
        if self.batches.is_empty() {
            self.stops.clear();
        }
        Happened::Ended(ended)
    }
}
