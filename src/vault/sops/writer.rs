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

/// Writes files until the queue is closed, and passes them on to be named. It ends early if nobody
/// names them any more; the journal keeps them, and who writes more is told.
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
                if names.send(std::mem::take(&mut unnamed)).is_err() {
                    return;
                }
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
                    Ok(()) => None,
                    Err(TrySendError::Disconnected(_)) => return,
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::sync::mpsc::{Receiver, channel, sync_channel};
    use std::thread;

    use jiff::Timestamp;
    use serde_json::json;
    use tokio::sync::oneshot;

    use super::{Facts, MOST_UNNAMED, SopsForm, Waiting, write_files};
    use crate::error::Result;

    type Told = oneshot::Receiver<Result<()>>;

    /// So many files that are to be written, and what tells that they are.
    fn files(count: usize) -> (Receiver<Box<Waiting>>, Vec<Told>) {
        let form = json!({
            "folder": "out", "kind": "kubernetes", "name": "{client_id}", "is_given": false,
            "keys": {"id": "CLIENT_ID", "secret": "CLIENT_SECRET"}, "secret": "ENC[x]",
            "lastmodified": "2026-01-01T00:00:00Z", "mac": "ENC[y]", "pgp": [], "age": [],
        });
        let form: SopsForm = serde_json::from_value(form).unwrap();
        let (queue, waiting) = channel();
        let told = (0..count).map(|number| {
            let (done, told) = oneshot::channel();
            let facts = Facts {
                client_id: format!("c{number}"),
                client_name: None,
                owner: None,
                endpoint: "http://127.0.0.1:4445".to_owned(),
                created_at: Timestamp::UNIX_EPOCH,
                unconfirmed: false,
            };
            let form = form.clone();
            let waiting = Box::new(Waiting { form, facts, done });
            assert!(queue.send(waiting).is_ok());
            told
        });
        let told = told.collect();
        (waiting, told)
    }

    #[test]
    fn no_more_files_are_open_than_may_wait_for_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let (waiting, mut told) = files(3 * MOST_UNNAMED + 1);
        let (names, batches) = sync_channel(0);
        let (mut named, mut largest) = (0, 0);
        thread::scope(|scope| {
            let path = folder.path();
            scope.spawn(move || write_files(path, &waiting, &names));
            let mut next = told.split_off(MOST_UNNAMED);
            for one in told {
                assert!(matches!(one.blocking_recv(), Ok(Ok(()))));
            }
            assert!(next[0].try_recv().is_err(), "it has to wait");
            while let Ok(batch) = batches.recv() {
                named += batch.len();
                largest = largest.max(batch.len());
            }
        });
        assert_eq!((named, largest), (3 * MOST_UNNAMED + 1, MOST_UNNAMED));
    }

    #[test]
    fn nothing_more_is_written_where_nobody_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let (waiting, mut told) = files(MOST_UNNAMED + 1);
        let (names, batches) = sync_channel(0);
        drop(batches);
        write_files(folder.path(), &waiting, &names);
        drop(waiting);
        let last = told.pop().unwrap();
        assert!(last.blocking_recv().is_err());
        assert!(told.into_iter().all(|one| one.blocking_recv().is_ok()));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
