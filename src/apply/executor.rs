//! Runs the creates of a plan, several at once, and goes on after a failure.

use std::collections::VecDeque;
use std::future::Future as _;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::Instant;

use super::create::Creating;
use super::limit::Limit;
use super::outcome::{Outcome, Report, Result as Became};
use crate::error::Error;
use crate::hydra::{Create, Prove, Read};
use crate::plan::{Action, Change, Creation, Plan};
use crate::secrets::{Append, Clock};

/// Asks a run to stop: nothing new is started, and what was sent is finished.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stop {
    /// Asks to stop.
    pub fn set(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was asked to stop.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when it is asked to stop.
    pub async fn wait(&self) {
        // Cannot fail: the sender is `self`.
        let _ = self.0.subscribe().wait_for(|stop| *stop).await;
    }
}

/// How to run.
#[derive(Debug)]
pub struct Run {
    /// How many creates at once.
    pub limit: Limit,
    /// Whether the first failure stops the run.
    pub fail_fast: bool,
}

/// Creates what the plan says is missing. `finished` hears of each create as it ends.
pub async fn apply<H: Create + Read + Prove, A: Append, C: Clock>(
    plan: Plan,
    creating: &Creating<'_, H, A, C>,
    run: Run,
    mut finished: impl FnMut(&Outcome),
) -> Report {
    let Run { mut limit, fail_fast } = run;
    let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(plan.changes.len());
    let mut waiting: VecDeque<(usize, Change, Box<Creation>)> = VecDeque::new();
    for (index, mut change) in plan.changes.into_iter().enumerate() {
        let (outcome, action) = match change.action {
            Action::Create(creation) => (None, Some(creation)),
            Action::Unchanged | Action::Unmanaged => (Some(Became::Unchanged), None),
            Action::Drifted(_) => (Some(Became::Drifted), None),
        };
        change.action = Action::Unchanged;
        match (outcome, action) {
            (Some(became), _) => outcomes.push(Some(outcome_of(change, None, became))),
            (None, Some(creation)) => {
                outcomes.push(None);
                waiting.push_back((index, change, creation));
            }
            (None, None) => {}
        }
    }
    let mut broken: Option<Error> = None;
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < limit.current() && !creating.stop.is_set() {
            let Some((index, change, creation)) = waiting.pop_front() else {
                break;
            };
            running.push(async move {
                let start = Instant::now();
                let made = creating.create(&creation).await;
                (index, change, made, start.elapsed())
            });
        }
        let Some((index, change, made, took)) = running.next().await else {
            break;
        };
        let (id, became) = match made {
            Ok(made) => made,
            Err(error) => {
                creating.stop.set();
                let message = error.to_string();
                broken.get_or_insert(error);
                (None, Became::Failed(Error::secret(message)))
            }
        };
        if matches!(became, Became::Created { .. }) {
            limit.observe(took);
        }
        if fail_fast && matches!(became, Became::Failed(_)) {
            creating.stop.set();
        }
        let outcome = outcome_of(change, id, became);
        finished(&outcome);
        outcomes[index] = Some(outcome);
    }
    drop(running);
    for (index, change, _) in waiting {
        let error = Error::unexpected("not tried, because the run was stopped before");
        outcomes[index] = Some(outcome_of(change, None, Became::Failed(error)));
    }
    Report { outcomes: outcomes.into_iter().flatten().collect(), broken }
}

fn outcome_of(change: Change, id: Option<crate::client::ClientId>, result: Became) -> Outcome {
    Outcome {
        client_id: id.or(change.client_id),
        client_name: change.client_name,
        place: change.place,
        result,
    }
}
