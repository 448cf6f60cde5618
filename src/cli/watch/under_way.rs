//! Creates that are under way. They run beside the loop: a client that Hydra is slow to answer for
//! holds up no other.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::apply::{Limit, Outcome, Report, Stop};
use crate::cli::reconcile::{Keeping, create};
use crate::client::Identity;
use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::secrets::VaultFiles;

/// All creates that are under way.
#[derive(Debug)]
pub(super) struct UnderWay {
    batches: JoinSet<Ended>,
    /// One for each batch since none was under way.
    stops: Vec<Stop>,
    /// Whose creates they are, and of which batch.
    clients: HashMap<Identity, usize>,
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
    batch: usize,
    pub(super) outcome: Outcome,
    /// How long it took since its manifest was saved.
    pub(super) took: Duration,
    /// How long it took since its batch was begun.
    pub(super) tried: Duration,
}

/// A batch that is over. Its files are still open.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) keeping: Keeping,
    pub(super) report: Report,
    batch: usize,
}

impl Ended {
    /// A batch without creates.
    pub(super) fn at_once(keeping: Keeping) -> Self {
        Self {
            keeping,
            report: Report::default(),
            batch: 0,
        }
    }
}

impl UnderWay {
    pub(super) fn new() -> Self {
        let (tell, done) = mpsc::unbounded_channel();
        Self {
            batches: JoinSet::new(),
            stops: Vec::new(),
            clients: HashMap::new(),
            begun: 0,
            tell,
            done,
            ended: None,
            files: Weak::new(),
        }
    }

    /// Begins the creates of a plan, which has nothing else; `clients` says whose each of them is.
    pub(super) fn begin(
        &mut self,
        plan: Plan,
        clients: Vec<Option<Identity>>,
        keeping: Keeping,
        limit: Limit,
        began: Instant,
    ) {
        self.begun += 1;
        let batch = self.begun;
        let all = clients.iter().flatten().cloned();
        self.clients.extend(all.map(|client| (client, batch)));
        if let Some(files) = keeping.files() {
            self.files = Arc::downgrade(files);
        }
        let (tell, stop, sent) = (self.tell.clone(), Stop::default(), Instant::now());
        self.stops.push(stop.clone());
        self.batches.spawn_local(async move {
            let report = create(plan, &keeping, limit, false, &stop, |finished| {
                let done = Done {
                    identity: clients.get(finished.index).cloned().flatten(),
                    batch,
                    outcome: finished.outcome.clone(),
                    took: began.elapsed(),
                    tried: sent.elapsed(),
                };
                // Whoever listens waits for the end of this.
                let _ = tell.send(done);
            })
            .await;
            Ended {
                keeping,
                report,
                batch,
            }
        });
    }

    /// Whether none is.
    pub(super) fn is_empty(&self) -> bool {
        self.batches.is_empty() && self.ended.is_none()
    }

    /// How many clients are being created.
    pub(super) fn count(&self) -> usize {
        self.clients.len()
    }

    /// Whether a client is being created.
    pub(super) fn includes(&self, client: Option<&Identity>) -> bool {
        client.is_some_and(|client| self.clients.contains_key(client))
    }

    /// The files of the secrets, where creates under way keep secrets in them.
    pub(super) fn files(&self) -> Option<Arc<VaultFiles>> {
        self.files.upgrade()
    }

    /// Lets what was sent be finished, and sends nothing new.
    pub(super) fn stop(&self) {
        self.stops.iter().for_each(Stop::set);
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

    fn is_done(&mut self, done: Done) -> Happened {
        self.clients
            .retain(|client, batch| *batch != done.batch || Some(client) != done.identity.as_ref());
        Happened::Done(done)
    }

    fn has_ended(&mut self, ended: Ended) -> Happened {
        // Those that were not tried.
        self.clients.retain(|_, batch| *batch != ended.batch);
        if self.batches.is_empty() {
            self.stops.clear();
        }
        Happened::Ended(ended)
    }
}
