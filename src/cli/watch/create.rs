//! One reconcile: compare the manifests with Hydra, and begin to create what it lacks. The same plan
//! and the same executor as `apply`.

use std::sync::Arc;

use tokio::time::Instant;

use super::connect::Asked;
use super::outcome::failed;
use super::task::Which;
use super::turn::Watch;
use super::under_way::Ended;
use crate::cli::signals::Signals;
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::manifest::Manifest;
use crate::plan::{Action, Change, Plan};
use crate::reconcile::{SecretsSession, compare, look, shortfalls};
use crate::report::events::shortfall_text;
use crate::report::watch::{Client, Event, News};
use crate::vault::has_journal;

impl Watch<'_> {
    /// Compares these manifests with Hydra, and begins to create what it lacks. Returns the signal
    /// that ended it.
    pub(super) async fn reconcile(
        &mut self,
        which: Which,
        began: Instant,
        signals: &mut Signals,
    ) -> Result<Option<ExitCode>> {
        if self.secrets.is_broken() && !self.under_way.is_empty() {
            // Those that are under way share the broken files: they end first.
            self.looked(which);
            return Ok(None);
        }
        self.secrets.reopens();
        let manifests = self.manifests(which);
        let path = self.secrets.path();
        // What creates under way have in the journal is nothing that was left.
        let is_left = self.under_way.files().is_none() && has_journal(path);
        let is_idle = manifests.is_empty() && !is_left && !self.hydra.is_down();
        if is_idle && !self.is_first {
            self.looked(which);
            return Ok(None);
        }
        self.clients.wanted(&manifests, began);
        let (lock, seal) = (self.secrets.lock()?, self.secrets.seal());
        let probe = manifests
            .iter()
            .find_map(|manifest| manifest.client.client_id());
        let connected = match self.connect(probe.as_ref(), signals).await {
            Asked::Answer(Ok(connected)) => connected,
            Asked::Answer(Err(error)) => return self.trouble(error).map(|()| None),
            Asked::Later => return Ok(None),
            Asked::Signal(signal) => return Ok(Some(signal)),
        };
        let session =
            SecretsSession::new(path, seal, &connected, self.ui.events()).under(lock, self.told);
        let prepared = tokio::select! {
            biased;
            signal = signals.next() => return Ok(Some(signal)),
            prepared = self.prepare(session, manifests, which, began) => prepared,
        };
        self.looked(which);
        match prepared {
            Ok((plan, session)) => self.begin(plan, session, began, signals).await,
            Err(error) => self.trouble(error).map(|()| None),
        }
    }

    /// The manifests to compare; those of clients that are being created have their turn after that.
    fn manifests(&mut self, which: Which) -> Vec<Manifest> {
        let (under_way, clients, held) = (&self.under_way, &self.clients, &mut self.held);
        let is_free = |manifest: &&Manifest| {
            let identity = manifest.client.identity();
            let meant = identity.and_then(|identity| under_way.meant_by(&identity));
            if let Some(client) = meant {
                if !clients.is_as_compared(manifest) {
                    held.insert(client);
                }
                return false;
            }
            true
        };
        let ready = self.files.ready().filter(is_free);
        match which {
            Which::All => ready.cloned().collect(),
            Which::Due => clients.due(ready),
            Which::Again(now) => clients.due_again(ready, now),
        }
    }

    /// Hydra was looked at, where all clients were compared with it.
    fn looked(&mut self, which: Which) {
        if which == Which::All {
            self.times.looked();
        }
    }

    /// Takes back creates whose turn did not come yet and whose manifests are other ones now, or
    /// gone, or being written.
    pub(super) fn withdraw(&self) {
        if self.under_way.is_empty() {
            return;
        }
        let same = self
            .files
            .ready()
            .filter(|manifest| self.clients.is_as_compared(manifest));
        let same = same.filter_map(|manifest| manifest.client.identity());
        self.under_way.withdraw(&same.collect());
    }

    /// Recovers, plans, and opens the files.
    async fn prepare(
        &mut self,
        mut session: SecretsSession,
        manifests: Vec<Manifest>,
        which: Which,
        began: Instant,
    ) -> Result<(Plan, SecretsSession)> {
        match self.under_way.files() {
            Some(files) => session.share(files),
            None => {
                session.recover().await?;
                self.told.waiting = session.is_waiting();
            }
        }
        let target = Arc::clone(session.target());
        let look_ups = self.args.connection.look_ups();
        let existing = look(&manifests, &target, false, look_ups).await?;
        if self.hydra.answers(&target, &mut self.say) {
            self.clients.forgive();
        }
        self.clients.compare(&manifests);
        let manifests = self.without_ambiguous(manifests, &existing, began);
        let mut plan = compare(manifests, &existing, &target, false)?;
        if std::mem::take(&mut self.is_first) {
            self.first(&plan)?;
        }
        for shortfall in shortfalls(&plan, &target) {
            self.say.warn_once(shortfall_text(&shortfall));
        }
        self.note(&plan, began);
        if !matches!(which, Which::Again(_)) {
            self.leave_out_put_off(&mut plan);
        }
        self.leave_out_late(&mut plan, target.dialect().chooses_ids());
        if plan.secrets_to_generate() > 0
            && let Err(error) = self.secrets.check()
        {
            self.leave_out_generated(&mut plan, &error, began);
        }
        match session.make_ready(&plan).await {
            Ok(()) => Ok((plan, session)),
            Err(error) => {
                session.close()?;
                Err(error)
            }
        }
    }

    /// Says the first plan, and ends where its secrets could not be kept.
    fn first(&mut self, plan: &Plan) -> Result<()> {
        self.say.plan(plan);
        if self.only.is_some() && plan.changes.is_empty() {
            let nothing =
                "no manifest has a `client_id` that `--only` names; one that has is waited for";
            self.ui.warning(nothing);
        }
        self.secrets.refuse_without_recipient(plan)
    }

    /// Notes how each client stands, and says what drifted or does not any more.
    fn note(&mut self, plan: &Plan, began: Instant) {
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
            if let Action::Failed(error) = action {
                failed(known, place.as_ref(), error, began.elapsed(), &mut self.say);
                continue;
            }
            let id = client_id.as_ref();
            let news = match action {
                Action::Create(_) => {
                    known.is_missing();
                    None
                }
                // Said above.
                Action::Failed(_) => None,
                Action::Unchanged | Action::Unmanaged => known.is_present(id).map(News::Unchanged),
                Action::Drifted(differences) => {
                    let is_news = known.is_drifted(id, differences);
                    is_news.then_some(News::Drifted(differences))
                }
            };
            let client = Client {
                id,
                name: client_name.as_deref(),
                place: place.as_ref(),
            };
            if let Some(news) = news {
                self.say.event(&Event::Client(client, news));
            }
        }
    }

    /// Begins to create what is missing; where nothing is, the files are closed.
    async fn begin(
        &mut self,
        mut plan: Plan,
        session: SecretsSession,
        began: Instant,
        signals: &mut Signals,
    ) -> Result<Option<ExitCode>> {
        let creates = |change: &Change| matches!(change.action, Action::Create(_));
        plan.changes.retain(creates);
        let wanted = self.clients.take_wanted();
        if plan.changes.is_empty() {
            return self.end(Ended::at_once(session), signals).await;
        }
        self.under_way.begin(plan, session, began, wanted);
        Ok(None)
    }
}
