//! Where a file belongs, and how it gets there.
//!
//! A file is written beside its place, synced and renamed, so that no file is ever half written. A
//! confirmed file never makes way for an unconfirmed one or for an earlier secret, and no file is
//! replaced that is not certainly the same client's.

use std::fs::File;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::NamedTempFile;

use super::facts::{self, Facts, SopsFile};
use super::form::SopsForm;
use super::reading::read_file;
use crate::endpoint_name::same_endpoint;
use crate::error::Result;
use crate::vault::lines::cannot_write;

/// What the names of unfinished files begin and end with.
const UNFINISHED: (&str, &str) = (".hydra-gitops-", ".tmp");

/// How often to look again where a file appears at a place that was free.
const ATTEMPTS: usize = 100;

/// What is at the place of a file.
enum Place {
    /// Nothing.
    Free(PathBuf),
    /// An earlier file of the same client.
    Earlier(PathBuf),
    /// The file itself.
    There(PathBuf),
    /// An earlier secret, unconfirmed as well, and where it makes way to: of several secrets the
    /// latest is the most likely one, and applications read the client's own file.
    Less(PathBuf, PathBuf),
}

/// The place of a client's file.
pub(super) fn path_of(folder: &Path, form: &SopsForm, client_id: &str) -> PathBuf {
    folder.join(format!(
        "{}.{}",
        form.stem(client_id),
        form.kind.extension()
    ))
}

/// Puts a finished file into its place, and returns that.
pub(super) fn put(
    mut file: NamedTempFile,
    folder: &Path,
    form: &SopsForm,
    facts: &Facts,
) -> io::Result<PathBuf> {
    for _ in 0..ATTEMPTS {
        match place(folder, form, facts)? {
            Place::There(path) => return Ok(path),
            Place::Earlier(path) => {
                file.persist(&path).map_err(|error| error.error)?;
                return Ok(path);
            }
            Place::Less(path, aside) => std::fs::rename(path, aside)?,
            // Another program may put a file there meanwhile.
            Place::Free(path) => match file.persist_noclobber(&path) {
                Ok(_) => return Ok(path),
                Err(taken) if taken.error.kind() == ErrorKind::AlreadyExists => file = taken.file,
                Err(other) => return Err(other.error),
            },
        }
    }
    Err(io::Error::other("it keeps being removed or replaced"))
}

fn place(folder: &Path, form: &SopsForm, facts: &Facts) -> io::Result<Place> {
    let main = path_of(folder, form, &facts.client_id);
    let text = match read_file(&main) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Place::Free(main)),
        Err(error) => return Err(error),
    };
    let Some(there) = facts::read(main.clone(), &text) else {
        return Err(io::Error::other("another file has its name"));
    };
    if !is_same_client(&there.facts, facts) {
        let other = &there.facts.client_id;
        return Err(io::Error::other(format!(
            "it holds the secret of `{other}`"
        )));
    }
    if there.mac == form.mac && (facts.unconfirmed || !there.facts.unconfirmed) {
        return Ok(Place::There(main));
    }
    let is_less = there.facts.unconfirmed && there.facts.created_at <= facts.created_at;
    // Another run may have made the client anew since this secret was journaled.
    let is_superseded = !there.facts.unconfirmed && there.facts.created_at > facts.created_at;
    Ok(match facts.unconfirmed || is_superseded {
        true if is_less => Place::Less(main, unconfirmed_place(folder, form, &there.facts)),
        true => Place::Free(unconfirmed_place(folder, form, facts)),
        false => Place::Earlier(main),
    })
}

fn is_same_client(one: &Facts, other: &Facts) -> bool {
    one.client_id == other.client_id && same_endpoint(&one.endpoint, &other.endpoint)
}

/// How times stand in names.
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// What stands between a client's name and the time.
const ASIDE: &str = ".unconfirmed-";

/// A name beside the client's file for a secret that may or may not be its own.
fn unconfirmed_place(folder: &Path, form: &SopsForm, facts: &Facts) -> PathBuf {
    let time = facts.created_at.strftime(TIME);
    let (stem, extension) = (form.stem(&facts.client_id), form.kind.extension());
    let first = folder.join(format!("{stem}{ASIDE}{time}.{extension}"));
    let others = (2..).map(|n| folder.join(format!("{stem}{ASIDE}{time}-{n}.{extension}")));
    let mut names = std::iter::once(first.clone()).chain(others);
    let free = names.find(|path| std::fs::symlink_metadata(path).is_err());
    free.unwrap_or(first)
}

/// The client's own file that an unconfirmed one of that time stands beside.
fn main_of(path: &Path, created_at: Timestamp) -> PathBuf {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let time = created_at.strftime(TIME);
    let parts = name
        .rsplit_once(&format!("{ASIDE}{time}"))
        .and_then(|(stem, rest)| {
            let (_, extension) = rest.split_once('.')?;
            Some(format!("{stem}.{extension}"))
        });
    path.with_file_name(parts.unwrap_or(name))
}

/// An unfinished file with that text, which is not synced yet.
pub(super) fn unfinished(folder: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix(UNFINISHED.0)
        .suffix(UNFINISHED.1)
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

/// Removes what a killed run left.
pub(super) fn remove_unfinished(folder: &Path) -> io::Result<()> {
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

/// Confirms a file of ours: writes it without `unconfirmed` in the place of the client's file.
pub(in crate::vault) fn confirm(file: &SopsFile) -> Result<()> {
    let cannot = |error: io::Error| cannot_write(&file.path, &error);
    let text = read_file(&file.path).map_err(cannot)?;
    let confirmed = facts::without_unconfirmed(&file.path, &text);
    let confirmed =
        confirmed.ok_or_else(|| cannot(io::Error::other("it was changed meanwhile")))?;
    let folder = file.path.parent().unwrap_or(Path::new("."));
    let main = match main_of(&file.path, file.facts.created_at) {
        main if can_hold(&main, &file.facts) => main,
        _ => file.path.clone(),
    };
    let unfinished = unfinished(folder, &confirmed).map_err(cannot)?;
    unfinished.as_file().sync_data().map_err(cannot)?;
    let put = unfinished.persist(&main);
    put.map_err(|error| cannot(error.error))?;
    if main != file.path {
        std::fs::remove_file(&file.path).map_err(cannot)?;
    }
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(cannot)
}

/// Whether nothing, or a file of that client, is there.
fn can_hold(path: &Path, facts: &Facts) -> bool {
    match read_file(path) {
        Ok(text) => facts::read(path.to_owned(), &text)
            .is_some_and(|there| is_same_client(&there.facts, facts)),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}
