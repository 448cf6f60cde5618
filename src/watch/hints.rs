//! Listens to file-system events, and reports when it is time to read the files.
//!
//! Folders are watched, never files, and each folder by itself: a watch on a file goes deaf when an
//! editor replaces the file, and a renamed folder would be reported under its old name. Whoever reads
//! the files tells afterwards which folders exist ([`Hints::follow`]).

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use notify::{Config, ErrorKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use rustix::io::Errno;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::batch::{Batch, Batching};
use super::hint::{Hint, Scope};
use crate::error::Error;
use crate::linux;

/// Collects hints into batches.
#[derive(Debug)]
pub(crate) struct Hints {
    shared: Arc<Shared>,
    /// What was asked to be watched: folders and files, as absolute paths.
    roots: Vec<PathBuf>,
    /// What our own files begin with.
    ours: PathBuf,
    /// `None` where nothing is heard from the system.
    pub(super) watcher: Option<RecommendedWatcher>,
    watched: HashSet<PathBuf>,
}

#[derive(Debug)]
struct Shared {
    start: Instant,
    heard: Mutex<Heard>,
    /// Wakes whoever waits for a batch, when one is due earlier than was known.
    sooner: Notify,
}

#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) batching: Batching,
    scope: Scope,
    /// Whether the files are being read.
    pub(super) is_reading: bool,
}

impl Shared {
    fn heard(&self) -> MutexGuard<'_, Heard> {
        // Nothing panics while it is held.
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, hint: Hint) {
        let mut heard = self.heard();
        // Opening many files is reported too, and may overflow the system's queue. If that were a
        // reason to read again, it would never end; the next scan makes up for anything else.
        if hint == Hint::Lost && heard.is_reading {
            return;
        }
        let before = heard.batching.due();
        heard.batching.hear(hint, self.start.elapsed());
        let after = heard.batching.due();
        if before.is_none() || after < before {
            self.sooner.notify_one();
        }
    }
}

impl Hints {
    /// Hears nothing but what [`Hints::hear`] is told, until [`Hints::listen`]. Files that we write
    /// ourselves, whose paths begin with `ours`, are not heard of.
    pub(crate) fn new(roots: &[PathBuf], ours: &Path) -> Self {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self {
            shared: Arc::new(Shared {
                start: Instant::now(),
                heard: Mutex::default(),
                sooner: Notify::new(),
            }),
            roots: roots.iter().map(|root| absolute(root)).collect(),
            ours: absolute(ours),
            watcher: None,
            watched: HashSet::new(),
        }
    }

    /// Listens to the system from now on, if it can report changes.
    pub(crate) fn listen(&mut self) -> Result<(), Error> {
        let shared = Arc::clone(&self.shared);
        let heard = move |event: notify::Result<notify::Event>| match event {
            Ok(event) => {
                let hints = shared.heard().scope.hints(event);
                hints.into_iter().for_each(|hint| shared.hear(hint));
            }
            Err(_) => shared.hear(Hint::Lost),
        };
        // Links are followed by nobody: the manifests' own search decides what a link is.
        let config = Config::default().with_follow_symlinks(false);
        self.watcher = Some(RecommendedWatcher::new(heard, config).map_err(deaf)?);
        Ok(())
    }

