//! Batches of creates that are under way. They run beside the loop: a client that Hydra is slow to
//! answer for holds up no other.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Weak};
use std::time::Instant;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::event::CreateEnded;
use super::state::State;
use crate::client::Identity;
use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::reconcile::{Limit, Limiter, Report, Run, SecretsSession, Stop, create};
use crate::vault::VaultFiles;

/// All batches that are under way.
pub(super) struct InFlight {
    state: Rc<RefCell<State>>,
    batches: JoinSet<Ended>,
    /// One for each batch since none was under way.
    stops: Vec<Stop>,
    /// How many requests there are at once, of all batches.
    limiter: Rc<Limiter>,
    sender: mpsc::UnboundedSender<Happened>,
    happened: mpsc::UnboundedReceiver<Happened>,
    /// The secrets files, which all batches share.
    files: Weak<VaultFiles>,
}

/// What happened to creates under way, and when.
pub(super) enum Happened {
    CreateEnded(Box<CreateEnded>, Instant),
    BatchEnded(Box<Ended>),
}

/// A batch that ended. Its files are still open.
pub(super) struct Ended {
    pub(super) session: SecretsSession,
    pub(super) report: Report,
    pub(super) batch: Option<usize>,
}

impl InFlight {
    pub(super) fn new(limit: Limit, state: Rc<RefCell<State>>) -> Self {
        let (sender, happened) = mpsc::unbounded_channel();
        Self {
            state,
            batches: JoinSet::new(),
            stops: Vec::new(),
            limiter: Rc::new(Limiter::new(limit)),
            sender,
            happened,
            files: Weak::new(),
        }
    }

    /// Begins a batch of creates, one for each of the identities.
    pub(super) fn begin(
        &mut self,
        batch: usize,
        identities: Vec<Identity>,
        plan: Plan,
        session: SecretsSession,
    ) {
        if let Some(files) = session.files() {
            self.files = Arc::downgrade(files);
        }
        if self.is_empty() {
            self.stops.clear();
        }
        let (sender, stop) = (self.sender.clone(), Stop::default());
        self.stops.push(stop.clone());
        let (state, limiter) = (Rc::clone(&self.state), Rc::clone(&self.limiter));
        self.batches.spawn_local(async move {
            let sends = |index: usize| {
                let (identity, now) = (identities.get(index), Instant::now());
                let mut state = state.borrow_mut();
                identity.is_none_or(|identity| state.queue.sends(identity, batch, now))
            };
            let run = Run {
                limiter: &limiter,
                fail_fast: false,
                begins: &sends,
            };
            let report = create(plan, &session, run, &stop, |finished| {
                if let Some(identity) = identities.get(finished.index) {
                    let ended = Box::new(CreateEnded {
                        identity: identity.clone(),
                        batch,
                        outcome: finished.outcome.clone(),
                        may_exist: finished.may_exist,
                    });
                    // Whoever listens waits for the end of this.
                    let _ = sender.send(Happened::CreateEnded(ended, Instant::now()));
                }
            })
            .await;
            Ended {
                session,
                report,
                batch: Some(batch),
            }
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.batches.is_empty() && self.happened.is_empty()
    }

    /// The secrets files, where creates under way use them.
    pub(super) fn files(&self) -> Option<Arc<VaultFiles>> {
        self.files.upgrade()
    }

    /// Lets requests that were sent be finished, and sends nothing new.
    pub(super) fn stop(&self) {
        self.stops.iter().for_each(Stop::interrupt);
    }

    /// The next thing that happens; nothing ever does where nothing is under way. A batch that ends
    /// without a report is an error, and a fault of this program.
    pub(super) async fn next(&mut self) -> Result<Happened> {
        loop {
            tokio::select! {
                biased;
                // Never closed: a sender is kept here.
                Some(happened) = self.happened.recv() => return Ok(happened),
                Some(ended) = self.batches.join_next() => {
                    let broke = |error| Error::unexpected("a task that creates clients ended unexpectedly").because(error);
                    let ended = Box::new(ended.map_err(broke)?);
                    // What it told before it ended comes first.
                    let _ = self.sender.send(Happened::BatchEnded(ended));
                }
            }
        }
    }
}
