//! The loop: wait, read the files, and do what there is to do.

use std::collections::HashSet;

use globset::GlobSet;
use tokio::time::Instant;

use super::WatchArgs;
use super::clients::Clients;
use super::files::Files;
use super::findings::Findings;
use super::hydra::Hydra;
use super::late::Late;
use super::say::Say;
use super::secrets::Secrets;
use super::task::{Task, Which};
use super::under_way::UnderWay;
use super::wake::{self, HangUp, SCAN, Times, Wake};
use crate::cli::manifest_args::or_default;
use crate::cli::signals::Signals;
use crate::cli::ui::Ui;
use crate::client::Identity;
use crate::error::{Error, Kind, Result};
use crate::exit_code::ExitCode;
use crate::manifest::Digest;
use crate::reconcile::Told;
use crate::report::watch::Event;
use crate::vault::{Closed, Seal};
use crate::watch::Hints;

/// All that is known while it runs.
pub(super) struct Watch<'a> {
    pub(super) args: &'a WatchArgs,
    pub(super) ui: &'a Ui,
    pub(super) say: Say<'a>,
    pub(super) files: Files,
    pub(super) clients: Clients,
    pub(super) hydra: Hydra,
    pub(super) secrets: Secrets<'a>,
    pub(super) under_way: UnderWay,
    /// Clients that are being created, and whose manifests are other ones meanwhile.
    pub(super) held: HashSet<Identity>,
    pub(super) late: Late,
    /// Whether no plan was made yet.
    pub(super) is_first: bool,
    /// What the files held when they were closed last, and how many secrets were recorded in all.
    pub(super) closed: Option<Closed>,
    pub(super) recorded: usize,
    /// What does not have to be said of earlier runs.
    pub(super) told: Told,
    pub(super) times: Times,
    /// Whether a signal came while clients were being created.
    pub(super) is_interrupted: bool,
    /// Whether Hydra was to be looked at when the files had just changed.
    pub(super) owes_look: bool,
    /// Whether something was said or changed since it was said that all is done.
    owes_idle: bool,
    pub(super) findings: Findings,
    pub(super) hints: Hints,
    pub(super) only: Option<GlobSet>,
    /// Contents that were found without a hint, and when the first of them were.
    pub(super) unheard: Option<(Digest, Instant)>,
}

impl<'a> Watch<'a> {
    /// Takes the lock, and begins to listen.
    pub(super) async fn new(args: &'a WatchArgs, seal: Option<Seal>, ui: &'a Ui) -> Result<Self> {
        let only = args.only.filter()?;
        let connector = args.connection.connector(ui)?;
        let secrets = Secrets::open(args, seal, &connector.name, ui).await?;
        let interval = (!args.interval.is_zero()).then_some(args.interval);
        let own_after = Some(secrets.left_until);
        let mut watch = Self {
            args,
            ui,
            say: Say::new(args.output, ui)?,
            files: Files::default(),
            clients: Clients::default(),
            hydra: Hydra::new(connector, &args.connection),
            secrets,
            under_way: UnderWay::new(args.connection.limit()),
            held: HashSet::new(),
            late: Late::default(),
            is_first: true,
            closed: None,
            recorded: 0,
            told: Told {
                waiting: false,
                own_after,
            },
            times: Times::new(interval, args.poll.unwrap_or(SCAN)),
            is_interrupted: false,
            owes_look: false,
            owes_idle: false,
            findings: Findings::default(),
            hints: Hints::new(&or_default(&args.paths), args.secrets.path()),
            only,
            unheard: None,
        };
        if args.poll.is_none()
            && let Err(error) = watch.hints.listen()
        {
            watch.poll_instead(&error);
        }
        Ok(watch)
    }

    /// Runs until a signal ends it, or a fault that waiting cannot heal.
    pub(super) async fn run(&mut self, signals: &mut Signals) -> Result<ExitCode> {
        let ended = self.turns(signals).await;
        if !self.under_way.is_empty() {
            self.is_interrupted = true;
            let ui = self.ui;
            let finished = signals.finish_softly(ui, self.finish()).await;
            // Why it ended is said first.
            if ended.is_ok() {
                finished?;
            }
        }
        let (signal, is_work) = ended?;
        self.secrets.is_kept()?;
        Ok(self.ends(signal, is_work))
    }

