//! Notices, warnings and errors on standard error, next to the results.

use std::io::{self, BufRead as _, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::error::{Error, Result, chain};
use crate::hydra::Notify;
use crate::reconcile::{Event, Events};
use crate::report::events::{Level, messages};
use crate::report::style::{ERROR, HINT, WARNING, paint};
use crate::report::text::Detail;
use crate::report::{Progress, Status, Whole};
use crate::text::{SafeLines, safe_lines, safe_text};

/// The maximum number of warnings to hold back: a run may never end.
const MOST_HELD: usize = 1000;

/// Reports to the user. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Ui {
    quiet: bool,
    verbose: bool,
    /// Warnings to show only if something fails; `None` if they are shown at once.
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

    pub(super) fn detail(&self) -> Detail {
        match (self.quiet, self.verbose) {
            (true, _) => Detail::Quiet,
            (false, true) => Detail::Verbose,
            (false, false) => Detail::Normal,
        }
    }

    /// Something worth knowing; hidden with `--quiet`.
    pub(super) fn notice(&self, text: &str) {
        if !self.quiet {
            self.line(&safe_text(text));
        }
    }

    /// Something that may be wrong. With `--quiet`, it is shown only if something fails.
    pub(super) fn warning(&self, text: &str) {
        self.line_if_failed(warning(text));
    }

    /// The result falls short of what was asked for. Shown to scripts too, except with `--quiet`.
    pub(super) fn shortfall(&self, text: &str) {
        match self.quiet {
            true => self.warning(text),
            false => self.alarm(text),
        }
    }

    /// A secret may be lost, or may not be its client's. Always shown at once.
    pub(super) fn alarm(&self, text: &str) {
        self.line(&warning(text));
    }

    pub(super) fn messages(&self, messages: Vec<(Level, String)>) {
        for (level, text) in messages {
            match level {
                Level::Notice => self.notice(&text),
                Level::Warning => self.warning(&text),
                Level::Shortfall => self.shortfall(&text),
                Level::Alarm => self.alarm(&text),
            }
        }
    }

    /// Rendered findings about manifests. Warnings alone are not a failure.
    pub(super) fn findings(&self, text: String, has_errors: bool) {
        if has_errors {
            self.release();
        }
        self.line_if_failed(text);
    }

    /// From now on, prints nothing on success, unless standard error is a terminal or `--verbose`
    /// is given: scripts take any output on standard error for a failure.
    pub(super) fn hold_warnings(&self) {
        if !self.verbose && !io::stderr().is_terminal() {
            locked(&self.held).get_or_insert_default();
        }
    }

    /// Something failed: shows the warnings held back so far, and stops holding them back.
    pub(super) fn release(&self) {
        let held = locked(&self.held).take();
        held.into_iter().flatten().for_each(|text| self.line(&text));
    }

    fn line_if_failed(&self, text: String) {
        let mut held = locked(&self.held);
        match &mut *held {
            Some(held) if held.len() < MOST_HELD => held.push(text),
            // Keep the first ones, which show what is wrong.
            Some(_) => {}
            None => {
                drop(held);
                self.line(&text);
            }
        }
    }

    /// What a signal interrupted, on the line below the terminal's `^C`.
    pub(super) fn interrupted(&self, text: &str) {
        let above = if io::stderr().is_terminal() { "\n" } else { "" };
        self.line(&format!("{above}interrupted: {text}"));
    }

    /// The error that ended the run or a client's creation.
    pub(super) fn error(&self, error: &Error) {
        self.release();
        let mut text = format!("{}: {}", paint(ERROR, "error"), safe_text(&chain(error)));
        for hint in error.hints() {
            let (word, hint) = (paint(HINT, "hint"), safe_text(hint.text()));
            text.push_str(&format!("\n  {word}: {hint}"));
        }
        self.line(&text);
    }

    pub(super) fn events(&self) -> Arc<dyn Events> {
        Arc::new(self.clone())
    }

    /// Reports what a request is waiting for.
    pub(super) fn notify(&self) -> Notify {
        let ui = self.clone();
        Arc::new(move |text: &str| ui.notice(text))
    }

    /// Shows progress from now on, if standard error is a terminal. `None` ends it.
    pub(super) fn show_progress(&self, progress: Option<Progress>) {
        let wanted = progress.filter(|_| !self.quiet && !self.verbose);
        *locked(&self.progress) = wanted;
    }

    pub(super) fn advance(&self, failed: bool) {
        if let Some(progress) = &*locked(&self.progress) {
            progress.advance(failed);
        }
    }

    /// Whether the user can be asked a question.
    pub(super) fn can_ask() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks for confirmation, and returns whether the answer was `yes`. End of input means no.
    ///
    /// A separate thread reads the answer and is never joined, so a signal can end the question.
    pub(super) async fn confirm(&self, question: &str) -> bool {
        let (answer, answered) = oneshot::channel();
        self.line(&format!("{question} Type `yes` to continue."));
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = io::stdin().lock().read_line(&mut line);
            // After a signal, nobody receives the answer.
            let _ = answer.send(read.is_ok() && line.trim() == "yes");
        });
        answered.await.unwrap_or(false)
    }

    /// Shows a status line at the bottom, if standard error is a terminal. `None` ends it.
    pub(super) fn show_status(&self, text: Option<String>) {
        let mut status = locked(&self.status);
        match text.filter(|_| !self.quiet && !self.verbose) {
            Some(text) => status
                .get_or_insert_with(|| Status::new(can_redraw()))
                .show(&text),
            None => *status = None,
        }
    }

    /// Writes to standard error, around the progress bar. Ignores errors: there is nowhere to
    /// report them.
    pub(super) fn line(&self, text: &str) {
        let text = safe_lines(text);
        self.beside_status(|| {
            let write = || {
                let mut stderr = Whole::new(io::stderr().lock());
                let _ = stderr.write_all(format!("{text}\n").as_bytes());
            };
            match &*locked(&self.progress) {
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
            // A reader that has stopped reading must not block output elsewhere.
            to_stdout(write)
        }
    }

    fn beside_status<T>(&self, write: impl FnOnce() -> T) -> T {
        match &*locked(&self.status) {
            Some(status) => status.suspend(write),
            None => write(),
        }
    }
}

impl Events for Ui {
    fn emit(&self, event: &Event<'_>) {
        self.messages(messages(event));
    }
}

/// Whether standard error is a terminal that supports erasing a line.
fn can_redraw() -> bool {
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    io::stderr().is_terminal() && !is_dumb
}

/// A poisoned lock is fine: what it protects is whole between any two calls.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn warning(text: &str) -> String {
    format!("{}: {}", paint(WARNING, "warning"), safe_text(text))
}

/// Writes a result to standard output. It is not an error if the reader has gone away.
pub(super) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    to_runner(|out| {
        let mut lines = SafeLines::new(out);
        write(&mut lines).and_then(|()| lines.flush())
    })
}

/// The same for output that is meant to command a CI runner, in which foreign text is escaped.
pub(super) fn to_runner(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut stdout = io::BufWriter::new(Whole::new(io::stdout().lock()));
    match write(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::unexpected("cannot write to standard output").because(error))
        }
        _ => Ok(()),
    }
}
