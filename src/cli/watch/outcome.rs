//! What became of clients: noted, and said where it is news.

use std::time::Duration;

use tokio::time::Instant;

use super::clients::Known;
use super::say::Say;
use super::task::Which;
use super::turn::Watch;
use super::under_way::{Done, Ended, Happened};
use crate::cli::signals::Signals;
use crate::error::{Error, Kind, Result, chain};
use crate::exit_code::ExitCode;
use crate::hydra::Failure;
use crate::manifest::Place;
use crate::reconcile::{Became, Outcome};
use crate::report::watch::{Client, Event, News};

impl Watch<'_> {
    /// Notes what happened to creates under way; a client whose manifest changed meanwhile has its
    /// turn now. Returns the signal that ended it.
    pub(super) async fn happened(
        &mut self,
        happened: Happened,
        signals: &mut Signals,
    ) -> Result<Option<ExitCode>> {
        match happened {
            Happened::Done(done) => {
                let was_down = self.hydra.is_down();
                self.is_done(&done);
                let client = done.identity.as_ref();
                let was_held = client.is_some_and(|client| self.held.remove(client));
                // What a refusal gave back has its turn as soon as Hydra takes anything.
                let is_back = was_down && !self.hydra.is_down();
                if !was_held && !is_back {
                    return Ok(None);
                }
            }
            Happened::Ended(batch) => {
                if let Some(signal) = self.end(batch, signals).await? {
                    return Ok(Some(signal));
                }
            }
        }
        let mut signal = None;
        if !self.hydra.is_down() {
            let which = match self.secrets.is_broken() {
                // What could not be kept is settled, and compared.
                true => Which::All,
                false => Which::Due,
            };
            signal = self.reconcile(which, Instant::now(), signals).await?;
        }
        self.note_news();
        Ok(signal)
    }

    /// Lets creates under way be finished, and sends nothing new.
    pub(super) async fn finish(&mut self) -> Result<()> {
        self.under_way.stop();
        let mut result = Ok(());
        while !self.under_way.is_empty() {
            match self.under_way.next().await? {
                Happened::Done(done) => self.is_done(&done),
                Happened::Ended(ended) => result = result.and(self.close_batch(ended)),
            }
        }
        result
    }

    /// Notes and says what became of a client.
    fn is_done(&mut self, done: &Done) {
        let Outcome {
            client_id,
            client_name,
            place,
            became,
        } = &done.outcome;
        if let Some(name) = &done.late {
            self.late.insert(name.clone(), client_id.clone());
        }
        let took = done.took;
        let known = done.identity.as_ref();
        let known = known.and_then(|identity| self.clients.get(identity));
        let news = match became {
            Became::Created { unconfirmed } => {
                self.hydra.serves(&mut self.say);
                News::Created {
                    unconfirmed: *unconfirmed,
                    took,
                }
            }
            Became::Raced { unconfirmed } => News::Raced {
                unconfirmed: *unconfirmed,
                took,
            },
            Became::Failed(error) if error.kind() == Kind::Hydra => {
                // Its batch sends nothing new; what waits in it is free for the next one.
                self.under_way.give_back(done.batch);
                return self.hydra.goes_down(error, true, &mut self.say);
            }
            // What was not tried is not said.
            Became::NotTried => return,
            Became::Failed(error) => {
                if let Some(known) = known {
                    known.put_off(done.tried);
                    failed(known, place.as_ref(), error, took, &mut self.say);
                }
                return;
            }
            Became::Unchanged | Became::Drifted => return,
        };
        if let Some(known) = known {
            // What is said now says it all.
            let _ = known.is_present(client_id.as_ref());
        }
        let client = Client {
            id: client_id.as_ref(),
            name: client_name.as_deref(),
            place: place.as_ref(),
        };
        self.say.event(&Event::Client(client, news));
    }

    /// Ends a batch of creates. Returns the signal that came meanwhile.
    pub(super) async fn end(
        &mut self,
        batch: Ended,
        signals: &mut Signals,
    ) -> Result<Option<ExitCode>> {
        let (mut signal, mut settled) = (None, Ok(()));
        let may_settle = batch.report.broken.is_none() && self.under_way.is_empty();
        if self.told.waiting && may_settle {
            tokio::select! {
                biased;
                // The journal keeps what is not settled.
                next = signals.next() => signal = Some(next),
                late = batch.session.settle_late() => settled = late,
            }
        }
        self.close_batch(batch)?;
        settled.or_else(|error| self.trouble(error))?;
        Ok(signal)
    }

    /// Closes the files of a batch, and notes whether Hydra took it.
    fn close_batch(&mut self, batch: Ended) -> Result<()> {
        // Others may have them open for longer: whether they are sound is asked before that.
        let files = batch.session.files();
        let is_kept = files.is_none_or(|files| files.has_its_journal());
        let closed = batch.session.close();
        if let Some(error) = batch.report.broken {
            return match closed {
                Ok(_) => self.breaks(error, is_kept),
                Err(lost) => self.lost(lost),
            };
        }
        match closed {
            Ok(Some(closed)) => {
                if closed.recorded > 0 {
                    self.secrets.is_sound();
                }
                self.recorded += closed.recorded;
                self.closed = Some(closed);
            }
            Ok(None) => {}
            Err(lost) => return self.lost(lost),
        }
        // Others under way may yet be refused.
        if !batch.report.refused && self.under_way.is_empty() {
            self.hydra.serves(&mut self.say);
        }
        Ok(())
    }
}

impl Watch<'_> {
    /// A secret could not be written. What is under way ends, and then the files are opened anew.
    fn breaks(&mut self, error: Error, is_kept: bool) -> Result<()> {
        self.under_way.stop();
        if !self.is_interrupted && !self.secrets.is_broken() {
            let kept = match is_kept {
                true => "the journal keeps what could not be written",
                false => "what could not be written is kept in memory",
            };
            let told = chain(&error);
            self.ui
                .alarm(&format!("{told}; {kept}, and the file is opened anew"));
        }
        self.secrets.breaks(error)
    }

    /// The files were not as they were written when they were closed: the error tells where the
    /// secrets are.
    fn lost(&mut self, error: Error) -> Result<()> {
        self.under_way.stop();
        let told = chain(&error);
        self.ui.alarm(&format!("{told}; the file is opened anew"));
        for hint in error.hints() {
            self.ui.notice(&format!("  hint: {hint}"));
        }
        self.secrets.breaks(error)
    }
}

/// Notes that a client could not be created, and says so unless the same was said before.
pub(super) fn failed(
    known: &mut Known,
    place: Option<&Place>,
    error: &Error,
    took: Duration,
    say: &mut Say<'_>,
) {
    let why = Failure::without_tries(&chain(error));
    if known.has_failed(why) {
        let client = Client {
            id: known.id.as_ref(),
            name: known.name.as_deref(),
            place,
        };
        say.event(&Event::Client(client, News::Failed { error, took }));
    }
}