    /// Turn for turn, until a signal. Returns it, and whether there was work to do.
    async fn turns(&mut self, signals: &mut Signals) -> Result<(ExitCode, bool)> {
        let mut hang_up = HangUp::new()?;
        let mut wake = Wake::Start;
        loop {
            let is_work = matches!(wake, Wake::Start | Wake::Files(_) | Wake::Reload);
            if let Some(signal) = self.turn(wake, signals).await? {
                return Ok((signal, is_work));
            }
            self.ui.show_status(Some(self.status()));
            let (retry, again) = (self.hydra.retry_at(), self.clients.again_at());
            wake = tokio::select! {
                biased;
                signal = signals.next() => return Ok((signal, false)),
                happened = self.under_way.next() => Wake::Happened(Box::new(happened?)),
                wake = wake::next(&mut hang_up, &self.hints, &self.times, retry, again) => wake,
            };
            if let Wake::HungUp = wake {
                return Ok((ExitCode::Terminated, false));
            }
        }
    }

    /// The exit code after a signal: whether anything was left to do.
    fn ends(&self, signal: ExitCode, is_work: bool) -> ExitCode {
        let is_pending = is_work
            || self.is_interrupted
            || self.hints.is_dirty()
            || self.hints.has_unfinished()
            || self.hydra.is_down()
            || self.clients.missing() > 0
            || self.has_open_secrets();
        if is_pending { signal } else { ExitCode::Done }
    }

    /// Does what there is to do. Returns the signal that ended it.
    async fn turn(&mut self, wake: Wake, signals: &mut Signals) -> Result<Option<ExitCode>> {
        let events = self.say.events;
        let signal = match wake {
            Wake::Calm => tokio::select! {
                biased;
                signal = signals.next() => Some(signal),
                () = self.is_calm() => None,
            },
            Wake::Again => {
                let now = Instant::now();
                let signal = self.reconcile(Which::Again(now), now, signals).await?;
                self.clients.had_turn(now);
                signal
            }
            Wake::Happened(happened) => self.happened(*happened, signals).await?,
            wake => {
                let task = self.task(wake);
                self.act(task, signals).await?
            }
        };
        if signal.is_none() {
            self.say_idle(self.say.events > events);
        }
        Ok(signal)
    }

    /// Reads the files, and compares them with Hydra. Returns the signal that ended it.
    async fn act(&mut self, task: Task, signals: &mut Signals) -> Result<Option<ExitCode>> {
        if task.is_asked {
            tokio::select! {
                biased;
                signal = signals.next() => return Ok(Some(signal)),
                () = self.reload() => {}
            }
        }
        let (began, is_start) = (task.began, task.is_start);
        let read = tokio::select! {
            biased;
            signal = signals.next() => return Ok(Some(signal)),
            read = self.read(task.is_hinted, is_start, task.unfinished) => read,
        };
        let is_different = match read {
            Ok(is_different) => is_different,
            Err(error) => self.trouble(error).map(|()| false)?,
        };
        self.owes_idle |= is_start || is_different;
        if is_different {
            self.withdraw();
        }
        if is_start {
            self.say_news().await;
        }
        self.owes_look = task.is_look && self.unheard.is_some();
        if self.owes_look {
            // What to compare is being read anew in a moment.
            self.times.looked();
        } else if (task.which == Which::All || task.is_asked || is_different)
            && let Some(signal) = self.reconcile(task.which, began, signals).await?
        {
            return Ok(Some(signal));
        }
        if is_start || is_different {
            self.note_news();
        }
        Ok(None)
    }

    /// The manifests were calm for a while, unless a save has just begun.
    async fn is_calm(&mut self) {
        if self.hints.is_dirty() {
            self.times.not_calm();
        } else {
            self.say_news().await;
        }
    }

    /// Says that all is done, where there was something to do since that was said last.
    fn say_idle(&mut self, is_news: bool) {
        self.owes_idle |= is_news;
        let is_busy = self.hydra.is_down() || self.hints.is_dirty() || !self.under_way.is_empty();
        if self.owes_idle && !is_busy {
            self.say.event(&Event::Idle(self.totals()));
            self.owes_idle = false;
        }
    }

    /// Deals with what went wrong; what waiting cannot heal ends the program.
    pub(super) fn trouble(&mut self, error: Error) -> Result<()> {
        match error.kind() {
            Kind::Hydra => self.hydra.goes_down(&error, false, &mut self.say),
            Kind::Secret | Kind::Usage => return Err(error),
            Kind::Manifest | Kind::Unexpected => self.say.error_once(&error),
        }
        Ok(())
    }

    /// Says what is to be said of the manifests.
    async fn say_news(&mut self) {
        self.findings.say(&self.files, &self.clients, &mut self.say);
        self.say_gone().await;
        self.times.calm();
    }

    /// What is to be said of the manifests is said when they are calm: a save may be in progress.
    pub(super) fn note_news(&mut self) {
        if self.has_gone() || self.findings.has_news(&self.files) {
            self.times.unrest();
        } else {
            self.times.calm();
        }
    }
}
