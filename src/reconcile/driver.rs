//! A complete run, from the plan until the files are closed: used by `apply`, `create` and
//! `import`.
//!
//! # Expected flow
//! [`prepare`], then [`Prepared::run`], or [`Prepared::abandon`] if the plan is not to be executed.

use super::events::Event;
use super::executor::{Control, CreateContext, Finished, Limit, Limiter, Report, Run, apply};
use super::planning::shortfalls;
use super::session::SecretsSession;
use super::stop::Stop;
use super::target::Target;
use crate::error::Result;
use crate::plan::Plan;
use crate::vault::{Append, Vault};

/// Where the secrets of a run go.
#[derive(Debug)]
pub(crate) enum Secrets {
    /// Into the secrets file, by way of its journal.
    Recorded(Box<SecretsSession>),
    /// Nowhere: the caller receives each secret before the next request is sent.
    Shown,
}

/// A plan with its files open and room reserved for each of its secrets.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub plan: Plan,
    secrets: Secrets,
}

#[derive(Debug)]
pub(crate) struct Ended {
    pub report: Report,
    /// Whether everything that earlier runs left open was settled as far as possible.
    pub settled: Result<()>,
    /// Whether the files were closed with every secret recorded.
    pub closed: Result<()>,
}

/// Recovers what earlier runs left open, makes the plan, and opens the files for it. Fails like the
/// plan and [`SecretsSession`].
pub(crate) async fn prepare(
    mut secrets: Secrets,
    target: &Target,
    events: &dyn super::Events,
    plan: impl Future<Output = Result<Plan>>,
) -> Result<Prepared> {
    if let Secrets::Recorded(session) = &mut secrets {
        session.recover().await?;
    }
    let plan = match plan.await {
        Ok(plan) => plan,
        // What was recovered is recorded all the same.
        Err(error) => {
            let plan = Plan::default();
            Prepared { plan, secrets }.abandon()?;
            return Err(error);
        }
    };
    for shortfall in shortfalls(&plan, target) {
        events.emit(&Event::Shortfall(&shortfall));
    }
    if let Secrets::Recorded(session) = &mut secrets
        && let Err(error) = session.make_ready(&plan).await
    {
        Prepared { plan, secrets }.abandon()?;
        return Err(error);
    }
    Ok(Prepared { plan, secrets })
}

impl Prepared {
    /// Closes the files without creating anything. Fails when recovered secrets could not be
    /// recorded (exit 6).
    pub(crate) fn abandon(self) -> Result<()> {
        match self.secrets {
            Secrets::Recorded(session) => session.close_and_tell(),
            Secrets::Shown => Ok(()),
        }
    }

    /// Creates what the plan says is missing, settles requests that arrived late, and closes the
    /// files. Calls `finished` as each create ends.
    pub(crate) async fn run(
        self,
        target: &Target,
        limit: Limit,
        fail_fast: bool,
        stop: &Stop,
        finished: impl FnMut(Finished<'_>),
    ) -> Ended {
        let limiter = Limiter::new(match self.secrets {
            Secrets::Recorded(_) => limit,
            // One by one: if the output fails, at most one secret is lost.
            Secrets::Shown => Limit::fixed(1),
        });
        let run = Run {
            limiter: &limiter,
            fail_fast,
            begins: &|_| true,
        };
        let (mut settled, mut closed) = (Ok(()), Ok(()));
        let report = match self.secrets {
            Secrets::Recorded(session) => {
                let report = create(self.plan, &session, run, stop, finished).await;
                // Otherwise the journal keeps what is not settled.
                if session.is_waiting() && report.broken.is_none() {
                    settled = stop.guard(session.settle_late()).await.unwrap_or(Ok(()));
                }
                closed = session.close_and_tell();
                report
            }
            Secrets::Shown => {
                let time_out = target.session.reader.request_timeout();
                let vault = Vault::in_memory(target.name.clone(), time_out);
                create_with(self.plan, Some(&vault), target, run, stop, finished).await
            }
        };
        Ended {
            report,
            settled,
            closed,
        }
    }
}

/// Creates what the plan says is missing. Calls `finished` as each create ends.
pub(crate) async fn create(
    plan: Plan,
    session: &SecretsSession,
    run: Run<'_>,
    stop: &Stop,
    finished: impl FnMut(Finished<'_>),
) -> Report {
    let vault = session.files().map(|files| &files.vault);
    create_with(plan, vault, session.target(), run, stop, finished).await
}

async fn create_with<A: Append>(
    plan: Plan,
    vault: Option<&Vault<A>>,
    target: &Target,
    run: Run<'_>,
    stop: &Stop,
    finished: impl FnMut(Finished<'_>),
) -> Report {
    let session = &target.session;
    let context = CreateContext {
        hydra: session,
        vault,
        retry_policy: session.reader.retry_policy(),
        server_chooses_ids: target.dialect().chooses_ids(),
        stop,
        control: Control::default(),
    };
    apply(plan, &context, run, finished).await
}
