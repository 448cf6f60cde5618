//! One reconcile: compare the manifests with Hydra, and create what it lacks. The same plan and the
//! same executor as `apply`.

use std::collections::HashMap;

use tokio::time::Instant;

use super::outcome::{failed, finished, refusal, was_tried_in_vain};
use super::task::Which;
use super::turn::Watch;
use crate::apply::{Became, Stop};
use crate::cli::connection::Connected;
use crate::cli::plan;
use crate::cli::reconcile::{Keeping, create};
use crate::cli::signals::Signals;
use crate::client::{Existing, Identity, Name, SecretSource};
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::manifest::Manifest;
use crate::output::watch::{Client, Event, News};
use crate::plan::{Action, Change, Plan};
use crate::secrets::has_journal;

impl Watch<'_> {
    /// Compares these manifests with Hydra, and creates what it lacks. Returns the signal that ended it.
    pub(super) async fn reconcile(
        &mut self,
        which: Which,
        began: Instant,
        signals: &mut Signals,
    ) -> Result<Option<ExitCode>> {
        let ready = self.files.ready();
        let manifests: Vec<Manifest> = match which {
            Which::All => ready.cloned().collect(),
            Which::Due => self.clients.due(ready),
            Which::Again => self.clients.due_again(ready),
        };
        let path = self.secrets.path();
        let is_idle = manifests.is_empty() && !has_journal(path) && !self.hydra.is_down();
        if is_idle && !self.is_first {
            self.times.looked();
            return Ok(None);
        }
        let (lock, seal) = (self.secrets.lock()?, self.secrets.seal());
        let probe = manifests
            .iter()
            .find_map(|manifest| manifest.client.client_id());
        let connected = tokio::select! {
            biased;
            signal = signals.next() => return Ok(Some(signal)),
            connected = self.hydra.connect(probe.as_ref()) => connected,
        };
        let connected = match connected {
            Ok(connected) => connected,
            Err(error) => return self.trouble(error).map(|()| None),
        };
        let mut keeping = Keeping::new(path, Some(lock), seal, &connected, self.ui);
        keeping.said = self.said;
        let prepared = tokio::select! {
            biased;
            signal = signals.next() => return Ok(Some(signal)),
            prepared = self.prepare(keeping, manifests, which, began) => prepared,
        };
        if which == Which::All {
            self.times.looked();
        }
        match prepared {
            Ok((plan, keeping)) => self.execute(plan, keeping, began, signals).await,
            Err(error) => self.trouble(error).map(|()| None),
        }
    }

    /// Recovers, plans, and opens the files.
    async fn prepare<'c>(
        &mut self,
        mut keeping: Keeping<'c>,
        manifests: Vec<Manifest>,
        which: Which,
        began: Instant,
    ) -> Result<(Plan, Keeping<'c>)> {
        keeping.recover().await?;
        self.said.waiting = keeping.is_waiting();
        let connected: &Connected = keeping.connected;
        let look_ups = self.args.connection.look_ups();
        let existing = plan::look(&manifests, connected, false, look_ups).await?;
        if self.hydra.answers(connected, &mut self.say) {
            self.clients.forgive();
        }
        self.clients.compare(&manifests);
        let manifests = self.without_ambiguous(manifests, &existing, began);
        let mut plan = plan::compare(manifests, &existing, connected, false)?;
        if std::mem::take(&mut self.is_first) {
            self.say.plan(&plan);
            if self.only.is_some() && plan.changes.is_empty() {
                let nothing =
                    "no manifest has a `client_id` that `--only` names; one that has is waited for";
                self.ui.warning(nothing);
            }
            self.secrets.refuse_without_recipient(&plan)?;
        }
        for warning in plan::warnings(&plan, connected) {
            self.say.warn_once(warning);
        }
        self.note(&plan);
        if which != Which::Again {
            self.leave_out_put_off(&mut plan);
        }
        if plan.secrets_to_generate() > 0
            && let Err(error) = self.secrets.check()
        {
            self.leave_out_generated(&mut plan, &error, began);
        }
        match keeping.make_ready(&plan).await {
            Ok(()) => Ok((plan, keeping)),
            Err(error) => {
                keeping.close()?;
                Err(error)
            }
        }
    }

    /// Leaves out manifests whose name means several clients in Hydra, and says so of each.
    fn without_ambiguous(
        &mut self,
        manifests: Vec<Manifest>,
        existing: &[Existing],
        began: Instant,
    ) -> Vec<Manifest> {
        let mut named: HashMap<&Name, Vec<String>> = HashMap::new();
        for client in existing {
            if let Some(name) = client.name() {
                named.entry(name).or_default().push(client.id().to_string());
            }
        }
        let is_one = |manifest: &Manifest| {
            let Some(Identity::Name(name)) = manifest.client.identity() else {
                return true;
            };
            let Some(ids) = named.get(&name).filter(|ids| ids.len() > 1) else {
                return true;
            };
            let (identity, ids) = (Identity::Name(name), ids.join("`, `"));
            let error = Error::manifest(format!(
                "the name `{identity}` means several clients in Hydra: `{ids}`"
            ))
            .hint("give the manifest the `client_id` of the one it means");
            failed(
                Some(&manifest.place),
                &error,
                began,
                &mut self.clients,
                &mut self.say,
            );
            false
        };
        manifests.into_iter().filter(is_one).collect()
    }

    /// Notes how each client stands, and says what drifted.
    fn note(&mut self, plan: &Plan) {
        for change in &plan.changes {
            let Change {
                client_id,
                client_name,
                place,
                action,
            } = change;
            let Some(known) = self.clients.at(place.as_ref()) else {
                continue;
            };
            let id = client_id.as_ref();
            match action {
                Action::Create(_) => known.is_missing(),
                Action::Unchanged | Action::Unmanaged => known.is_present(id),
                Action::Drifted(differences) => {
                    if known.is_drifted(id, differences) {
                        let client = Client {
                            id,
                            name: client_name.as_deref(),
                            place: place.as_ref(),
                        };
                        let news = News::Drifted(differences);
                        self.say.event(&Event::Client(client, news));
                    }
                }
            }
        }
    }

    /// Leaves out clients that could not be created before: they have a turn of their own, so that
    /// one that Hydra never answers does not hold up the others each time.
    fn leave_out_put_off(&mut self, plan: &mut Plan) {
        plan.changes.retain(|change| {
            let known = self.clients.at(change.place.as_ref());
            !matches!(change.action, Action::Create(_))
                || known.is_none_or(|known| !known.is_put_off())
        });
    }

    /// Leaves out clients whose secret nobody could open; the others go on.
    fn leave_out_generated(&mut self, plan: &mut Plan, error: &Error, began: Instant) {
        plan.changes.retain(|change| {
            let generates = matches!(&change.action, Action::Create(creation)
                if creation.secret == SecretSource::Generated);
            if generates {
                let place = change.place.as_ref();
                failed(place, error, began, &mut self.clients, &mut self.say);
            }
            !generates
        });
    }

    /// Creates, closes the files, and notes whether Hydra took it.
    async fn execute(
        &mut self,
        plan: Plan,
        keeping: Keeping<'_>,
        began: Instant,
        signals: &mut Signals,
    ) -> Result<Option<ExitCode>> {
        let (stop, sent) = (Stop::default(), Instant::now());
        let limit = self.args.connection.limit();
        let (clients, hydra, say) = (&mut self.clients, &mut self.hydra, &mut self.say);
        let work = create(plan, &keeping, limit, false, &stop, |done| {
            let outcome = done.outcome;
            if let Became::Created { .. } = outcome.became {
                hydra.serves(say);
            }
            finished(outcome, began, clients, say);
            if was_tried_in_vain(outcome)
                && let Some(known) = clients.at(outcome.place.as_ref())
            {
                known.put_off(sent.elapsed());
            }
        });
        let (report, mut signal) = signals.stop_softly(&stop, self.ui, work).await;
        self.is_interrupted = signal.is_some();
        let mut settled = Ok(());
        if keeping.is_waiting() && signal.is_none() && report.broken.is_none() {
            tokio::select! {
                biased;
                // The journal keeps what is not settled.
                next = signals.next() => signal = Some(next),
                late = keeping.settle_late() => settled = late,
            }
        }
        let closed = keeping.close();
        if let Some(error) = report.broken {
            return Err(error);
        }
        if let Some(closed) = closed? {
            self.recorded += closed.recorded;
            self.closed = Some(closed);
        }
        match refusal(report) {
            Some(error) => self.hydra.goes_down(&error, true, &mut self.say),
            None => self.hydra.serves(&mut self.say),
        }
        settled.or_else(|error| self.trouble(error))?;
        Ok(signal)
    }
}
