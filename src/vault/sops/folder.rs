//! A folder of SOPS files: its checks before anything is sent, and the way to its writer.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::facts::{self, Facts};
use super::form::{SopsForm, needs_id, stem_of};
use super::locked::LockedFolder;
use super::naming::{FolderEnd, Named, Unnamed, name_files};
use super::output::SopsOutput;
use super::place::{path_of, remove_unfinished, unfinished};
use super::reading::read_file;
use super::writer::{Waiting, write_files};
use crate::endpoint_name::same_endpoint;
use crate::error::{Error, Result};
use crate::shell;
use crate::vault::journal::IntentDetails;
use crate::vault::lines::cannot_write;

/// A folder that is open for writing.
#[derive(Debug)]
pub(in crate::vault) struct Folder {
    output: SopsOutput,
    queue: Option<Sender<Box<Waiting>>>,
    threads: Option<Threads>,
}

/// One writes, the other syncs and names what was written.
#[derive(Debug)]
struct Threads {
    writer: JoinHandle<()>,
    namer: JoinHandle<Named>,
}

impl Folder {
    /// Opens the folder, and makes sure that files can be written into it. A missing one is created;
    /// what a killed run left unfinished is removed.
    ///
    /// # Errors
    /// When it is not a folder or cannot be written to (exit 6).
    pub(in crate::vault) fn open(output: &SopsOutput) -> Result<Self> {
        let path = &output.folder;
        let cannot = |error: io::Error| cannot_write(path, &error);
        let locked = LockedFolder::open(path)?;
        remove_unfinished(path).map_err(cannot)?;
        unfinished(path, "").map_err(cannot)?;
        let (queue, waiting) = mpsc::channel();
        // A batch is passed on when the one before it is named.
        let (names, batches) = mpsc::sync_channel::<Vec<Unnamed>>(0);
        // Locked as long as one of them runs.
        let locked = Arc::new(locked);
        let folder = Arc::clone(&locked);
        let named = |name: &str| thread::Builder::new().name(name.to_owned());
        let namer = named("sops-names").spawn(move || name_files(&locked, &batches));
        let namer = namer.map_err(cannot)?;
        let writer =
            named("sops-files").spawn(move || write_files(folder.path(), &waiting, &names));
        let writer = writer.map_err(cannot)?;
        Ok(Self {
            output: output.clone(),
            queue: Some(queue),
            threads: Some(Threads { writer, namer }),
        })
    }

    pub(in crate::vault) fn output(&self) -> &SopsOutput {
        &self.output
    }

    /// Writes the file of a client, which gets its name, and is durable, when [`Self::finish`] has
    /// returned at the latest. Until then, the journal has to keep it.
    ///
    /// # Errors
    /// When it cannot be written (exit 6).
    pub(in crate::vault) async fn write(&self, form: &SopsForm, facts: Facts) -> Result<()> {
        let (done, result) = oneshot::channel();
        let path = path_of(&self.output.folder, form, &facts.client_id);
        let form = form.clone();
        let waiting = Box::new(Waiting { form, facts, done });
        // The thread has ended if nobody takes it, and nobody answers.
        let _ = self.queue.as_ref().map(|queue| queue.send(waiting));
        let written = result.await;
        written.unwrap_or_else(|_| Err(cannot_write(&path, &thread_ended())))
    }

    /// The file's name, without its folder, if it is known before the client exists; and an error if
    /// that file belongs to something else.
    pub(in crate::vault) fn check(
        &self,
        about: &IntentDetails<'_>,
        endpoint: &str,
    ) -> Result<Option<String>> {
        let id = about.client_id.map(|id| id.as_str());
        if id.is_none() && needs_id(&self.output, about) {
            return Ok(None);
        }
        let stem = stem_of(&self.output, about, id.unwrap_or_default());
        let name = format!("{stem}.{}", self.output.kind.extension());
        let path = self.output.folder.join(&name);
        let owner = match read_file(&path) {
            Ok(text) => facts::read(path.clone(), &text).map(|file| file.facts),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(name)),
            Err(error) => return Err(in_the_way(&path, &error.to_string())),
        };
        let is_ours = |facts: &Facts| {
            // A client whose id is not known yet will not get the id of another one.
            id == Some(&*facts.client_id) && same_endpoint(&facts.endpoint, endpoint)
        };
        match owner {
            None => Err(in_the_way(&path, "it is not a file of hydra-gitops")),
            Some(facts) if is_ours(&facts) => Ok(Some(name)),
            Some(facts) => {
                let (id, endpoint) = (facts.client_id, facts.endpoint);
                Err(in_the_way(
                    &path,
                    &format!("it holds the secret of `{id}` in `{endpoint}`"),
                ))
            }
        }
    }

    /// Writes everything that waits, even if nobody is waiting for it any more.
    pub(in crate::vault) fn finish(mut self) -> FolderEnd {
        match self.end() {
            Some(Ok(named)) => named.end(),
            _ => FolderEnd::Unwritten {
                files: 0,
                error: cannot_write(&self.output.folder, &thread_ended()),
            },
        }
    }

    fn end(&mut self) -> Option<thread::Result<Named>> {
        self.queue = None;
        let Threads { writer, namer } = self.threads.take()?;
        let (written, named) = (writer.join(), namer.join());
        Some(written.and(named))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

fn thread_ended() -> io::Error {
    io::Error::other("the writing thread has ended")
}

fn in_the_way(path: &Path, why: &str) -> Error {
    let what = format!("cannot write a secret to `{}`: {why}", path.display());
    let hint = format!(
        "move it away (`mv {} …`), or have files named otherwise with `--secret-name`",
        shell::path(path)
    );
    Error::secret(what).hint(hint)
}
