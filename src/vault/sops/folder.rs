//! A folder of SOPS files: its checks before anything is sent, and its writer.
//!
//! A file is written beside its place, synced and renamed, so that no file is ever half written. A
//! confirmed file is never replaced by an unconfirmed one, and no file is replaced that is not
//! certainly the same client's.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use rustix::fs::OFlags;
use tempfile::NamedTempFile;
use tokio::sync::{mpsc, oneshot};

use super::document::document;
use super::facts::{self, Facts, SopsFile};
use super::form::{SopsForm, needs_id, stem_of};
use super::output::SopsOutput;
use crate::endpoint_name::same_endpoint;
use crate::error::{Error, Result};
use crate::shell;
use crate::vault::journal::IntentDetails;
use crate::vault::lines::{cannot_write, sync_folder};

/// The longest file that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// The most files whose names share one sync of the folder.
const BATCH: usize = 256;

/// What the names of unfinished files begin and end with.
const UNFINISHED: (&str, &str) = (".hydra-gitops-", ".tmp");

/// A folder that is open for writing.
#[derive(Debug)]
pub(in crate::vault) struct Folder {
    output: SopsOutput,
    queue: Option<mpsc::UnboundedSender<Box<Waiting>>>,
    thread: Option<JoinHandle<()>>,
}

struct Waiting {
    form: SopsForm,
    facts: Facts,
    done: oneshot::Sender<io::Result<()>>,
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
        match std::fs::metadata(path) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(not_a_folder(path)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                std::fs::create_dir(path).map_err(cannot)?;
                sync_folder(path).map_err(cannot)?;
            }
            Err(error) => return Err(cannot(error)),
        }
        remove_unfinished(path).map_err(cannot)?;
        unfinished(path).map_err(cannot)?;
        let (queue, waiting) = mpsc::unbounded_channel();
        let folder = path.clone();
        let thread = thread::Builder::new()
            .name("sops-folder".to_owned())
            .spawn(move || write_files(&folder, waiting))
            .map_err(cannot)?;
        Ok(Self {
            output: output.clone(),
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    pub(in crate::vault) fn output(&self) -> &SopsOutput {
        &self.output
    }

    /// Writes the file of a client. It is durable when this returns.
    ///
    /// # Errors
    /// When it cannot be written, or another client's file has its name (exit 6).
    pub(in crate::vault) async fn write(&self, form: &SopsForm, facts: Facts) -> Result<()> {
        let gone = || io::Error::other("the writing thread has ended");
        let (done, result) = oneshot::channel();
        let path = path_of(&self.output.folder, form, &facts.client_id);
        let form = form.clone();
        let waiting = Box::new(Waiting { form, facts, done });
        let sent = self.queue.as_ref().map(|queue| queue.send(waiting));
        let written = match sent {
            Some(Ok(())) => result.await.unwrap_or_else(|_| Err(gone())),
            _ => Err(gone()),
        };
        written.map_err(|error| cannot_write(&path, &error))
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
            id.is_none_or(|id| id == facts.client_id) && same_endpoint(&facts.endpoint, endpoint)
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
    fn drain(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // It does not panic. If it did, every write has already returned an error.
            let _ = thread.join();
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.drain();
    }
}

pub(in crate::vault) fn not_a_folder(path: &Path) -> Error {
    let what = format!("`{}` is not a folder", path.display());
    let hint =
        "name a folder with `--secrets-out sops:FOLDER`, or a file with `--secrets-out jsonl:FILE`";
    Error::secret(what).hint(hint)
}

fn in_the_way(path: &Path, why: &str) -> Error {
    let what = format!("cannot write a secret to `{}`: {why}", path.display());
    let hint = format!(
        "move it away (`mv {} …`), or have files named otherwise with `--secret-name`",
        shell::path(path)
    );
    Error::secret(what).hint(hint)
}

/// The place of a client's file.
fn path_of(folder: &Path, form: &SopsForm, client_id: &str) -> PathBuf {
    folder.join(format!(
        "{}.{}",
        form.stem(client_id),
        form.kind.extension()
    ))
}

/// The writer thread: writes files until the queue is closed.
fn write_files(folder: &Path, mut waiting: mpsc::UnboundedReceiver<Box<Waiting>>) {
    let mut batch = Vec::new();
    while waiting.blocking_recv_many(&mut batch, BATCH) > 0 {
        let mut written = Vec::new();
        for one in batch.drain(..) {
            written.push((write_one(folder, &one.form, &one.facts), one.done));
        }
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        for (result, done) in written {
            let result = result.and_then(|()| match &synced {
                Ok(()) => Ok(()),
                Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
            });
            // The caller may have stopped waiting.
            let _ = done.send(result);
        }
    }
}

fn write_one(folder: &Path, form: &SopsForm, facts: &Facts) -> io::Result<()> {
    let Some(place) = place(folder, form, facts)? else {
        return Ok(());
    };
    put(folder, &place, &document(form, facts))
}

/// Puts a file into its place.
fn put(folder: &Path, place: &Path, text: &str) -> io::Result<()> {
    let mut file = unfinished(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_data()?;
    file.persist(place).map_err(|error| error.error)?;
    Ok(())
}

/// Where the file belongs; `None` if it is there already.
fn place(folder: &Path, form: &SopsForm, facts: &Facts) -> io::Result<Option<PathBuf>> {
    let main = path_of(folder, form, &facts.client_id);
    let text = match read_file(&main) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(main)),
        Err(error) => return Err(error),
    };
    let Some(there) = facts::read(main.clone(), &text) else {
        return Err(io::Error::other("another file has its name"));
    };
    let is_same = there.facts.client_id == facts.client_id
        && same_endpoint(&there.facts.endpoint, &facts.endpoint);
    if !is_same {
        let other = &there.facts.client_id;
        return Err(io::Error::other(format!(
            "it holds the secret of `{other}`"
        )));
    }
    if there.mac == form.mac && (facts.unconfirmed || !there.facts.unconfirmed) {
        return Ok(None);
    }
    Ok(Some(match facts.unconfirmed {
        true => unconfirmed_place(folder, form, facts),
        false => main,
    }))
}

/// A name beside the client's file for a secret that may or may not be its own.
fn unconfirmed_place(folder: &Path, form: &SopsForm, facts: &Facts) -> PathBuf {
    let time = facts.created_at.strftime("%Y%m%dT%H%M%SZ");
    let (stem, extension) = (form.stem(&facts.client_id), form.kind.extension());
    let first = folder.join(format!("{stem}.unconfirmed-{time}.{extension}"));
    let others = (2..).map(|n| folder.join(format!("{stem}.unconfirmed-{time}-{n}.{extension}")));
    let mut names = std::iter::once(first.clone()).chain(others);
    let free = names.find(|path| std::fs::symlink_metadata(path).is_err());
    free.unwrap_or(first)
}

fn unfinished(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(UNFINISHED.0)
        .suffix(UNFINISHED.1)
        .tempfile_in(folder)
}

fn remove_unfinished(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_unfinished = name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1);
        if is_unfinished && entry.file_type()?.is_file() {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Reads a file, if it is a regular one. A link is not followed.
fn read_file(path: &Path) -> io::Result<String> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path);
    let file = opened.map_err(|error| match error.raw_os_error() {
        Some(code) if code == rustix::io::Errno::LOOP.raw_os_error() => {
            io::Error::other("it is a link")
        }
        _ => error,
    })?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut text = String::new();
    file.take(MAX_FILE + 1).read_to_string(&mut text)?;
    match text.len() as u64 > MAX_FILE {
        true => Err(io::Error::other("it is longer than 1 MiB")),
        false => Ok(text),
    }
}

