//! Runs the creates of a plan in parallel, and continues after a failure.

use std::collections::VecDeque;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::create::CreateContext;
use super::limiter::Limiter;
use super::outcome::{CreateResult, Finished, Outcome, OutcomeKind, Report};
use crate::client::ClientId;
use crate::error::{Error, Kind};
use crate::hydra::{Create, Prove, Read};
use crate::plan::{Action, Change, Creation, Plan};
use crate::vault::{Append, Clock};

/// How to run.
pub struct Run<'a> {
    /// Limits the requests in flight.
    pub limiter: &'a Limiter,
    /// Whether the first failure stops the run.
    pub fail_fast: bool,
    /// Called with a create's index when its turn comes, before anything was sent. Returns whether
    /// the client is still wanted.
    pub begins: &'a dyn Fn(usize) -> bool,
}

/// A create that waits for its turn, and its index among the outcomes.
struct Waiting {
    index: usize,
    change: Change,
    creation: Box<Creation>,
}

/// Creates what the plan says is missing. Calls `finished` as each create ends.
pub async fn apply<H: Create + Read + Prove, A: Append, C: Clock>(
    plan: Plan,
    context: &CreateContext<'_, H, A, C>,
    run: Run<'_>,
    mut finished: impl FnMut(Finished<'_>),
) -> Report {
    let limiter = run.limiter;
    let (mut outcomes, mut waiting) = split(plan);
    let mut ending = Report::default();
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < limiter.creates()
            && !context.stop.is_set()
            && let Some(next) = waiting.pop_front()
        {
            running.push(async {
                let begins = || (run.begins)(next.index);
                let made = context.create(&next.creation, limiter, begins).await;
                (next, made)
            });
        }
        let next = tokio::select! {
            biased;
            () = limiter.given_up() => continue,
            next = running.next() => next,
        };
        let Some((Waiting { index, change, .. }, made)) = next else {
            break;
        };
        let made = made.unwrap_or_else(|error| ending.breaks(error));
        if ending.comes_after(&made.kind, run.fail_fast) {
            context.stop.end();
        }
        let outcome = outcome_of(change, made.id, made.kind);
        finished(Finished {
            index,
            outcome: &outcome,
            secret: made.secret.as_ref(),
            json: made.json.as_ref(),
            may_exist: made.may_exist,
        });
        outcomes[index] = Some(outcome);
    }
    drop(running);
    for Waiting { index, change, .. } in waiting {
        outcomes[index] = Some(outcome_of(change, None, OutcomeKind::NotTried));
    }
    ending.outcomes = outcomes.into_iter().flatten().collect();
    ending
}

impl Report {
    /// Secrets can no longer be stored safely: finish what is in progress, and send nothing new.
    fn breaks(&mut self, error: Error) -> CreateResult {
        let failed = OutcomeKind::Failed(error.clone());
        self.broken.get_or_insert(error);
        CreateResult::without_secret(None, failed)
    }

    /// Whether the run ends after this outcome.
    fn comes_after(&mut self, kind: &OutcomeKind, fail_fast: bool) -> bool {
        let OutcomeKind::Failed(error) = kind else {
            return false;
        };
        // If Hydra is unreachable or refuses our credentials, every other request would fail too.
        let all_fail = error.kind() == Kind::Hydra;
        self.refused |= all_fail;
        all_fail || fail_fast || self.broken.is_some()
    }
}

/// The outcomes already known, with gaps for the creates, and the creates.
fn split(plan: Plan) -> (Vec<Option<Outcome>>, VecDeque<Waiting>) {
    let mut outcomes = Vec::with_capacity(plan.changes.len());
    let mut waiting = VecDeque::new();
    for mut change in plan.changes {
        let kind = match std::mem::replace(&mut change.action, Action::Unmanaged) {
            Action::Create(creation) => {
                waiting.push_back(Waiting {
                    index: outcomes.len(),
                    change,
                    creation,
                });
                outcomes.push(None);
                continue;
            }
            Action::Unchanged => OutcomeKind::Unchanged,
            Action::Drifted(_) => OutcomeKind::Drifted,
            Action::Failed(error) => OutcomeKind::Failed(error),
            // No manifest describes it, so it has no outcome.
            Action::Unmanaged => continue,
        };
        outcomes.push(Some(outcome_of(change, None, kind)));
    }
    (outcomes, waiting)
}

fn outcome_of(change: Change, id: Option<ClientId>, kind: OutcomeKind) -> Outcome {
    Outcome {
        client_id: id.or(change.client_id),
        client_name: change.client_name,
        resource: change.resource,
        place: change.place,
        kind,
    }
}