    /// Watches the folders that exist now. Returns whether one of them is new: nothing was heard of
    /// files that were put into it before. Where the system cannot watch that many, nothing is heard
    /// from it from then on.
    pub(crate) fn follow(&mut self, folders: &[PathBuf]) -> Result<bool, Error> {
        let Some(watcher) = &mut self.watcher else {
            return Ok(false);
        };
        let (wanted, mut scope) = wanted(&self.roots, folders);
        scope.ours.clone_from(&self.ours);
        self.shared.heard().scope = scope;
        // A folder that was renamed is the same to the system: its old name has to go first.
        for gone in self.watched.difference(&wanted) {
            // It may be gone in the system's view as well.
            let _ = watcher.unwatch(gone);
        }
        let mut has_new = false;
        let mut watched = HashSet::with_capacity(wanted.len());
        for folder in wanted {
            // A folder that was made anew under its old name has to be watched anew; for all
            // others this changes nothing.
            match watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    has_new |= !self.watched.contains(&folder);
                    watched.insert(folder);
                }
                // Gone again, or closed to us: the search says so, and the folder above is watched.
                Err(error) if is_about_one(&error) => {}
                Err(error) => {
                    self.watcher = None;
                    return Err(deaf(error));
                }
            }
        }
        self.watched = watched;
        Ok(has_new)
    }

    pub(super) fn heard(&self) -> MutexGuard<'_, Heard> {
        self.shared.heard()
    }

    /// Takes a hint of another kind.
    pub(crate) fn hear(&self, hint: Hint) {
        self.shared.hear(hint);
    }

    /// Whether something was heard that no batch has told of.
    pub(crate) fn is_dirty(&self) -> bool {
        self.shared.heard().batching.is_dirty()
    }

    /// Waits for the next batch, and tells since when it was heard. Nothing is lost when this is
    /// dropped while it waits.
    pub(crate) async fn batch(&self) -> (Batch, Instant) {
        loop {
            self.due().await;
            let now = self.shared.start.elapsed();
            if let Some(batch) = self.heard().batching.take(now) {
                let since = self.shared.start + batch.since;
                return (batch, since);
            }
        }
    }

    /// Waits until the next batch is due, and takes none.
    pub(crate) async fn due(&self) {
        loop {
            let due = self.heard().batching.due();
            match due {
                None => self.shared.sooner.notified().await,
                Some(due) if due <= self.shared.start.elapsed() => return,
                Some(due) => tokio::select! {
                    () = tokio::time::sleep_until(self.shared.start + due) => {}
                    () = self.shared.sooner.notified() => {}
                },
            }
        }
    }
}

/// The error when the system cannot report changes, and which limit to raise.
fn deaf(error: notify::Error) -> Error {
    let code = match &error.kind {
        ErrorKind::MaxFilesWatch => Some(Errno::NOSPC.raw_os_error()),
        ErrorKind::Io(error) => error.raw_os_error(),
        _ => None,
    };
    // What `inotify_add_watch` and `inotify_init` answer (inotify(7)).
    let (what, name, more) = match code.map(Errno::from_raw_os_error) {
        Some(Errno::NOSPC) => ("watches", "max_user_watches", 524_288),
        Some(Errno::MFILE) => ("inotify instances", "max_user_instances", 1_024),
        _ => return Error::unexpected("the system does not report file changes").because(error),
    };
    let set = linux::inotify_limit(name).map_or_else(String::new, |value| format!(" ({value})"));
    Error::unexpected(format!(
        "the system's limit of {what} is reached: `fs.inotify.{name}`{set}"
    ))
    .because(io::Error::other(error))
    .hint(format!(
        "raise it, for example with `sysctl fs.inotify.{name}={more}`, and start `watch` again"
    ))
}

/// Whether only one folder cannot be watched.
fn is_about_one(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound | ErrorKind::WatchNotFound => true,
        ErrorKind::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::NotFound
                | io::ErrorKind::PermissionDenied
                | io::ErrorKind::NotADirectory
        ),
        _ => false,
    }
}

/// What has to be watched so that nothing is missed in the folders and above the roots.
fn wanted(roots: &[PathBuf], folders: &[PathBuf]) -> (HashSet<PathBuf>, Scope) {
    let absolute = |path: &PathBuf| std::path::absolute(path).ok();
    let mut wanted: HashSet<PathBuf> = folders.iter().filter_map(absolute).collect();
    let mut scope = Scope::default();
    for root in roots {
        if root.is_file() {
            // A link in the folder may be swapped under the file, as Kubernetes does: all counts.
            let real = std::fs::canonicalize(root).ok();
            let files = [Some(root.clone()), real];
            let parents = files.iter().flatten().filter_map(|file| file.parent());
            wanted.extend(parents.map(Path::to_owned));
            scope.files.extend(files.into_iter().flatten());
        } else if let Some((parent, name)) = nearest(root) {
            scope.parents.insert(parent);
            scope.names.insert(name);
        }
    }
    scope.parents.retain(|parent| !wanted.contains(parent));
    wanted.extend(scope.parents.iter().cloned());
    (wanted, scope)
}

/// The nearest folder above that exists, and the name in it that leads to the root.
fn nearest(root: &Path) -> Option<(PathBuf, PathBuf)> {
    let mut parents = root.ancestors().skip(1).zip(root.ancestors());
    let (parent, name) = parents.find(|(parent, _)| parent.is_dir())?;
    Some((parent.to_owned(), name.to_owned()))
}
