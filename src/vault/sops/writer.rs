//! The thread that writes files.
//!
//! # Expected flow
//! Each file is written beside its place as soon as it comes. Once a second, and at the end, all of
//! them are passed on to be synced together and named, so that the disk is waited for seldom. While
//! that lasts, the next ones are written.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::document::document;
use super::facts::Facts;
use super::form::SopsForm;
use super::naming::Unnamed;
use super::place::{path_of, unfinished};
use crate::error::Result;
use crate::vault::lines::cannot_write;

/// How long a file waits for its name, so that many share one sync of the folder.
const UNNAMED_FOR: Duration = Duration::from_secs(1);

/// When to ask again whether those before them are named.
const AGAIN: Duration = Duration::from_millis(10);

/// How many files wait at most, and as many may be about to be named: they stay open, because some
/// file systems tell only on closing that nothing was written.
const MOST_UNNAMED: usize = 128;

/// A file that is to be written.
pub(super) struct Waiting {
    pub(super) form: SopsForm,
    pub(super) facts: Facts,
    /// Told once the file is written, under no name yet and not synced.
    pub(super) done: oneshot::Sender<Result<()>>,
}

/// Writes files until the queue is closed, and passes them on to be named.
pub(super) fn write_files(
    folder: &Path,
    waiting: &Receiver<Box<Waiting>>,
    names: &SyncSender<Vec<Unnamed>>,
) {
    let mut unnamed = Vec::new();
    let mut due: Option<Instant> = None;
    loop {
        let left = due.map(|due| due.saturating_duration_since(Instant::now()));
        let next = match left {
            // Nothing more is taken until those before them are named.
            _ if unnamed.len() == MOST_UNNAMED => {
                let _ = names.send(std::mem::take(&mut unnamed));
                due = None;
                continue;
            }
            Some(Duration::ZERO) => Err(RecvTimeoutError::Timeout),
            None => waiting.recv().map_err(RecvTimeoutError::from),
            Some(left) => waiting.recv_timeout(left),
        };
        match next {
            Ok(one) => {
                let Waiting { form, facts, done } = *one;
                let result = write(folder, form, facts).map(|file| unnamed.push(file));
                // The caller may have stopped waiting.
                let _ = done.send(result);
                due.get_or_insert_with(|| Instant::now() + UNNAMED_FOR);
            }
            Err(RecvTimeoutError::Timeout) => {
                due = match names.try_send(std::mem::take(&mut unnamed)) {
                    Err(TrySendError::Full(batch)) => {
                        unnamed = batch;
                        Some(Instant::now() + AGAIN)
                    }
                    // If the other thread has ended, the journal keeps them.
                    Ok(()) | Err(TrySendError::Disconnected(_)) => None,
                };
            }
            Err(RecvTimeoutError::Disconnected) => {
                let _ = names.send(unnamed);
                return;
            }
        }
    }
}

fn write(folder: &Path, form: SopsForm, facts: Facts) -> Result<Unnamed> {
    match unfinished(folder, &document(&form, &facts)) {
        Ok(file) => Ok(Unnamed { file, form, facts }),
        Err(error) => {
            let path = path_of(folder, &form, &facts.client_id);
            Err(cannot_write(&path, &error))
        }
    }
}