/// Files that cannot be read, with the reason.
type Broken = Vec<(PathBuf, String)>;

/// The files of ours in a folder, by time and name, and those of the same kind that cannot be read,
/// with the reason. Files of others are left out.
///
/// # Errors
/// When the folder cannot be read (exit 6).
pub(in crate::vault) fn read_folder(folder: &Path) -> Result<(Vec<SopsFile>, Broken)> {
    let cannot = |error: io::Error| {
        Error::secret(format!("cannot read the folder `{}`", folder.display())).because(error)
    };
    let (mut files, mut broken) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let is_sops = [".sops.yaml", ".sops.json", ".sops.env"]
            .iter()
            .any(|ending| name.len() > ending.len() && name.ends_with(ending));
        if !is_sops {
            continue;
        }
        match read_file(&path) {
            Ok(text) => files.extend(facts::read(path, &text)),
            Err(error) => broken.push((path, error.to_string())),
        }
    }
    // Times have seconds. Within one, an unconfirmed file counts as the later one, for then it is
    // tried and not left out.
    let order = |file: &SopsFile| {
        let facts = &file.facts;
        (facts.created_at, facts.unconfirmed, file.path.clone())
    };
    files.sort_by_key(order);
    broken.sort();
    Ok((files, broken))
}

/// Confirms a file of ours: writes it without `unconfirmed` in the place of the client's file.
pub(in crate::vault) fn confirm(file: &SopsFile) -> Result<()> {
    let cannot = |error: io::Error| cannot_write(&file.path, &error);
    let text = read_file(&file.path).map_err(cannot)?;
    let confirmed = facts::without_unconfirmed(&file.path, &text);
    let confirmed =
        confirmed.ok_or_else(|| cannot(io::Error::other("it was changed meanwhile")))?;
    let folder = file.path.parent().unwrap_or(Path::new("."));
    let main = main_of(&file.path);
    put(folder, &main, &confirmed).map_err(cannot)?;
    if main != file.path {
        std::fs::remove_file(&file.path).map_err(cannot)?;
    }
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(cannot)
}

/// The client's own file that an unconfirmed one stands beside.
fn main_of(path: &Path) -> PathBuf {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let parts = name.split_once(".unconfirmed-").and_then(|(stem, rest)| {
        let (_, extension) = rest.split_once('.')?;
        Some(format!("{stem}.{extension}"))
    });
    path.with_file_name(parts.unwrap_or(name))
}
