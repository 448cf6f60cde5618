//! What is said beside the results: notices, warnings and errors on standard error.

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result, chain};
use crate::hydra::Notify;
use crate::reconcile::{Event, Events};
use crate::report::events::{Level, messages};
use crate::report::text::Detail;
use crate::report::{Progress, Status, Whole, style};
use crate::text::{SafeLines, safe_lines, safe_text};

/// The most warnings that are held back: a run may be without end.
const MOST_HELD: usize = 1000;

/// Speaks to the user. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Ui {
    quiet: bool,
    verbose: bool,
    /// Warnings that are said only if something fails; `None` where they are said at once.
    held: Arc<Mutex<Option<Vec<String>>>>,
    progress: Arc<Mutex<Option<Progress>>>,
    status: Arc<Mutex<Option<Status>>>,
}

impl Ui {
    pub(super) fn new(quiet: bool, verbose: bool) -> Self {
        Self {
            quiet,
            verbose,
            held: Arc::new(Mutex::new(quiet.then(Vec::new))),
            progress: Arc::default(),
            status: Arc::default(),
        }
    }

    /// How much results say.
    pub(super) fn detail(&self) -> Detail {
        match (self.quiet, self.verbose) {
            (true, _) => Detail::Quiet,
            (false, true) => Detail::Verbose,
            (false, false) => Detail::Normal,
        }
    }

    /// Something worth knowing; not said with `--quiet`.
    pub(super) fn notice(&self, text: &str) {
        if !self.quiet {
            self.line(&safe_text(text));
        }
    }

    /// Something that may be wrong. With `--quiet` it is said only if something fails.
    pub(super) fn warning(&self, text: &str) {
        self.line_if_failed(warning(text));
    }

    /// What comes about is less than was asked for. Scripts are told as well, but for `--quiet`.
    pub(super) fn shortfall(&self, text: &str) {
        match self.quiet {
            true => self.warning(text),
            false => self.alarm(text),
        }
    }

    /// A secret may be lost, or be none of its client's. It is said at once, whatever is silenced.
    pub(super) fn alarm(&self, text: &str) {
        self.line(&warning(text));
    }

    /// Findings about manifests, as they are shown: warnings alone are no failure.
    pub(super) fn findings(&self, text: String, has_errors: bool) {
        if has_errors {
            self.release();
        }
        self.line_if_failed(text);
    }

    /// Says nothing on success from now on, but where a person looks on, or asks for more: scripts
    /// take any word on standard error for a failure.
    pub(super) fn hold_warnings(&self) {
        if !self.verbose && !io::stderr().is_terminal() {
            self.held().get_or_insert_default();
        }
    }

    /// Something failed: says the warnings that were held back, and holds back no more.
    pub(super) fn release(&self) {
        let held = self.held().take();
        held.into_iter().flatten().for_each(|text| self.line(&text));
    }

    fn line_if_failed(&self, text: String) {
        let mut held = self.held();
        match &mut *held {
            Some(held) if held.len() < MOST_HELD => held.push(text),
            // The first ones tell what is wrong.
            Some(_) => {}
            None => {
                drop(held);
                self.line(&text);
            }
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Vec<String>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a signal ended, below the `^C` that a terminal shows.
    pub(super) fn interrupted(&self, text: &str) {
        let above = if io::stderr().is_terminal() { "\n" } else { "" };
        self.line(&format!("{above}interrupted: {text}"));
    }

    /// What ended the run, or a client's creation.
    pub(super) fn error(&self, error: &Error) {
        self.release();
        let (on, off) = (style::ERROR.render(), style::ERROR.render_reset());
        let mut text = format!("{on}error{off}: {}", safe_text(&chain(error)));
        for hint in error.hints() {
            let (on, off) = (style::HINT.render(), style::HINT.render_reset());
            text.push_str(&format!("\n  {on}hint{off}: {}", safe_text(hint)));
        }
        self.line(&text);
    }

    /// Hears what an engine has to tell.
    pub(super) fn events(&self) -> Arc<dyn Events> {
        Arc::new(self.clone())
    }

    /// Says what is waited for.
    pub(super) fn notify(&self) -> Notify {
        let ui = self.clone();
        Arc::new(move |text: &str| ui.notice(text))
    }

    /// Shows progress from now on, where standard error is a terminal, until `None` is shown.
    pub(super) fn show_progress(&self, progress: Option<Progress>) {
        let wanted = progress.filter(|_| !self.quiet && !self.verbose);
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = wanted;
    }

    /// Moves the progress on by one client.
    pub(super) fn advance(&self, failed: bool) {
        if let Some(progress) = &*self.progress.lock().unwrap_or_else(PoisonError::into_inner) {
            progress.advance(failed);
        }
    }

    /// Whether a question can be asked and answered.
    pub(super) fn can_ask() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Shows how things stand in a line at the bottom, where standard error is a terminal, until
    /// `None` is shown.
    pub(super) fn show_status(&self, text: Option<String>) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        match text.filter(|_| !self.quiet && !self.verbose) {
            Some(text) => status
                .get_or_insert_with(|| Status::new(can_redraw()))
                .show(&text),
            None => *status = None,
        }
    }

    /// Writes to standard error, around the progress bar. Nobody is left to hear of a failure.
    pub(super) fn line(&self, text: &str) {
        let text = safe_lines(text);
        self.beside_status(|| {
            let write = || {
                let mut stderr = Whole::new(io::stderr().lock());
                let _ = stderr.write_all(format!("{text}\n").as_bytes());
            };
            match &*self.progress.lock().unwrap_or_else(PoisonError::into_inner) {
                Some(progress) => progress.suspend(write),
                None => write(),
            }
        });
    }

    /// Writes a result to standard output, around the status line.
    pub(super) fn result(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        if io::stdout().is_terminal() {
            self.beside_status(|| to_stdout(write))
        } else {
            // A reader that has stopped reading must not hold up what is said elsewhere.
            to_stdout(write)
        }
    }

    fn beside_status<T>(&self, write: impl FnOnce() -> T) -> T {
        match &*self.status.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(status) => status.suspend(write),
            None => write(),
        }
    }
}

impl Events for Ui {
    fn emit(&self, event: &Event<'_>) {
        for (level, text) in messages(event) {
            match level {
                Level::Notice => self.notice(&text),
                Level::Warning => self.warning(&text),
                Level::Shortfall => self.shortfall(&text),
                Level::Alarm => self.alarm(&text),
            }
        }
    }
}

/// Whether standard error is a terminal on which a line can be taken back.
fn can_redraw() -> bool {
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    io::stderr().is_terminal() && !is_dumb
}

fn warning(text: &str) -> String {
    let (on, off) = (style::WARNING.render(), style::WARNING.render_reset());
    format!("{on}warning{off}: {}", safe_text(text))
}

/// Writes a result to standard output. A reader that went away is no error.
pub(super) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let stdout = Whole::new(io::stdout().lock());
    let mut buffered = SafeLines::new(io::BufWriter::new(stdout));
    match write(&mut buffered).and_then(|()| buffered.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::unexpected("cannot write to standard output").because(error))
        }
        _ => Ok(()),
    }
}
